import FoundationEssentials
import Synchronization

/// A zone's offsets from UTC: fixed, or by name from tzdata's files.
///
/// Source: RFC 9636 (TZif); the rule for times beyond the file's last transition as POSIX gives it for `TZ`.
struct TimeZone: Sendable {
  private struct Span {
    let start: Int64
    let offset: Int
  }

  private var spans: [Span] = []
  private var first = 0
  private var rule: TimeZoneRule?

  private static let known = Mutex<[String: TimeZone]>([:])
  private static let folders = ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/usr/share/lib/zoneinfo"]

  init(offset: Int) { first = offset }

  init(rule: TimeZoneRule) { self.rule = rule }

  /// Whether the offset is 0, always.
  var isUTC: Bool { spans.isEmpty && (rule.map(\.isUTC) ?? (first == 0)) }

  /// `±hh:mm` or `hh:mm`, `UTC`, or a name of tzdata such as `Europe/Berlin`. Nil where there is no such zone.
  static func named(_ name: String) -> TimeZone? {
    if name.isEmpty || name == "UTC" { return TimeZone(offset: 0) }
    if let offset = offset(name) { return TimeZone(offset: offset) }
    guard isName(name) else { return nil }
    if let zone = known.withLock({ $0[name] }) { return zone }
    for folder in folders {
      guard let data = try? Data(contentsOf: URL(filePath: "\(folder)/\(name)")), let zone = TimeZone(Array(data))
      else {
        continue
      }
      known.withLock { $0[name] = zone }
      return zone
    }
    return nil
  }

  /// Letters, digits and `_+-` between slashes, nothing that leaves the folder.
  private static func isName(_ name: String) -> Bool {
    guard name.utf8.count <= 64 else { return false }
    let allowed = Set("_+-".utf8)
    return name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
      part.utf8.first.map { $0.isLetter } == true
        && part.utf8.allSatisfy { $0.isLetter || $0.isDigit || allowed.contains($0) }
    }
  }

  private static func offset(_ text: String) -> Int? {
    var rest = Array(text.utf8)[...]
    let isWest = rest.first == UInt8(ascii: "-")
    if isWest || rest.first == UInt8(ascii: "+") { rest.removeFirst() }
    let parts = rest.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2,
      parts.allSatisfy({ $0.allSatisfy(\.isDigit) }), let hours = Int(String(decoding: parts[0], as: UTF8.self)),
      let minutes = Int(String(decoding: parts[1], as: UTF8.self)), hours < 24, minutes < 60
    else { return nil }
    return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
  }

  /// Seconds east of UTC at a time given in seconds since 1970.
  func offset(at seconds: Int64) -> Int {
    guard let last = spans.last else { return rule?.offset(at: seconds) ?? first }
    if seconds >= last.start, let rule { return rule.offset(at: seconds) }
    var (low, high) = (0, spans.count)
    while low < high {
      let middle = (low + high) / 2
      if spans[middle].start <= seconds { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? first : spans[low - 1].offset
  }

  /// Reads a TZif file, its 64-bit part.
  private init?(_ bytes: [UInt8]) {
    var reader = BigEndianReader(bytes)
    guard let short = Counts(&reader), short.version >= UInt8(ascii: "2") else { return nil }
    reader.position += short.length(timeSize: 4)
    guard let counts = Counts(&reader) else { return nil }
    var (starts, kinds, offsets) = ([Int64](), [Int](), [Int]())
    for _ in 0..<counts.transitions {
      guard let time = reader.number(8) else { return nil }
      starts.append(time)
    }
    for _ in 0..<counts.transitions {
      guard let kind = reader.number(1) else { return nil }
      kinds.append(Int(kind) & 0xff)
    }
    for _ in 0..<counts.types {
      guard let offset = reader.number(4), reader.number(2) != nil else { return nil }
      offsets.append(Int(offset))
    }
    guard let standard = offsets.first, kinds.allSatisfy({ $0 < offsets.count }) else { return nil }
    first = standard
    spans = zip(starts, kinds).map { Span(start: $0, offset: offsets[$1]) }
    reader.position += counts.texts + counts.leaps * 12 + counts.standards + counts.universals
    rule = TimeZoneRule(reader.line())
  }

  /// The header of a TZif file.
  private struct Counts {
    let version: UInt8
    let universals: Int
    let standards: Int
    let leaps: Int
    let transitions: Int
    let types: Int
    let texts: Int

    init?(_ reader: inout BigEndianReader) {
      guard reader.take(Array("TZif".utf8)), let version = reader.number(1) else { return nil }
      self.version = UInt8(truncatingIfNeeded: version)
      reader.position += 15
      var counts: [Int] = []
      for _ in 0..<6 {
        guard let count = reader.number(4), (0...10_000).contains(count) else { return nil }
        counts.append(Int(count))
      }
      (universals, standards, leaps) = (counts[0], counts[1], counts[2])
      (transitions, types, texts) = (counts[3], counts[4], counts[5])
    }

    func length(timeSize: Int) -> Int {
      transitions * (timeSize + 1) + types * 6 + texts + leaps * (timeSize + 4) + standards + universals
    }
  }
}

private struct BigEndianReader {
  let bytes: [UInt8]
  var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func take(_ wanted: [UInt8]) -> Bool {
    guard position + wanted.count <= bytes.count, bytes[position...].starts(with: wanted) else { return false }
    position += wanted.count
    return true
  }

  /// A signed number of `width` bytes.
  mutating func number(_ width: Int) -> Int64? {
    guard position + width <= bytes.count else { return nil }
    var number = Int64(Int8(bitPattern: bytes[position]))
    for byte in bytes[position + 1..<position + width] { number = number << 8 | Int64(byte) }
    position += width
    return number
  }

  /// The text between the next two line ends.
  func line() -> [UInt8] {
    guard position < bytes.count else { return [] }
    return Array(bytes[(position + 1)...].prefix { $0 != 0x0a })
  }
}
