import CLinux

/// Bytes as the text that they are declared to be.
public struct DecodedText: Sendable, Equatable {
  /// Without a byte order mark; nil where the bytes can't be decoded.
  public var text: String?
  /// A sentence for the operator: from which character set the text was decoded where it is not UTF-8, or why it was not.
  public var notice: String?

  /// Decodes bytes by their byte order mark, else by `charset`, else as UTF-8. No byte is replaced by U+FFFD: where one
  /// does not fit, there is no text.
  ///
  /// - Parameters:
  ///   - charset: The name of a character set as a server writes it (`utf8`, `"ISO-8859-1"`); nil where none is declared.
  ///   - isTruncated: Whether the bytes are the beginning of more, so that the last character may be a part of one.
  public init(_ bytes: [UInt8], charset: String? = nil, isTruncated: Bool = false) {
    let declared = charset.map(Self.name)
    let marked = Self.mark(of: bytes)
    guard let wanted = marked?.charset ?? declared, wanted != "UTF-8" else {
      text = Self.utf8(bytes.dropFirst(marked?.length ?? 0), isTruncated)
      if text == nil {
        notice =
          declared == nil
          ? "its text is not UTF-8, and no character set is declared: it stands as bytes"
          : "its text is not the UTF-8 that it is declared to be: it stands as bytes"
      }
      return
    }
    let rest = bytes.dropFirst(marked?.length ?? 0)
    text = Self.decode(rest, wanted, isTruncated)
    if text != nil {
      notice = "decoded from \(wanted)"
    } else if wanted == "US-ASCII", let whole = Self.utf8(rest, isTruncated) {
      text = whole
      notice = "declared as US-ASCII, and read as UTF-8"
    } else {
      notice =
        Self.isKnown(wanted)
        ? "its text is not the \(wanted) that it is declared to be: it stands as bytes"
        : "its character set `\(wanted)` is not known: it stands as bytes"
    }
  }

  /// The byte order mark that bytes begin with, and how long it is.
  public static func mark(of bytes: [UInt8]) -> (charset: String, length: Int)? {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return ("UTF-8", 3) }
    if bytes.starts(with: [0xFF, 0xFE, 0, 0]) { return ("UTF-32LE", 4) }
    if bytes.starts(with: [0, 0, 0xFE, 0xFF]) { return ("UTF-32BE", 4) }
    if bytes.starts(with: [0xFF, 0xFE]) { return ("UTF-16LE", 2) }
    if bytes.starts(with: [0xFE, 0xFF]) { return ("UTF-16BE", 2) }
    return nil
  }

  /// The name as iconv has it, upper-case.
  private static func name(_ charset: String) -> String {
    let plain = charset.filter { !"\"' \t".contains($0) }.uppercased()
    switch plain {
    case "", "UTF8", "UTF-8", "UTF_8", "UNICODE-1-1-UTF-8": return "UTF-8"
    case "LATIN1", "LATIN-1", "ISO8859-1", "ISO_8859-1", "ISO88591", "L1", "8859-1": return "ISO-8859-1"
    case "ASCII", "US-ASCII", "ANSI_X3.4-1968", "ISO646-US": return "US-ASCII"
    case "UTF16": return "UTF-16"
    case "UTF32": return "UTF-32"
    case "SHIFT-JIS", "SJIS", "X-SJIS": return "SHIFT_JIS"
    case "GB2312", "X-GBK": return "GBK"
    case "BIG-5": return "BIG5"
    case "X-MAC-ROMAN": return "MACINTOSH"
    default:
      for prefix in ["WINDOWS-", "CP-", "CP", "X-CP", "WIN-", "WIN"]
      where plain.hasPrefix(prefix) && plain.dropFirst(prefix.count).hasPrefix("125") {
        return "WINDOWS-" + plain.dropFirst(prefix.count)
      }
      for prefix in ["ISO8859-", "ISO_8859-"] where plain.hasPrefix(prefix) {
        return "ISO-8859-" + plain.dropFirst(prefix.count)
      }
      return String(plain.prefix(40))
    }
  }

  /// The sets that a server's word may choose. The rest of iconv's, a few of them with a history of holes, is left alone.
  private static let known: Set<String> = [
    "UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE", "US-ASCII", "KOI8-R", "KOI8-U", "SHIFT_JIS",
    "EUC-JP", "GBK", "GB18030", "BIG5", "EUC-KR", "MACINTOSH", "IBM437", "IBM850", "IBM866", "TIS-620",
  ]

  private static func isKnown(_ name: String) -> Bool {
    if known.contains(name) { return true }
    if name.hasPrefix("ISO-8859-"), let part = Int(name.dropFirst(9)) { return (1...16).contains(part) && part != 12 }
    if name.hasPrefix("WINDOWS-"), let page = Int(name.dropFirst(8)) { return (1250...1258).contains(page) }
    return false
  }

  // MARK: Decoding

  private static func utf8(_ bytes: ArraySlice<UInt8>, _ isTruncated: Bool) -> String? {
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    guard isTruncated else { return nil }
    // A character has at most four bytes.
    for count in 1...3 where bytes.count > count {
      if bytes[bytes.endIndex - count] >= 0xC0 { return String(validating: bytes.dropLast(count), as: UTF8.self) }
    }
    return nil
  }

  private static func decode(_ bytes: ArraySlice<UInt8>, _ name: String, _ isTruncated: Bool) -> String? {
    guard isKnown(name) else { return nil }
    switch name {
    case "ISO-8859-1": return String(String.UnicodeScalarView(bytes.lazy.map { Unicode.Scalar($0) }))
    case "US-ASCII": return bytes.allSatisfy { $0 < 0x80 } ? String(decoding: bytes, as: UTF8.self) : nil
    case "UTF-16", "UTF-32":
      // Without a mark the zeros of common characters tell the order.
      let zeros = [0, 1].map { rest in bytes.enumerated().lazy.filter { $0.offset % 2 == rest && $0.element == 0 }.count
      }
      return iconv(bytes, name + (zeros[0] > zeros[1] ? "BE" : "LE"), isTruncated)
    default: return iconv(bytes, name, isTruncated)
    }
  }

  /// By the C library.
  private static func iconv(_ bytes: ArraySlice<UInt8>, _ name: String, _ isTruncated: Bool) -> String? {
    guard let converter = unsafe playbook_iconv_open(name) else { return nil }
    defer { unsafe playbook_iconv_close(converter) }
    var input = Array(bytes)
    // No character of these sets becomes longer than four bytes, nor does one byte make more than three.
    var output = [UInt8](repeating: 0, count: input.count * 4 + 16)
    var (read, written) = (0, 0)
    let code = unsafe input.withUnsafeMutableBytes { source in
      unsafe output.withUnsafeMutableBytes { target in
        unsafe playbook_iconv(
          converter, source.baseAddress, source.count, target.baseAddress, target.count, &read, &written)
      }
    }
    // 1: the last character is incomplete.
    guard code == 0 || (code == 1 && isTruncated) else { return nil }
    return String(validating: output.prefix(written), as: UTF8.self)
  }
}
