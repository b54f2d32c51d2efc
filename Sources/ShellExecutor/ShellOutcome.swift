import CEL
import PlaybookEngine

/// What a program left behind, as an outcome's fields.
struct ShellOutcome: Sendable {
  /// How many lines are kept for each row that a result may have: lines are shorter than rows.
  static let linesPerRow = 100

  /// `exit` (as shells count it: 128 and the signal's number where a signal ended it; null where it still runs),
  /// `stdout`, `stderr`, `lines`, `json`.
  let fields: MapValue
  let isTruncated: Bool
  /// ": " and the last line that the program wrote to its standard error, or nothing.
  let complaint: String

  init(_ report: ChildProcess.Report, lineLimit: Int) {
    let output = report.output
    let (lines, hasMoreLines) = Self.lines(output, limit: lineLimit)
    let exit: Value =
      switch report.ending {
      case .exited(let code): .int(Int64(code))
      case .signalled(let number): .int(128 + Int64(number))
      case nil: .null
      }
    fields = MapValue([
      ("exit", exit), ("stdout", Self.text(output)), ("stderr", Self.text(report.errorOutput)), ("lines", .list(lines)),
      ("json", output.isTruncated ? .null : Self.json(output.bytes)),
    ])
    isTruncated = output.isTruncated || report.errorOutput.isTruncated || hasMoreLines
    complaint = Self.complaint(report.errorOutput)
  }

  /// Text where the bytes are UTF-8; where they were cut within a character, without its part.
  private static func text(_ content: Capture.Content) -> Value {
    if let text = String(validating: content.bytes, as: UTF8.self) { return .string(text) }
    if content.isTruncated {
      for cut in 1...3 where cut < content.bytes.count {
        if let text = String(validating: content.bytes.dropLast(cut), as: UTF8.self) { return .string(text) }
      }
    }
    return .bytes(content.bytes)
  }

  /// Lines without their ends, `\n` or `\r\n`; a line that is no UTF-8 is bytes. The last of output that was cut has a mark where
  /// it goes on: by that what takes secrets out knows that one may have been cut.
  private static func lines(_ content: Capture.Content, limit: Int) -> (lines: [Value], hasMore: Bool) {
    var lines: [Value] = []
    var rest = content.bytes[...]
    while !rest.isEmpty {
      if lines.count == limit { return (lines, true) }
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var line = rest[..<end]
      if end == rest.endIndex, content.isTruncated {
        lines.append(.string(cut(line)))
        break
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      lines.append(String(validating: line, as: UTF8.self).map(Value.string) ?? .bytes(Array(line)))
      rest = end == rest.endIndex ? [] : rest[(end + 1)...]
    }
    return (lines, false)
  }

  /// The value where the bytes are one JSON text, else null.
  private static func json(_ bytes: [UInt8]) -> Value {
    let first = bytes.first { !" \t\r\n".utf8.contains($0) }
    guard let first, "{[\"-0123456789tfn".utf8.contains(first) else { return .null }
    return (try? Value(json: bytes)) ?? .null
  }

  /// The text of what was cut, with a mark at its end.
  private static func cut(_ bytes: some Collection<UInt8>) -> String {
    var text = String(decoding: bytes, as: UTF8.self)
    // A character that was cut within.
    while text.last == "\u{FFFD}" { text.removeLast() }
    return text + "…"
  }

  private static func complaint(_ content: Capture.Content) -> String {
    let bytes = content.bytes
    let isBreak = { (byte: UInt8) in byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
    guard let end = bytes.lastIndex(where: { !isBreak($0) }) else { return "" }
    let start = bytes[...end].lastIndex(where: isBreak).map { $0 + 1 } ?? 0
    let line = bytes[start...end]
    let isCut = line.count > 1000 || (content.isTruncated && end == bytes.indices.last)
    let text = isCut ? cut(line.prefix(1000)) : String(decoding: line, as: UTF8.self)
    return ": " + text.beginning(200)
  }
}
