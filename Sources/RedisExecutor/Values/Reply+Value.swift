import CEL

extension Reply {
  /// nil as null, integers, texts, bytes where they are not UTF-8, lists; an error within a list as a map with `error`.
  var value: Value {
    switch self {
    case .null: .null
    case .integer(let number): .int(number)
    case .status(let text): .string(text)
    case .bulk(let bytes): Self.text(bytes)
    case .list(let items): .list(items.map(\.value))
    case .error(let text): ["error": .string(text)]
    }
  }

  static func text(_ bytes: [UInt8]) -> Value {
    String(validating: bytes, as: UTF8.self).map(Value.string) ?? .bytes(bytes)
  }
}
