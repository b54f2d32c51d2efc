/// The rules that a command's name decides alone, in spite of its server.
enum CommandRules {
  /// The reason why a command is not sent.
  struct Refusal: Equatable {
    var message: String
    var help: String?
  }

  /// They change the state of the connection itself, or have no single answer: never sent.
  static let connectionCommands: Set<String> = [
    "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE",
    "PUNSUBSCRIBE", "SUNSUBSCRIBE", "SELECT", "AUTH", "HELLO", "RESET", "QUIT", "ASKING", "READONLY", "READWRITE",
    "SYNC", "PSYNC", "REPLCONF",
  ]

  /// Subcommands of CLIENT that change the state of the connection itself.
  static let clientSubcommands: Set<String> = [
    "REPLY", "TRACKING", "CACHING", "NO-EVICT", "NO-TOUCH", "SETNAME", "SETINFO",
  ]

  /// Sent by an act only where the target's `allow` lists them.
  static let onlyWhereAllowed: Set<String> = ["MONITOR", "DEBUG", "FLUSHALL", "FLUSHDB", "SWAPDB"]

  /// Harmless although the server does not flag them `readonly`.
  static let harmless: Set<String> = ["PING", "ECHO", "TIME", "INFO", "ROLE", "LASTSAVE", "DBSIZE"]

  /// Harmless subcommands although the server does not flag them `readonly`.
  static let harmlessSubcommands: [String: Set<String>] = [
    "SLOWLOG": ["GET", "LEN"], "LATENCY": ["LATEST", "HISTORY", "DOCTOR"], "CONFIG": ["GET"],
    "CLIENT": ["LIST", "INFO"], "MEMORY": ["USAGE", "STATS"], "ACL": ["WHOAMI", "DRYRUN"],
    "CLUSTER": ["INFO", "NODES"], "PUBSUB": ["CHANNELS", "NUMSUB", "NUMPAT", "SHARDCHANNELS", "SHARDNUMSUB"],
  ]

  /// Commands with subcommands, for servers before version 7, which flag only the whole.
  static let readingSubcommands: [String: Set<String>] = [
    "OBJECT": ["ENCODING", "FREQ", "IDLETIME", "REFCOUNT"],
    "XINFO": ["STREAM", "GROUPS", "CONSUMERS"],
  ]

  /// The subcommands that a query may ask for; nil of a command of which no subcommands are known.
  static func questions(of name: String) -> Set<String>? { harmlessSubcommands[name] ?? readingSubcommands[name] }

  /// Flagged `readonly` by servers, and yet no mere reading.
  private static let notJustReading: [String: Refusal] = [
    "EVAL_RO": scripts, "EVALSHA_RO": scripts, "FCALL_RO": scripts,
    "PFCOUNT": Refusal(message: "PFCOUNT stores its count in the key"),
    "TOUCH": Refusal(message: "TOUCH changes when the keys were last used", help: "use EXISTS"),
  ]
  private static let scripts = Refusal(
    message: "a query runs no scripts: their effects can't be told beforehand", help: "make it an act")

  private static let readingForms = [
    "SORT": "SORT_RO", "BITFIELD": "BITFIELD_RO", "GEORADIUS": "GEORADIUS_RO",
    "GEORADIUSBYMEMBER": "GEORADIUSBYMEMBER_RO", "GETEX": "GET", "GETDEL": "GET", "GETSET": "GET", "LPOP": "LRANGE",
    "RPOP": "LRANGE", "BLPOP": "LRANGE", "BRPOP": "LRANGE", "SPOP": "SRANDMEMBER", "ZPOPMIN": "ZRANGE",
    "ZPOPMAX": "ZREVRANGE", "XREADGROUP": "XREAD", "SUBSCRIBE": "PUBSUB NUMSUB",
  ]

  /// Whether a command is refused in both modes.
  static func refusal(_ name: String, _ subcommand: String?, allowed: Set<String>) -> Refusal? {
    if connectionCommands.contains(name) {
      return Refusal(message: "\(name) changes the connection itself and is never sent")
    }
    if name == "CLIENT", let subcommand, clientSubcommands.contains(subcommand) {
      return Refusal(message: "CLIENT \(subcommand) changes the connection itself and is never sent")
    }
    if onlyWhereAllowed.contains(name), !allowed.contains(name) {
      return Refusal(
        message: "\(name) is sent only where the target's `allow` lists it",
        help: "add `allow: [\(name)]` to the target")
    }
    return nil
  }

  /// Whether a query may not send a command, as far as that is known without its server.
  static func queryRefusal(_ name: String, _ subcommand: String?) -> Refusal? {
    if let refusal = notJustReading[name] { return refusal }
    if KnownCommands.scripting.contains(name) { return scripts }
    if KnownCommands.writing.contains(name) {
      let help = readingForms[name].map { "use \($0), or make it an act" } ?? "make it an act"
      return Refusal(message: "\(name) changes data, and a query may only read", help: help)
    }
    if let subcommands = questions(of: name) {
      guard let subcommand, !subcommands.contains(subcommand) else { return nil }
      return Refusal(
        message: "\(name) \(subcommand) is not among the commands that a query may send", help: "make it an act")
    }
    if onlyWhereAllowed.contains(name) || KnownCommands.acting.contains(name) {
      return Refusal(message: "\(name) is not among the commands that a query may send", help: "make it an act")
    }
    return nil
  }
}
