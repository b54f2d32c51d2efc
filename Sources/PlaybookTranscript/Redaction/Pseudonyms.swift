import CEL
import PlaybookRecord

/// Stands for what must not be seen: the same value has the same pseudonym throughout, by the order in which the
/// journal and its evidence first have it. A hash would not do: all addresses of the Internet are soon tried.
struct Pseudonyms {
  private let redaction: Redaction
  /// By what is replaced: `203.0.113.7` is `ip-1`.
  private var names: [String: String] = [:]
  private var counts: [String: Int] = [:]
  /// Values of columns that are looked for in texts as well: their lengths, longest first, and their first bytes.
  private var lengths: [Int] = []
  private var firstBytes: Set<UInt8> = []
  private var words: Set<[UInt8]> = []
  /// What columns the evidence has, in the order in which they come.
  private(set) var columns: [String] = []
  private var knownColumns: Set<String> = []
  /// Shorter ones would turn every other number of the text into a pseudonym.
  private static let shortestWord = 3

  init(_ redaction: Redaction) {
    self.redaction = redaction
  }

  /// What a copy says of itself.
  var statement: String {
    var parts: [String] = []
    func add(_ kind: String, _ one: String, _ more: String) {
      let count = counts[kind] ?? 0
      parts.append("\(count) \(count == 1 ? one : more)")
    }
    if redaction.hidesAddresses { add("ip", "IP address", "IP addresses") }
    if redaction.hidesEmails { add("email", "mail address", "mail addresses") }
    for column in redaction.columns { add(column, "value of \(column)", "values of \(column)") }
    return "This copy is redacted: \(parts.joined(separator: ", ")) replaced, each by the same pseudonym throughout."
  }

  /// The columns to be replaced of which there is no value.
  var missingColumns: [String] { redaction.columns.filter { counts[$0] == nil && !knownColumns.contains($0) } }

  // MARK: Learning

  /// Gives a pseudonym to whatever in `value` needs one.
  mutating func learn(_ value: Value) {
    switch value {
    case .string(let text): learn(text)
    case .ip(let address): learn(address.description)
    case .cidr(let block): learn(block.description)
    case .list(let items): for item in items { learn(item) }
    case .optional(let inner): if let inner { learn(inner) }
    case .bytes(let bytes): if let text = String(validating: bytes, as: UTF8.self) { learn(text) }
    case .map(let map):
      for (key, inner) in map.entries {
        learn(key)
        if let name = key.stringValue, redaction.columns.contains(name) { learn(column: name, inner) }
        learn(inner)
      }
    default: break
    }
  }

  /// Notes which columns the rows of an outcome have.
  mutating func learn(columnsOf outcome: Value?) {
    for (_, list) in outcome?.mapValue?.entries ?? [] {
      for row in list.listValue ?? [] {
        for entry in row.mapValue?.entries ?? [] {
          if let name = entry.key.stringValue, knownColumns.insert(name).inserted { columns.append(name) }
        }
      }
    }
  }

  private mutating func learn(column name: String, _ value: Value) {
    switch value {
    case .list(let items): for item in items { learn(column: name, item) }
    case .null, .map, .unknown, .bool: break
    default:
      let text = value.rendered
      guard !text.isEmpty, names[text] == nil else { return }
      give(text, kind: name)
      let bytes = Array(text.utf8)
      guard bytes.count >= Self.shortestWord else { return }
      words.insert(bytes)
      firstBytes.insert(bytes[0])
      if !lengths.contains(bytes.count) { lengths = (lengths + [bytes.count]).sorted(by: >) }
    }
  }

  private mutating func learn(_ text: String) {
    for place in Sensitive.places(in: text, redaction) where names[place.key] == nil {
      give(place.key, kind: place.kind)
    }
  }

  private mutating func give(_ text: String, kind: String) {
    counts[kind, default: 0] += 1
    names[text] = "\(kind)-\(counts[kind] ?? 0)"
  }

  // MARK: Masking

  /// Numbers of ours in an outcome, which are no value of a column either.
  private static let ownNumbers: Set<String> = ["count", "status", "exit", "polls", "attempts", "bytes"]

  func masking(_ event: Event) -> Event { event.masking { masking(field: .string($0), $1) } }

  private func masking(field key: Value, _ value: Value) -> Value {
    let name = key.stringValue ?? ""
    if redaction.columns.contains(name) { return masking(column: value) }
    return value.isNumber && Self.ownNumbers.contains(name) ? value : masking(value)
  }

  /// `value` with pseudonyms.
  func masking(_ value: Value) -> Value {
    switch value {
    case .string(let text): return .string(masking(text))
    case .int, .uint, .double, .decimal:
      // A column's number under another name: the number of who was acted on, of who acted.
      let text = value.rendered
      return text.utf8.count < Self.shortestWord ? value : names[text].map(Value.string) ?? value
    case .ip(let address): return .string(masking(address.description))
    case .cidr(let block): return .string(masking(block.description))
    case .list(let items): return .list(items.map { masking($0) })
    case .optional(let inner): return .optional(inner.map { masking($0) })
    case .bytes(let bytes): return String(validating: bytes, as: UTF8.self).map { .string(masking($0)) } ?? value
    case .map(let map):
      var masked = MapValue()
      for (key, inner) in map.entries {
        masked.insert(masking(field: key, inner), for: masking(key))
      }
      return .map(masked)
    default: return value
    }
  }

  private func masking(column value: Value) -> Value {
    switch value {
    case .list(let items): .list(items.map(masking(column:)))
    case .null, .unknown, .bool: value
    case .map: masking(value)
    default: .string(names[value.rendered] ?? (value.rendered.isEmpty ? "" : "•"))
    }
  }

  /// `text` with pseudonyms for what is a whole word of it.
  func masking(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var places = Sensitive.places(in: text, redaction).map { ($0.range, names[$0.key] ?? "\($0.kind)-?") }
    places += knownWords(in: bytes)
    guard !places.isEmpty else { return text }
    places.sort { ($0.0.lowerBound, -$0.0.count) < ($1.0.lowerBound, -$1.0.count) }
    var masked: [UInt8] = []
    var position = 0
    for (range, name) in places where range.lowerBound >= position {
      masked += bytes[position..<range.lowerBound]
      masked += Array(name.utf8)
      position = range.upperBound
    }
    masked += bytes[position...]
    return String(decoding: masked, as: UTF8.self)
  }

  private func knownWords(in bytes: [UInt8]) -> [(Range<Int>, String)] {
    guard !words.isEmpty else { return [] }
    var places: [(Range<Int>, String)] = []
    var position = 0
    while position < bytes.count {
      let isStart = position == 0 || !Self.isWord(bytes[position - 1])
      guard isStart, firstBytes.contains(bytes[position]), let range = word(in: bytes, at: position) else {
        position += 1
        continue
      }
      places.append((range, names[String(decoding: bytes[range], as: UTF8.self)] ?? "•"))
      position = range.upperBound
    }
    return places
  }

  private static func isWord(_ byte: UInt8) -> Bool { Sensitive.isWord(Unicode.Scalar(byte)) }

  private func word(in bytes: [UInt8], at start: Int) -> Range<Int>? {
    for length in lengths where start + length <= bytes.count {
      let end = start + length
      if end == bytes.count || !Self.isWord(bytes[end]), words.contains(Array(bytes[start..<end])) {
        return start..<end
      }
    }
    return nil
  }
}
