/// One argument of a command: any bytes.
typealias Word = [UInt8]

/// One answer of a Redis server (RESP version 2).
enum Reply: Sendable, Equatable {
  case null
  case integer(Int64)
  case status(String)
  case bulk([UInt8])
  case list([Reply])
  /// An error reply; the first word of its text is the code (`WRONGTYPE`, `ERR`, …).
  case error(String)

  var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  var list: [Reply]? {
    if case .list(let items) = self { items } else { nil }
  }

  /// The bytes of a bulk or a status.
  var bytes: [UInt8]? {
    switch self {
    case .bulk(let bytes): bytes
    case .status(let text): Array(text.utf8)
    default: nil
    }
  }

  /// The text of a bulk or a status; bytes that are not UTF-8 become U+FFFD.
  var text: String? {
    bytes.map { String(decoding: $0, as: UTF8.self) }
  }

  var error: String? {
    if case .error(let text) = self { text } else { nil }
  }
}
