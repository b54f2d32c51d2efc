import CEL

/// The `fields` and `rows` of a reply, by its command. Texts of users (fields and values, members, names, settings) stay
/// texts; numbers are those whose meaning Redis fixes.
struct ReplyForm {
  var fields: MapValue?
  var rows: [Value]?

  init(_ command: RedisCommand, _ reply: Reply) {
    if let shape = Self.fields(command) {
      fields = shape.value(reply).mapValue
    } else if let text = reply.text {
      fields = Self.fields(command, text)
    } else if command.name == "ROLE" {
      fields = Self.role(reply)
    }
    rows = Self.rows(command, reply)
  }

  // MARK: Fields

  private static let texts = ReplyShape.pairs([:], otherwise: .plain)

  /// The shape of replies that are maps.
  private static func fields(_ command: RedisCommand) -> ReplyShape? {
    switch (command.name, command.subcommand) {
    case ("HGETALL", _), ("CONFIG", "GET"), ("PUBSUB", "NUMSUB"), ("PUBSUB", "SHARDNUMSUB"), ("FUNCTION", "STATS"):
      return texts
    case ("MEMORY", "STATS"), ("LATENCY", "HISTOGRAM"): return .statistics
    case ("XINFO", "STREAM"): return stream
    case ("XPENDING", _) where command.words.count == 3:
      return .tuple([
        ("count", .plain), ("smallest", .plain), ("greatest", .plain),
        ("consumers", .list(.tuple([("name", .plain), ("pending", .number)]))),
      ])
    case ("XAUTOCLAIM", _):
      let isIDs = command.options(from: 6).contains("JUSTID")
      return .tuple([("next", .plain), ("entries", isIDs ? .plain : .list(.entry)), ("deleted", .plain)])
    case ("ACL", "GETUSER"): return .pairs(["selectors": .list(texts)], otherwise: .plain)
    case ("LCS", _) where command.options(from: 3).contains("IDX"): return texts
    default: return nil
    }
  }

  /// XINFO STREAM, with FULL as well: there `groups` are lists, without it a number.
  private static let stream: ReplyShape = {
    let pending = ReplyShape.list(
      .tuple([("id", .plain), ("consumer", .plain), ("delivery-time", .plain), ("delivery-count", .plain)]))
    let own = ReplyShape.list(.tuple([("id", .plain), ("delivery-time", .plain), ("delivery-count", .plain)]))
    let consumer = ReplyShape.pairs(["pel": own, "pending": own], otherwise: .plain)
    let group = ReplyShape.pairs(
      ["pel": pending, "pending": pending, "consumers": .list(consumer)], otherwise: .plain)
    return .pairs(
      ["first-entry": .entry, "last-entry": .entry, "entries": .list(.entry), "groups": .list(group)],
      otherwise: .plain)
  }()

  private static func fields(_ command: RedisCommand, _ text: String) -> MapValue? {
    switch (command.name, command.subcommand) {
    case ("INFO", _), ("CLUSTER", "INFO"): InfoText.lines(text)
    case ("CLIENT", "INFO"): InfoText.client(text[...])
    default: nil
    }
  }

  private static func role(_ reply: Reply) -> MapValue? {
    guard let items = reply.list, let role = items.first?.text else { return nil }
    var map = MapValue([("role", .string(role))])
    if role == "master", items.count >= 3 {
      map["offset"] = items[1].value
      let replica = ReplyShape.tuple([("host", .plain), ("port", .number), ("offset", .number)])
      map["replicas"] = ReplyShape.list(replica).value(items[2])
    } else if role == "slave", items.count >= 5 {
      map["master_host"] = items[1].value
      map["master_port"] = items[2].value
      map["state"] = items[3].value
      map["offset"] = items[4].value
    } else if role == "sentinel", items.count >= 2 {
      map["masters"] = items[1].value
    }
    return map
  }

  // MARK: Rows

