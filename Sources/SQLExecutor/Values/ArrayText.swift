import CEL

/// The text of PostgreSQL's arrays (manual, section 8.15.6): `{1,NULL,{"a \"b\""}}`.
enum ArrayText {
  /// The elements, lists within lists where the array has dimensions; nil where the text is not an array.
  static func read(_ bytes: [UInt8], delimiter: UInt8, element: ([UInt8]) -> Value) -> [Value]? {
    var position = 0
    if bytes.first == UInt8(ascii: "[") {
      // Bounds that don't start at 1 come first: `[0:1]={…}`.
      guard let equals = bytes.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      position = equals + 1
    }
    var open: [[Value]] = []
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "{") {
        guard open.count < 8 else { return nil }
        open.append([])
        position += 1
      } else if byte == UInt8(ascii: "}") {
        guard let list = open.popLast() else { return nil }
        position += 1
        if open.isEmpty { return position == bytes.count ? list : nil }
        open[open.count - 1].append(.list(list))
      } else if byte == delimiter {
        position += 1
      } else {
        guard !open.isEmpty, let (text, isQuoted, end) = item(bytes, from: position, delimiter: delimiter) else {
          return nil
        }
        open[open.count - 1].append(!isQuoted && text == Array("NULL".utf8) ? .null : element(text))
        position = end
      }
    }
    return nil
  }

  private static func item(
    _ bytes: [UInt8], from start: Int, delimiter: UInt8
  ) -> (text: [UInt8], isQuoted: Bool, end: Int)? {
    let (quote, backslash) = (UInt8(ascii: "\""), UInt8(ascii: "\\"))
    let isQuoted = bytes[start] == quote
    var (text, position) = ([UInt8](), isQuoted ? start + 1 : start)
    while position < bytes.count {
      let byte = bytes[position]
      if isQuoted ? byte == quote : byte == delimiter || byte == UInt8(ascii: "}") {
        return (text, isQuoted, isQuoted ? position + 1 : position)
      }
      if byte == backslash { position += 1 }
      guard position < bytes.count else { return nil }
      text.append(bytes[position])
      position += 1
    }
    return nil
  }

  /// An array of texts, each in quotes; nil is NULL, and lists nest.
  static func write(_ items: [Item]) -> [UInt8] {
    var bytes = [UInt8(ascii: "{")]
    for (position, item) in items.enumerated() {
      if position > 0 { bytes.append(UInt8(ascii: ",")) }
      switch item {
      case .null: bytes += Array("NULL".utf8)
      case .list(let items): bytes += write(items)
      case .text(let text):
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
          if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
          bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
      }
    }
    return bytes + [UInt8(ascii: "}")]
  }

  indirect enum Item {
    case null
    case text([UInt8])
    case list([Item])
  }
}
