public import CEL
import PlaybookEngine

/// Takes secrets out of whatever is recorded or shown, by value and in every usual encoding.
public struct Redactor: Sendable {
  public static let mark = Outcome.scrubbed
  /// The forms that are looked for, longest first, so that no part of one is left standing.
  private var patterns: [[UInt8]] = []
  private var known: Set<[UInt8]> = []

  public init() {}

  /// From now on `secret` is taken out: as it is, each line of it, base64 at each alignment (plain and URL-safe),
  /// URL-encoded, JSON- and HTML-escaped, hexadecimal.
  public mutating func add(_ secret: String) {
    var texts = [secret]
    let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
    if lines.count > 1 { texts += lines.filter { $0.utf8.count >= 8 } }
    for text in texts where !text.isEmpty {
      for form in Self.forms(of: text) where form.count >= 4 && known.insert(form).inserted { patterns.append(form) }
    }
    patterns.sort { $0.count > $1.count }
  }

  /// `value` without secrets, keys of maps included.
  public func redact(_ value: Value) -> Value {
    guard !patterns.isEmpty else { return value }
    switch value {
    case .string(let text): return .string(redact(text))
    case .bytes(let bytes):
      guard let clean = clean(bytes) else { return value }
      return .string(String(decoding: clean, as: UTF8.self))
    case .list(let items): return .list(items.map(redact))
    case .map(let map): return .map(redact(map))
    case .optional(let inner?): return .optional(redact(inner))
    case .int, .uint, .double:
      let text = value.rendered
      return clean(Array(text.utf8)) == nil ? value : .string(redact(text))
    case .unknown(let unknown): return .unknown(Unknown(unknown.reasons.map(redact)))
    default: return value
    }
  }

  public func redact(_ map: MapValue) -> MapValue {
    guard !patterns.isEmpty else { return map }
    var clean = MapValue()
    clean.absent = map.absent.map { Unknown($0.reasons.map(redact)) }
    for (key, value) in map.entries { clean.insert(redact(value), for: redact(key)) }
    return clean
  }

  public func redact(_ text: String) -> String {
    guard let clean = clean(Array(text.utf8)) else { return text }
    return String(decoding: clean, as: UTF8.self)
  }

  /// The bytes without secrets, or nil where there is none in them.
  private func clean(_ bytes: [UInt8]) -> [UInt8]? {
    var current = bytes
    var changed = false
    for pattern in patterns where current.count >= pattern.count {
      var result: [UInt8] = []
      var from = 0
      while let at = Self.find(pattern, in: current, from: from) {
        result += current[from..<at] + Array(Self.mark.utf8)
        from = at + pattern.count
      }
      guard from > 0 else { continue }
      current = result + current[from...]
      changed = true
    }
    return changed ? current : nil
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count - start >= pattern.count else { return nil }
    let first = pattern[0]
    var index = start
    let last = bytes.count - pattern.count
    while index <= last {
      guard let next = bytes[index...last].firstIndex(of: first) else { return nil }
      if bytes[next..<next + pattern.count].elementsEqual(pattern) { return next }
      index = next + 1
    }
    return nil
  }

  private static func forms(of text: String) -> [[UInt8]] {
    let bytes = Array(text.utf8)
    var forms = [bytes]
    // At each alignment the digits at the borders depend on the neighbours; what lies between is always the same.
    for shift in 0..<3 {
      let encoded = Array(Base64.encode(Array(repeating: 0, count: shift) + bytes).utf8)
      let head = [0, 2, 3][shift]
      let whole = (shift + bytes.count) / 3 * 4
      guard whole > head + 6 else { continue }
      let core = Array(encoded[head..<whole])
      forms.append(core)
      forms.append(
        core.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0 })
    }
    let digits = bytes.map { hexadecimal([$0]) }
    for separator in ["", " ", ":", "%"] {
      let hex = digits.joined(separator: separator)
      forms.append(Array(hex.utf8))
      forms.append(Array(hex.uppercased().utf8))
    }
    forms.append(percentEncoded(bytes, spaceAsPlus: false))
    forms.append(percentEncoded(bytes, spaceAsPlus: true))
    forms.append(percentEncoded(bytes, spaceAsPlus: false, upper: false))
    forms.append(percentEncoded(bytes, spaceAsPlus: true, upper: false))
    forms.append(Array(Value.string(text).jsonBytes().dropFirst().dropLast()))
    forms.append(
      Array(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("/", with: "\\/").utf8))
    // Many programs write JSON in ASCII alone, with an escape for each other character.
    for digits in ["0123456789abcdef", "0123456789ABCDEF"] {
      let plain = asciiJSON(text, Array(digits.utf8))
      forms.append(plain)
      forms.append(Array(String(decoding: plain, as: UTF8.self).replacing("/", with: "\\/").utf8))
    }
    let html = text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    forms.append(Array(html.utf8))
    for apostrophe in ["&#39;", "&#x27;", "&apos;"] {
      forms.append(Array(html.replacing("\"", with: "&quot;").replacing("'", with: apostrophe).utf8))
      forms.append(Array(html.replacing("\"", with: "&#34;").replacing("'", with: apostrophe).utf8))
    }
    return forms
  }

  /// A text within JSON's quotes, in ASCII alone. Source: RFC 8259, section 7.
  private static func asciiJSON(_ text: String, _ digits: [UInt8]) -> [UInt8] {
    var encoded: [UInt8] = []
    for unit in text.utf16 {
      switch unit {
      case 0x22, 0x5C: encoded += [UInt8(ascii: "\\"), UInt8(unit)]
      case 0x20..<0x7F: encoded.append(UInt8(unit))
      default:
        encoded += Array("\\u".utf8) + [12, 8, 4, 0].map { digits[Int(unit >> $0) & 15] }
      }
    }
    return encoded
  }

  private static func percentEncoded(_ bytes: [UInt8], spaceAsPlus: Bool, upper: Bool = true) -> [UInt8] {
    var encoded: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
        encoded.append(byte)
      case UInt8(ascii: " ") where spaceAsPlus: encoded.append(UInt8(ascii: "+"))
      default:
        let digits = hexadecimal([byte])
        encoded += Array("%".utf8) + Array((upper ? digits.uppercased() : digits).utf8)
      }
    }
    return encoded
  }
}
