public import CEL
import PlaybookRecord
import SourceText

/// Takes secrets out of whatever is recorded or shown, by value and in every usual encoding.
public struct Redactor: Sendable {
  public static let mark = Outcome.scrubbed
  private var search = SecretSearch()

  public init() {}

  /// Whether there is no secret to take out.
  var isEmpty: Bool { search.isEmpty }

  /// From now on `secret` is taken out: as it is and in another letter case, without unseen characters around it, each
  /// line of it, in base64, base32 and digits of the bases 2, 8, 10 and 16, URL-encoded, JSON- and HTML-escaped, quoted
  /// for a shell, SQL or CSV, broken into lines, in dumps, and one of them within another; a key in digits as the bytes
  /// that it stands for, and a secret in groups without what parts them.
  public mutating func add(_ secret: String) {
    var texts = [secret]
    let lines = secret.split(whereSeparator: \.isNewline).map(String.init)
    if lines.count > 1 { texts += lines.filter { $0.utf8.count >= 8 || Self.isCode($0) } }
    if secret.contains("\r\n") { texts.append(secret.replacing("\r\n", with: "\n")) }
    // A server drops blanks at a header's end and sends back the secret without them.
    texts += texts.map(\.bare).filter { $0.utf8.count >= 8 && !texts.contains($0) }
    if let joined = Self.joined(secret.bare) { texts.append(joined) }
    for form in texts.flatMap(SecretForm.all) + SecretForm.keys(of: secret.bare) { search.add(form) }
  }

  /// A secret in groups as it is without the signs between them: `abcd efgh ijkl`, `1234-5678-9012`.
  private static func joined(_ text: String) -> String? {
    let bytes = text.utf8
    let signs = Set(bytes.filter { !SecretForm.isAlphanumeric($0) })
    guard signs == [UInt8(ascii: "-")] || signs == [0x20] else { return nil }
    let joined = String(decoding: bytes.filter(SecretForm.isAlphanumeric), as: UTF8.self)
    return joined.utf8.count >= 8 ? joined : nil
  }

  /// Whether a line that is short is a secret by itself: a recovery code such as `1234-56` or `a1b2c3`.
  private static func isCode(_ line: String) -> Bool {
    let bytes = line.bare.utf8
    let isPlain = bytes.allSatisfy { SecretForm.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    return bytes.count >= 6 && isPlain && bytes.contains { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: "-") }
      && !bytes.allSatisfy { $0 <= UInt8(ascii: "9") && $0 != UInt8(ascii: "-") }
  }

  /// `value` without secrets, keys of maps included. Texts that stand one after another, in a list or in a column of
  /// one, are looked at together as well: a secret may have been broken into them.
  public func redact(_ value: Value) -> Value {
    guard !search.isEmpty else { return value }
    switch value {
    case .string(let text): return .string(redact(text))
    case .bytes(let bytes):
      guard let clean = clean(bytes) else { return value }
      return .string(String(decoding: clean, as: UTF8.self))
    case .list(let items): return .list(redact(items))
    case .map(let map): return .map(redact(map))
    case .optional(let inner?): return .optional(redact(inner))
    case .int, .uint, .double, .decimal:
      let text = value.rendered
      return clean(Array(text.utf8)) == nil ? value : .string(redact(text))
    case .unknown(let unknown): return .unknown(Unknown(unknown.reasons.map(redact)))
    default: return value
    }
  }

  public func redact(_ map: MapValue) -> MapValue {
    guard !search.isEmpty else { return map }
    var clean = MapValue()
    clean.absent = map.absent.map { Unknown($0.reasons.map(redact)) }
    // What JavaScript makes of a text or of bytes: `{"0": 67, "1": 78}`.
    let isList = map.entries.enumerated().allSatisfy { $1.key == .string(String($0)) }
    let values = isList ? redact(map.entries.map(\.value)) : map.entries.map(\.value)
    for ((key, _), value) in zip(map.entries, values) { clean.insert(redact(value), for: redact(key)) }
    return clean
  }

  public func redact(_ text: String) -> String {
    guard let clean = clean(Array(text.utf8)) else { return text }
    return String(decoding: clean, as: UTF8.self)
  }

  // MARK: Lists

