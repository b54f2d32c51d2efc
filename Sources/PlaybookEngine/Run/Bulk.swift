import CEL
import ExecutorKit
import PlaybookRecord
import SourceText

/// How much of a value a run takes in.
///
/// What a value weighs is what it needs in memory or on record, whichever is more: a text its bytes, those that JSON
/// escapes with their escapes (a NUL is six bytes there); a list, a map and a number a few words each.
struct Bulk {
  /// The most that an outcome, or a field of a call, may weigh.
  static let limit = 64 << 20

  private static let word = 32
  private var room: Int
  private(set) var isCut = false

  init(limit: Int = Self.limit) {
    room = limit
  }

  /// Whether a value weighs more than the limit; it is not gone through any further than that.
  static func exceeds(_ value: Value, limit: Int = Self.limit) -> Bool {
    var bulk = Bulk(limit: limit)
    return !bulk.takes(value)
  }

  /// The outcome as far as it fits, and whether something was left out. What comes last is cut first.
  static func bounded(_ outcome: CallOutcome, limit: Int = Self.limit) -> CallOutcome {
    guard exceeds(.map(outcome.fields), limit: limit) else { return outcome }
    var bulk = Bulk(limit: limit)
    var outcome = outcome
    outcome.fields = bulk.beginning(of: outcome.fields)
    outcome.isTruncated = true
    let notice = Value.string("the answer needs more than \(limit >> 20) MiB; only its beginning is kept")
    outcome.fields["notices"] = .list((outcome.fields["notices"]?.listValue ?? []) + [notice])
    return outcome
  }

  /// Takes the value's weight off the room; false where it does not fit.
  private mutating func takes(_ value: Value) -> Bool {
    room -= Self.word
    switch value {
    case .list(let items):
      for item in items where !takes(item) { return false }
    case .map(let map):
      for (key, value) in map.entries where !takes(key) || !takes(value) { return false }
    case .optional(let inner?): return takes(inner)
    case .string(let text): room -= Self.weight(text)
    case .bytes(let bytes): room -= bytes.count / 3 * 4
    default: break
    }
    return room >= 0
  }

  private mutating func beginning(of value: Value) -> Value {
    room -= Self.word
    switch value {
    case .list(let items):
      var kept: [Value] = []
      for item in items {
        guard room > 0 else {
          isCut = true
          break
        }
        kept.append(beginning(of: item))
      }
      return .list(kept)
    case .map(let map): return .map(beginning(of: map))
    case .optional(let inner?): return .optional(beginning(of: inner))
    case .string(let text): return .string(beginning(of: text))
    case .bytes(let bytes):
      let count = max(0, min(bytes.count, room / 4 * 3))
      room -= bytes.count / 3 * 4
      return .bytes(Array(bytes.prefix(count)))
    default: return value
    }
  }

  /// All of its keys: an outcome keeps its fields, however little is in them.
  private mutating func beginning(of map: MapValue) -> MapValue {
    var kept = MapValue()
    kept.absent = map.absent
    for (key, value) in map.entries {
      guard room > 0 || kept.count < 64 else {
        isCut = true
        break
      }
      room -= Self.word + Self.weight(key.rendered)
      kept.insert(beginning(of: value), for: key)
    }
    return kept
  }

  private mutating func beginning(of text: String) -> String {
    let weight = Self.weight(text)
    defer { room -= weight }
    guard weight > room else { return text }
    isCut = true
    var (kept, left) = (String.UnicodeScalarView(), max(0, room))
    for scalar in text.unicodeScalars {
      left -= scalar.isASCII ? Self.weight(UInt8(scalar.value)) : scalar.utf8.count
      if left < 0 { break }
      kept.append(scalar)
    }
    return String(kept)
  }

  private static func weight(_ text: String) -> Int {
    text.utf8.reduce(0) { $0 + weight($1) }
  }

  private static func weight(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\""), UInt8(ascii: "\\"): 2
    case 0..<0x20: 6
    default: 1
    }
  }
}
