import FoundationEssentials

/// Base64 with the standard alphabet (RFC 4648, section 4).
package enum Base64 {
  package static func encode(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
  }

  /// The bytes, or nil where `text` is not base64. Padding may be missing, and line ends may be in it, as `base64`
  /// writes them.
  package static func decode(_ text: String) -> [UInt8]? {
    var text = String(text.unicodeScalars.filter { $0 != "\n" && $0 != "\r" })
    let excess = text.utf8.count % 4
    if excess > 0, !text.utf8.contains(UInt8(ascii: "=")) { text += String(repeating: "=", count: 4 - excess) }
    return Data(base64Encoded: text).map { Array($0) }
  }
}
