import CEL

/// The parts of a reply whose form Redis fixes. RESP version 2 sends a map as a list of names and values in turn, so that
/// only the command says which lists are maps.
indirect enum ReplyShape: Sendable {
  /// As it is: texts stay texts.
  case plain
  /// A text that is a number by Redis' own definition.
  case number
  /// Seconds since 1970.
  case seconds
  /// Names and values in turn: a map. Names that are not listed have the second shape.
  case pairs([String: ReplyShape], otherwise: ReplyShape)
  /// Pairs at every depth whose texts are numbers.
  case statistics
  case list(ReplyShape)
  /// A list with a place for each name: a map.
  case tuple([(String, ReplyShape)])
  /// An entry of a stream: `id`, `fields`.
  case entry

  /// A reply that does not have this shape is given as it is.
  func value(_ reply: Reply) -> Value {
    switch self {
    case .plain: return reply.value
    case .number:
      guard case .bulk(let bytes) = reply, let text = String(validating: bytes, as: UTF8.self) else {
        return reply.value
      }
      return RedisNumber.value(text)
    case .seconds: return reply.integer.map { .timestamp(Timestamp(seconds: $0)) } ?? reply.value
    case .pairs(let known, let otherwise):
      return Self.map(reply) { known[$0] ?? otherwise }.map(Value.map) ?? reply.value
    case .statistics:
      guard reply.list != nil else { return ReplyShape.number.value(reply) }
      return Self.map(reply) { _ in .statistics }.map(Value.map) ?? reply.value
    case .list(let shape): return reply.list.map { Value.list($0.map(shape.value)) } ?? reply.value
    case .tuple(let places): return Self.tuple(reply, places).map(Value.map) ?? reply.value
    case .entry: return Self.entry(reply).map(Value.map) ?? reply.value
    }
  }

  /// Names and values in turn as a map; nil where the reply is none, or says a name twice.
  static func map(_ reply: Reply, _ shape: (String) -> ReplyShape = { _ in .plain }) -> MapValue? {
    guard let items = reply.list, items.count % 2 == 0 else { return nil }
    var map = MapValue()
    for position in stride(from: 0, to: items.count, by: 2) {
      guard let bytes = items[position].bytes else { return nil }
      let name = RedisText.name(bytes)
      map[name] = shape(name).value(items[position + 1])
    }
    return map.count * 2 == items.count ? map : nil
  }

  /// The places of a list by name; a shorter list has fewer.
  static func tuple(_ reply: Reply, _ places: [(String, ReplyShape)]) -> MapValue? {
    guard let items = reply.list, !items.isEmpty, items.count <= places.count else { return nil }
    return MapValue(zip(places, items).map { ($0.0, $0.1.value($1)) })
  }

  /// `id` and `fields`: a map, or where the entry has a name twice the list of names and values as Redis has it; null for an
  /// entry that is deleted.
  static func entry(_ reply: Reply) -> MapValue? {
    guard let parts = reply.list, parts.count == 2, parts[0].bytes != nil else { return nil }
    return MapValue([("id", parts[0].value), ("fields", map(parts[1]).map(Value.map) ?? parts[1].value)])
  }

  /// Maps of names and values that lie in one list, two or more to a row: members and scores.
  static func chunks(_ reply: Reply, _ places: [(String, ReplyShape)]) -> [Value]? {
    guard let items = reply.list, items.count % places.count == 0 else { return nil }
    return stride(from: 0, to: items.count, by: places.count).map { start in
      Value.map(MapValue(zip(places, items[start...]).map { ($0.0, $0.1.value($1)) }))
    }
  }
}