  private func redact(_ items: [Value]) -> [Value] {
    guard items.count > 1 else { return items.map(redact) }
    var items = items
    maskBytes(&items)
    join(&items, Self.bytes, { $0 = .string($1) })
    var keys: [Value] = []
    for case .map(let row) in items.prefix(8) {
      for (key, _) in row.entries where !keys.contains(key) { keys.append(key) }
    }
    for key in keys.prefix(64) {
      join(
        &items, { $0.mapValue?.value(for: key).flatMap(Self.bytes) },
        { item, text in
          guard case .map(var row) = item else { return }
          row.insert(.string(text), for: key)
          item = .map(row)
        })
    }
    return items.map(redact)
  }

  /// Takes secrets out of a list of bytes, as JSON has them: `[116, 111, 107]`.
  private func maskBytes(_ items: inout [Value]) {
    let bytes = items.compactMap { $0.intValue.flatMap(Self.byte) }
    guard bytes.count == items.count else { return }
    for place in search.ranges(in: bytes, isCut: bytes.count >= Self.longText).joined() {
      items[place] = .string(Self.mark)
    }
  }

  /// Some languages have bytes from -128 on.
  private static func byte(_ number: Int64) -> UInt8? {
    UInt8(exactly: number) ?? Int8(exactly: number).map(UInt8.init(bitPattern:))
  }

  private static func bytes(_ value: Value) -> [UInt8]? {
    switch value {
    case .string(let text): Array(text.utf8)
    case .bytes(let bytes): bytes
    default: nil
    }
  }

  /// Takes secrets out of the texts that `text` gives of the items, as one text with line breaks.
  private func join(
    _ items: inout [Value], _ text: (Value) -> [UInt8]?, _ put: (inout Value, String) -> Void
  ) {
    var joined: [UInt8] = []
    var places: [(item: Int, range: Range<Int>)] = []
    for (index, item) in items.enumerated() {
      guard let text = text(item) else { continue }
      let start = joined.count
      joined += text
      places.append((index, start..<joined.count))
      joined.append(0x0A)
    }
    guard places.count > 1 else { return }
    joined.removeLast()
    let found = search.ranges(in: joined, isCut: joined.count >= Self.longText)
    guard !found.isEmpty else { return }
    var next = 0
    for (item, range) in places {
      while next < found.count, found[next].upperBound <= range.lowerBound { next += 1 }
      var inner: [Range<Int>] = []
      var later = next
      while later < found.count, found[later].lowerBound < range.upperBound {
        inner.append(found[later].clamped(to: range))
        later += 1
      }
      inner.removeAll(where: \.isEmpty)
      guard !inner.isEmpty else { continue }
      put(&items[item], String(decoding: Self.masked(joined[range], inner), as: UTF8.self))
    }
  }

  // MARK: Texts

  /// The bytes without secrets, or nil where there is none in them. A secret may be truncated at the end, also with a
  /// mark behind it that says so.
  private func clean(_ bytes: [UInt8]) -> [UInt8]? {
    let clean = masked(bytes, isCut: bytes.count >= Self.longText)
    let shown = clean ?? bytes
    guard shown.suffix(Self.cutMark.count).elementsEqual(Self.cutMark) else { return clean }
    // A secret may end that way, so that is looked for first.
    return masked(shown.dropLast(Self.cutMark.count), isCut: true).map { $0 + Self.cutMark } ?? clean
  }

  private static let cutMark = Array("…".utf8)
  /// From this size in bytes on a text may have been truncated without a mark: output beyond its limit, the beginning
  /// of evidence.
  private static let longText = 1500

  private func masked(_ bytes: [UInt8], isCut: Bool) -> [UInt8]? {
    let found = search.ranges(in: bytes, isCut: isCut)
    return found.isEmpty ? nil : Self.masked(bytes[...], found)
  }

  private static func masked(_ bytes: ArraySlice<UInt8>, _ found: [Range<Int>]) -> [UInt8] {
    var result: [UInt8] = []
    var from = bytes.startIndex
    for range in found {
      result += bytes[from..<range.lowerBound]
      result += mark.utf8
      from = range.upperBound
    }
    return result + bytes[from...]
  }
}
