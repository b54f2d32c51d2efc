import CEL
import NIOHTTP1
import TextCoding

/// A body unpacked, decoded, and as JSON where it is called so.
struct AnswerBody {
  /// The text, or unknown where the bytes are none that can be decoded.
  var text: Value = .string("")
  /// JSON decoded, other text as a string, other bytes as such, null where there is nothing.
  var body: Value = .null
  var isTruncated: Bool
  /// Remarks on it, a sentence each.
  var notices: [String] = []

  /// - Parameter limit: How many unpacked bytes are kept.
  init(_ answer: HTTPAnswer, limit: Int) {
    isTruncated = answer.isTruncated
    let unpacked = Unpacked(
      answer.body, codings: answer.joined("content-encoding") ?? "", isTruncated: answer.isTruncated, limit: limit)
    isTruncated = unpacked.isTruncated
    notices += [unpacked.notice].compactMap { $0 }
    guard !unpacked.bytes.isEmpty else { return }
    let type = MediaType(answer.headers.first(name: "content-type"))
    let decoded = DecodedText(
      unpacked.bytes, charset: Self.charset(of: unpacked.bytes, type), isTruncated: isTruncated)
    guard let text = decoded.text else {
      // A packing that nobody undid explains why these are bytes.
      if unpacked.notice == nil { notices += [decoded.notice].compactMap { $0 } }
      self.text = .unknown(Unknown([notices.last ?? "its body is not text"]))
      body = .bytes(unpacked.bytes)
      return
    }
    notices += [decoded.notice].compactMap { $0 }
    self.text = .string(text)
    body = .string(text)
    if type.isJSON, !isTruncated { readJSON(text) }
  }

  /// The set that the header names, else the one that the document itself names; JSON without either may be UTF-16.
  private static func charset(of bytes: [UInt8], _ type: MediaType) -> String? {
    if let charset = type.charset { return charset }
    if type.isMarkup { return MediaType.charset(within: bytes) }
    return type.isJSON && bytes.count > 1 && bytes.prefix(2).contains(0) ? "utf-16" : nil
  }

  private mutating func readJSON(_ text: String) {
    let bytes = Array(text.utf8)
    if bytes.allSatisfy({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
      body = .null
      notices.append("its body is blank, though it is called JSON")
      return
    }
    do {
      body = try Value(json: bytes)
    } catch {
      let first = bytes.prefix { $0 != 0x0A }
      let isLines = first.count < bytes.count && (try? Value(json: first)) != nil
      notices.append(
        isLines
          ? "its body is called JSON and is several texts, one a line: it stands as text"
          : "its body is called JSON, but \(error): it stands as text")
      return
    }
    let doubled = Value.doubledKeys(json: bytes)
    if !doubled.isEmpty {
      let names = doubled.prefix(3).map { "`\($0)`" }.joined(separator: ", ") + (doubled.count > 3 ? ", …" : "")
      notices.append("a key is there twice in one object of its JSON, and the last one counts: \(names)")
    }
  }
}
