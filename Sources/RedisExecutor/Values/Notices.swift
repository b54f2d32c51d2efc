/// Replies of changes that say, by the command's own definition, that nothing was changed. A human reads these sentences beside
/// `done`.
enum Notices {
  /// The notice of a reply; nil where it says nothing of the kind.
  static func of(_ command: RedisCommand, _ reply: Reply) -> String? {
    switch reply {
    case .null: nothing(command).map { "nil: \($0)" }
    case .integer(0): zero(command).map { "0: \($0)" }
    case .list(let items) where items.isEmpty: empty(command).map { "empty: \($0)" }
    case .integer(-1) where command.name == "LINSERT": "-1: nothing was inserted, because the list has no such element"
    case .bulk where command.name == "SET": kept(command)
    case .status("NOKEY"): "NOKEY: nothing was moved, because there is no such key"
    case .list(let items) where command.name == "BITFIELD" && items.contains(.null):
      "nil: a value was not changed, because it would overflow"
    case .list(let items)
    where fieldTimes.contains(command.name) && items.allSatisfy { [0, -1, -2].contains($0.integer) }:
      "no field's time to live was changed"
    default: nil
    }
  }

  private static let fieldTimes: Set<String> = ["HEXPIRE", "HPEXPIRE", "HEXPIREAT", "HPEXPIREAT", "HPERSIST"]

  // MARK: nil

  private static func nothing(_ command: RedisCommand) -> String? {
    switch command.name {
    case "SET": return unset(command)
    case "GETDEL": return "nothing was deleted, because there is no such key"
    case "GETEX": return "nothing was changed, because there is no such key"
    case "ZADD": return "the score was not changed, because the condition does not hold"
    case "XADD": return "nothing was added, because there is no such stream (NOMKSTREAM)"
    case "LPOP", "RPOP", "SPOP", "LMPOP", "ZMPOP", "LMOVE", "RPOPLPUSH", "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH",
      "BLMPOP", "BZMPOP", "BZPOPMIN", "BZPOPMAX":
      return "nothing was taken, because nothing was there"
    case "XREADGROUP": return "nothing was delivered, because there are no new entries"
    default: return nil
    }
  }

  /// Why SET answered nil. With GET nil is the old value, and the key was set all the same, save under XX.
  private static func unset(_ command: RedisCommand) -> String? {
    let options = setOptions(command)
    if options.contains("XX") { return "the key was not set, because it does not exist (XX)" }
    if options.contains("GET") { return nil }
    if options.contains("NX") { return "the key was not set, because it exists (NX)" }
    return "the key was not set"
  }

  /// SET with NX and GET gives the value of a key that exists, and leaves it.
  private static func kept(_ command: RedisCommand) -> String? {
    let options = setOptions(command)
    guard options.contains("NX"), options.contains("GET") else { return nil }
    return "the key was not set, because it exists (NX); the reply is its value"
  }

  /// The options of SET without the values that go with them.
  private static func setOptions(_ command: RedisCommand) -> Set<String> {
    var options: Set<String> = []
    var isValue = false
    for word in command.options(from: 3) {
      if !isValue { options.insert(word) }
      isValue = !isValue && ["EX", "PX", "EXAT", "PXAT"].contains(word)
    }
    return options
  }

  // MARK: 0

  private static func zero(_ command: RedisCommand) -> String? {
    if let text = zeros[command.name] { return text }
    switch (command.name, command.subcommand) {
    case ("ZADD", _), ("GEOADD", _):
      // Without CH the reply counts added members only: a score may have changed, save under NX.
      let options = command.options(from: 2).prefix { ["NX", "XX", "GT", "LT", "CH"].contains($0) }
      guard options.contains("NX") || options.contains("CH") else { return nil }
      return "no member was added, and no score changed"
    case ("EXPIRE", _), ("PEXPIRE", _), ("EXPIREAT", _), ("PEXPIREAT", _):
      let hasCondition = command.words.count > 3
      return "no time to live was set, because there is no such key"
        + (hasCondition ? ", or its condition does not hold" : "")
    case ("CLIENT", "KILL"): return "no connection was closed, because none matches"
    case ("CLIENT", "UNBLOCK"): return "no connection was unblocked"
    case ("ACL", "DELUSER"): return "nobody was deleted, because there is no such user"
    case ("XGROUP", "DESTROY"): return "nothing was deleted, because there is no such group"
    case ("XGROUP", "CREATECONSUMER"): return "nothing was created, because the consumer exists"
    default: return nil
    }
  }

  private static let zeros: [String: String] = [
    "DEL": "nothing was deleted, because there is no such key",
    "UNLINK": "nothing was deleted, because there is no such key",
    "TOUCH": "nothing was changed, because there is no such key",
    "SETNX": "the key was not set, because it exists",
    "MSETNX": "nothing was set, because one of the keys exists",
    "HSETNX": "the field was not set, because it exists",
    "HDEL": "nothing was deleted, because there is no such field",
    "PERSIST": "nothing was changed: there is no such key, or it has no time to live",
    "RENAMENX": "nothing was renamed, because the new name exists",
    "COPY": "nothing was copied: there is no such key, or the destination exists",
    "MOVE": "nothing was moved: there is no such key, or the other database has it",
    "SADD": "nothing was added, because the set has each of them",
    "SREM": "nothing was removed, because the set has none of them",
    "SMOVE": "nothing was moved, because the set has no such member",
    "ZREM": "nothing was removed, because the set has none of them",
    "ZREMRANGEBYSCORE": "nothing was removed, because nothing is in the range",
    "ZREMRANGEBYRANK": "nothing was removed, because nothing is in the range",
    "ZREMRANGEBYLEX": "nothing was removed, because nothing is in the range",
    "LPUSHX": "nothing was added, because there is no such list",
    "RPUSHX": "nothing was added, because there is no such list",
    "LINSERT": "nothing was inserted, because there is no such list",
    "LREM": "nothing was removed, because the list has no such element",
    "XACK": "nothing was acknowledged, because none of the entries is pending in the group",
    "XDEL": "nothing was deleted, because the stream has none of the entries",
    "XTRIM": "nothing was deleted",
    "PFADD": "the count did not change",
    "PUBLISH": "no subscriber of this server received it",
    "SPUBLISH": "no subscriber of this server received it",
  ]

  // MARK: Empty lists

  private static func empty(_ command: RedisCommand) -> String? {
    switch command.name {
    case "SPOP", "ZPOPMIN", "ZPOPMAX", "LPOP", "RPOP": "nothing was taken, because nothing was there"
    case "XCLAIM": "nothing was claimed"
    default: nil
    }
  }
}