  private static func rows(_ command: RedisCommand, _ reply: Reply) -> [Value]? {
    switch (command.name, command.subcommand) {
    case ("CLIENT", "LIST"):
      return reply.text?.split { $0 == "\n" || $0 == "\r\n" }.map { .map(InfoText.client($0)) }
    case ("SLOWLOG", "GET"): return reply.list?.compactMap(slow)
    case ("LATENCY", "LATEST"):
      return list(reply, .tuple([("event", .plain), ("at", .seconds), ("latest_ms", .plain), ("max_ms", .plain)]))
    case ("LATENCY", "HISTORY"): return list(reply, .tuple([("at", .seconds), ("ms", .plain)]))
    case ("XINFO", "GROUPS"), ("XINFO", "CONSUMERS"): return list(reply, texts)
    case ("FUNCTION", "LIST"): return list(reply, .pairs(["functions": .list(texts)], otherwise: .plain))
    case ("COMMAND", "INFO"): return list(reply, commandInfo)
    case ("XPENDING", _) where command.words.count > 3:
      return list(
        reply, .tuple([("id", .plain), ("consumer", .plain), ("idle_ms", .plain), ("deliveries", .plain)]))
    case ("XRANGE", _), ("XREVRANGE", _): return list(reply, .entry)
    case ("XCLAIM", _) where !command.options(from: 6).contains("JUSTID"): return list(reply, .entry)
    case ("XREAD", _), ("XREADGROUP", _): return streams(reply)
    case ("HRANDFIELD", _) where command.options(from: 3).contains("WITHVALUES"):
      return ReplyShape.chunks(reply, [("field", .plain), ("value", .plain)])
    case ("HSCAN", _): return page(reply, [("field", .plain), ("value", .plain)])
    case ("ZSCAN", _): return page(reply, scores)
    case ("ZPOPMIN", _), ("ZPOPMAX", _): return ReplyShape.chunks(reply, scores)
    case ("ZRANGE", _), ("ZREVRANGE", _), ("ZRANGEBYSCORE", _), ("ZREVRANGEBYSCORE", _), ("ZUNION", _), ("ZINTER", _),
      ("ZDIFF", _), ("ZRANDMEMBER", _):
      return command.options(from: 2).contains("WITHSCORES") ? ReplyShape.chunks(reply, scores) : nil
    case ("GEOPOS", _): return positions(command, reply)
    case ("GEOSEARCH", _), ("GEORADIUS_RO", _), ("GEORADIUSBYMEMBER_RO", _), ("GEORADIUS", _), ("GEORADIUSBYMEMBER", _):
      return found(command, reply)
    default: return nil
    }
  }

  private static let scores: [(String, ReplyShape)] = [("member", .plain), ("score", .number)]

  private static let commandInfo = ReplyShape.tuple([
    ("name", .plain), ("arity", .plain), ("flags", .plain), ("first_key", .plain), ("last_key", .plain),
    ("step", .plain), ("categories", .plain), ("tips", .plain), ("key_specifications", .list(texts)),
    ("subcommands", .plain),
  ])

  private static func list(_ reply: Reply, _ shape: ReplyShape) -> [Value]? {
    ReplyShape.list(shape).value(reply).listValue
  }

  /// The items of one page of HSCAN or ZSCAN, which comes with its cursor.
  private static func page(_ reply: Reply, _ places: [(String, ReplyShape)]) -> [Value]? {
    guard let parts = reply.list, parts.count == 2 else { return nil }
    return ReplyShape.chunks(parts[1], places)
  }

  /// The entries of several streams: `stream`, `id`, `fields`.
  private static func streams(_ reply: Reply) -> [Value]? {
    if case .null = reply { return [] }
    return reply.list?.flatMap { stream -> [Value] in
      guard let parts = stream.list, parts.count == 2 else { return [stream.value] }
      return (parts[1].list ?? []).map { entry in
        var row = MapValue([("stream", parts[0].value)])
        for field in ReplyShape.entry(entry)?.entries ?? [] { row.insert(field.value, for: field.key) }
        return .map(row)
      }
    }
  }

  private static func slow(_ entry: Reply) -> Value? {
    guard let parts = entry.list, parts.count >= 4 else { return nil }
    let command = (parts[3].list ?? []).compactMap(\.bytes).map(RedisText.quoted).joined(separator: " ")
    var row = MapValue([
      ("id", parts[0].value), ("at", ReplyShape.seconds.value(parts[1])), ("microseconds", parts[2].value),
    ])
    row["command"] = .string(command)
    if parts.count > 4 { row["client"] = parts[4].value }
    return .map(row)
  }

  private static func positions(_ command: RedisCommand, _ reply: Reply) -> [Value]? {
    guard let items = reply.list, items.count == command.words.count - 2 else { return nil }
    return zip(command.words.dropFirst(2), items).map { member, position in
      var row = MapValue([("member", Reply.text(member)), ("longitude", .null), ("latitude", .null)])
      if let parts = position.list, parts.count == 2 {
        row["longitude"] = ReplyShape.number.value(parts[0])
        row["latitude"] = ReplyShape.number.value(parts[1])
      }
      return .map(row)
    }
  }

  /// The members that a search by place found, with distance, hash and position where they were asked for, in this order.
  private static func found(_ command: RedisCommand, _ reply: Reply) -> [Value]? {
    let options = command.options(from: 2)
    var places: [(String, ReplyShape)] = [("member", .plain)]
    if options.contains("WITHDIST") { places.append(("distance", .number)) }
    if options.contains("WITHHASH") { places.append(("hash", .plain)) }
    if options.contains("WITHCOORD") { places.append(("position", .list(.number))) }
    return places.count > 1 ? list(reply, .tuple(places)) : nil
  }
}
