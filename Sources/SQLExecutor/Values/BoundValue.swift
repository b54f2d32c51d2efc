import CEL

/// A parameter's value as it goes to the server: text, apart from the statement.
struct BoundValue: Sendable, Hashable {
  /// Nil is NULL. Without NUL bytes.
  let text: [UInt8]?
  /// The type it is declared as; 0 leaves it to the server, which tells it from where the parameter stands. Durations
  /// are
  /// declared intervals, timestamps `timestamptz` and bytes `bytea`, since the server would guess wrongly
  /// (`now() - $1` is taken as the difference of two times).
  let type: UInt32

  init(text: [UInt8]?, type: UInt32 = 0) {
    self.text = text
    self.type = type
  }

  /// Why a value can't be sent.
  struct Problem: Error {
    /// The problem, without the value itself: "holds a NUL character".
    let message: String
  }

  /// null → NULL; numbers, booleans, text as they are written; bytes → bytea; timestamp → timestamptz; duration →
  /// interval; list → array (NULL, lists within lists); map → JSON; addresses → text. With `isJSON` a list is JSON,
  /// too.
  init(_ value: Value, isJSON: Bool = false) throws(Problem) {
    switch value {
    case .null, .optional(.none): self.init(text: nil)
    case .optional(.some(let inner)): try self.init(inner, isJSON: isJSON)
    case .bytes: self.init(text: try Self.text(value), type: 17)
    case .timestamp: self.init(text: try Self.text(value), type: 1184)
    case .duration: self.init(text: try Self.text(value), type: 1186)
    case .list(let items):
      guard !isJSON else {
        self.init(text: try Self.json(value))
        return
      }
      self.init(text: ArrayText.write(try Self.items(items, depth: 1)), type: Self.areInstants(items) ? 1185 : 0)
    default: self.init(text: try Self.text(value))
    }
  }

  /// Whether a list holds points in time alone, so that it is declared `timestamptz[]`: an array of `timestamp` would drop
  /// their zone.
  private static func areInstants(_ values: [Value]) -> Bool {
    let values = values.filter { if case .null = $0 { false } else { true } }
    return !values.isEmpty
      && values.allSatisfy { value in
        switch value {
        case .timestamp: true
        case .list(let inner): areInstants(inner)
        default: false
        }
      }
  }

  private static func items(_ values: [Value], depth: Int) throws(Problem) -> [ArrayText.Item] {
    guard depth <= 6 else { throw Problem(message: "is nested deeper than the six dimensions of an array") }
    var items: [ArrayText.Item] = []
    for value in values {
      switch value {
      case .null, .optional(.none): items.append(.null)
      case .optional(.some(let inner)): items += try Self.items([inner], depth: depth)
      case .list(let inner): items.append(.list(try Self.items(inner, depth: depth + 1)))
      default: items.append(.text(try text(value)))
      }
    }
    return items
  }

  private static func text(_ value: Value) throws(Problem) -> [UInt8] {
    let text: String
    switch value {
    case .string(let string): text = string
    case .bool(let flag): text = flag ? "true" : "false"
    case .int(let number): text = String(number)
    case .uint(let number): text = String(number)
    case .double(let number): text = number.isFinite ? number.description : Value.text(of: number)
    case .decimal(let number): text = number.text
    case .bytes(let bytes): text = "\\x" + hexadecimal(bytes)
    case .timestamp(let timestamp): text = timestamp.description
    case .duration(let duration): text = IntervalText.text(duration)
    case .ip(let address): text = address.description
    case .cidr(let block): text = block.description
    case .map: return try json(value)
    case .null, .list, .optional, .type, .unknown:
      throw Problem(message: "is of the type \(value.typeName.name), which has no SQL value")
    }
    guard !text.utf8.contains(0) else { throw Problem(message: "holds a NUL character, which PostgreSQL's text can't") }
    return Array(text.utf8)
  }

  private static func json(_ value: Value) throws(Problem) -> [UInt8] {
    // A NUL within is written \u0000: fine in json, refused by jsonb, so the server's business.
    value.jsonBytes()
  }
}
