import CRE2

/// A compiled regular expression with the meaning of RE2: a search takes linear time.
///
/// `@unchecked`: RE2 objects are safe to use from several threads at once.
@safe final class Pattern: @unchecked Sendable {
  private let handle: OpaquePointer
  /// Instructions of the compiled program; the worst case of a search is their number times the text's length.
  private let programSize: Int

  /// The memory bound of one program, with its automata.
  private static let memoryLimit: Int64 = 2 << 20
  static let programLimit = 5_000

  init(_ text: String) throws(Fault) {
    var message = [CChar](repeating: 0, count: 256)
    let bytes = Array(text.utf8).map { CChar(bitPattern: $0) }
    guard let compiled = unsafe playbook_re2_compile(bytes, bytes.count, Self.memoryLimit, &message, message.count)
    else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw Fault("this regular expression can't be used: \(reason)")
    }
    unsafe handle = compiled
    programSize = Int(unsafe playbook_re2_program_size(compiled))
    if programSize > Self.programLimit {
      throw Fault("this regular expression is too large: \(programSize) instructions, at most \(Self.programLimit)")
    }
  }

  deinit { unsafe playbook_re2_free(handle) }

  func isFound(in text: String, _ evaluator: Evaluator) throws(Fault) -> Bool {
    try !matches(in: text, limit: 1, evaluator).isEmpty
  }

  /// The texts of the first `limit` matches; empty ones between others are matches as well.
  func matches(in text: String, limit: Int, _ evaluator: Evaluator) throws(Fault) -> [String] {
    let bytes = Array(text.utf8)
    try evaluator.charge(bytes.count / 64)
    if bytes.count.multipliedReportingOverflow(by: programSize).partialValue > 1_000_000_000 {
      throw Fault("this regular expression is too large for a text of \(bytes.count) bytes")
    }
    var (found, start) = ([String](), 0)
    while found.count < limit, start <= bytes.count, let span = search(bytes, from: start) {
      found.append(String(decoding: bytes[span], as: UTF8.self))
      start = span.upperBound
      if span.isEmpty {
        start += 1
        while start < bytes.count, bytes[start] & 0xc0 == 0x80 { start += 1 }
      }
      try evaluator.charge(4)
    }
    return found
  }

  private func search(_ bytes: [UInt8], from start: Int) -> Range<Int>? {
    var span: [Int64] = [-1, -1]
    let isFound = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe bytes.withMemoryRebound(to: CChar.self) { text in
        unsafe playbook_re2_search(handle, text.baseAddress, text.count, start, &span, 0)
      }
    }
    return isFound == 1 ? Int(span[0])..<Int(span[1]) : nil
  }
}
