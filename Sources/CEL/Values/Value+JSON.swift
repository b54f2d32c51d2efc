extension Value {
  /// This value as JSON: 64-bit integers exact, decimals with their own text, doubles always with a point or an exponent (`1.0`), NaN and infinities as
  /// strings, bytes as base64, timestamps as RFC 3339, durations in seconds (`"1.5s"`), types as their names, addresses as
  /// text, an optional as its value or `null`, an unknown as `{"unknown": [reasons]}`; keys of maps become strings.
  /// The compact form has no spaces, the pretty one an indentation of two.
  public func jsonText(pretty: Bool = false) -> String {
    String(decoding: jsonBytes(pretty: pretty), as: UTF8.self)
  }

  /// The UTF-8 of `jsonText`.
  public func jsonBytes(pretty: Bool = false) -> [UInt8] {
    var writer = JSONWriter(isPretty: pretty)
    writer.write(self)
    return writer.bytes
  }

  /// `jsonBytes`, or nil where they would be more than `limit`.
  func jsonBytes(limit: Int) -> [UInt8]? {
    var writer = JSONWriter(isPretty: false, limit: limit)
    writer.write(self)
    return writer.bytes.count > limit ? nil : writer.bytes
  }

  /// A double as CEL's `string(double)` prints it: the shortest digits that read back the same, without `.0`.
  public static func text(of number: Double) -> String {
    if number.isNaN { return "NaN" }
    if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
    let text = number.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// Appends JSON (RFC 8259) to a buffer.
struct JSONWriter {
  var bytes: [UInt8] = []
  let isPretty: Bool
  /// Writing ends soon after this many bytes.
  var limit = Int.max
  private var depth = 0

  init(isPretty: Bool, limit: Int = .max) {
    self.isPretty = isPretty
    self.limit = limit
  }

  mutating func write(_ value: Value) {
    switch value {
    case .null: append("null")
    case .bool(let flag): append(flag ? "true" : "false")
    case .int(let number): append(String(number))
    case .uint(let number): append(String(number))
    case .double(let number): number.isFinite ? append(number.description) : append(quoted: Value.text(of: number))
    case .decimal(let number): append(number.jsonText)
    case .string(let text): append(quoted: text)
    case .bytes(let data): append(quoted: Base64.encode(data))
    case .list(let items): write(items)
    case .map(let map): write(map)
    case .timestamp(let timestamp): append(quoted: timestamp.description)
    case .duration(let duration): append(quoted: Value.text(of: duration))
    case .type(let type): append(quoted: type.name)
    case .optional(let value): write(value ?? .null)
    case .ip(let address): append(quoted: address.description)
    case .cidr(let block): append(quoted: block.description)
    case .unknown(let unknown): write(.map(MapValue([("unknown", .list(unknown.reasons.map(Value.string)))])))
    }
  }

  private mutating func write(_ items: [Value]) {
    bytes.append(UInt8(ascii: "["))
    depth += 1
    for (position, item) in items.enumerated() {
      if bytes.count > limit { break }
      separate(position)
      write(item)
    }
    depth -= 1
    close(items.isEmpty, UInt8(ascii: "]"))
  }

  private mutating func write(_ map: MapValue) {
    bytes.append(UInt8(ascii: "{"))
    depth += 1
    for (position, entry) in map.entries.enumerated() {
      if bytes.count > limit { break }
      separate(position)
      if case .string(let key) = entry.key { append(quoted: key) } else { append(quoted: entry.key.rendered) }
      bytes.append(UInt8(ascii: ":"))
      if isPretty { bytes.append(UInt8(ascii: " ")) }
      write(entry.value)
    }
    depth -= 1
    close(map.isEmpty, UInt8(ascii: "}"))
  }

  private mutating func separate(_ position: Int) {
    if position > 0 { bytes.append(UInt8(ascii: ",")) }
    if isPretty { breakLine() }
  }

  private mutating func close(_ isEmpty: Bool, _ end: UInt8) {
    if isPretty, !isEmpty { breakLine() }
    bytes.append(end)
  }

  private mutating func breakLine() {
    bytes.append(UInt8(ascii: "\n"))
    bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
  }

  private mutating func append(_ text: String) {
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func append(quoted text: String) {
    bytes.append(UInt8(ascii: "\""))
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5c || $0 == 0x7f }) {
      for byte in text.utf8 { append(escaping: byte) }
    } else {
      bytes.append(contentsOf: text.utf8)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private mutating func append(escaping byte: UInt8) {
    switch byte {
    case 0x22, 0x5c:
      bytes.append(0x5c)
      bytes.append(byte)
    case 0x08: append("\\b")
    case 0x09: append("\\t")
    case 0x0a: append("\\n")
    case 0x0c: append("\\f")
    case 0x0d: append("\\r")
    case 0..<0x20, 0x7f: append("\\u00" + hexadecimal([byte]))
    default: bytes.append(byte)
    }
  }
}
