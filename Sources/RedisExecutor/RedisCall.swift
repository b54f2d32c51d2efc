import CEL
import ExecutorKit
import PlaybookLanguage

/// Performs a call, on a cluster at the servers that have the keys.
struct RedisCall {
  let session: Session

  func perform(_ request: RedisRequest) async throws(ExecutorError) -> CallOutcome {
    switch (request, session.mode) {
    case (.scan(let scan), _): try await walk(scan)
    case (.command(let command), .query): try await query(command)
    case (.pipeline(let commands), .query): try await query(commands)
    case (.command(let command), .act): try await act(command)
    case (.pipeline(let commands), .act): try await PipelineAct(session: session, commands: commands).perform()
    }
  }

  // MARK: Queries

  private func query(_ command: RedisCommand) async throws(ExecutorError) -> CallOutcome {
    let answer = try await answer(command)
    var outcome = answer.outcome
    outcome.source = await Self.source(answer.sessions)
    return outcome
  }

  private func query(_ commands: [RedisCommand]) async throws(ExecutorError) -> CallOutcome {
    // All are checked before the first is sent.
    for command in commands { try await session.checkReadOnly(command) }
    var values: [Value] = []
    var notices: [Value] = []
    var sessions: [Session] = []
    var isTruncated = false
    for (position, command) in commands.enumerated() {
      do throws(ExecutorError) {
        let answer = try await answer(command)
        values.append(answer.outcome.fields["value"] ?? .null)
        notices += answer.outcome.fields["notices"]?.listValue ?? []
        sessions += answer.sessions
        isTruncated = isTruncated || answer.outcome.isTruncated
      } catch {
        var error = error
        error.message = "command \(position + 1) of \(commands.count) failed: \(error.message)"
        error.outcome = MapValue([("value", .list(values))])
        throw error
      }
    }
    var fields = MapValue([("value", .list(values))])
    if !notices.isEmpty { fields["notices"] = .list(notices) }
    return CallOutcome(fields: fields, isTruncated: isTruncated, source: await Self.source(sessions))
  }

  /// An answer and the servers that gave it.
  private typealias Answer = (outcome: CallOutcome, sessions: [Session])

  private func answer(_ command: RedisCommand) async throws(ExecutorError) -> Answer {
    try await session.following { (session: Session) async throws(ExecutorError) -> Answer in
      try await session.checkReadOnly(command)
      switch command.name {
      case "KEYS" where command.words.count == 2:
        return try await Self.found(KeyScan(pattern: command.words[1]), session)
      case "DBSIZE": return try await Self.size(command, session)
      default: break
      }
      let (reply, isTruncated) = try await BoundedRead(session: session).perform(command)
      var outcome = Self.outcome(command, reply, isTruncated)
      if let notice = try await Self.page(command, reply, session) {
        outcome.isTruncated = true
        outcome.fields["notices"] = [.string(notice)]
      } else if Self.isOfOneServer(command), await session.isSurelyClustered() {
        outcome.fields["notices"] = ["of this server alone, which is one of a cluster"]
      }
      return (outcome, [session])
    }
  }

  /// Whether a command tells of the server that is asked and of none of the others.
  private static func isOfOneServer(_ command: RedisCommand) -> Bool {
    switch (command.name, command.subcommand) {
    case ("INFO", _), ("RANDOMKEY", _), ("LASTSAVE", _), ("SLOWLOG", _), ("LATENCY", _), ("PUBSUB", _): true
    case ("CLIENT", "LIST"), ("MEMORY", "STATS"), ("MEMORY", "DOCTOR"), ("CONFIG", "GET"): true
    default: false
    }
  }

  /// A notice that one page of a scan is not all of it; nil where it is, or where the command gives no page.
  private static func page(
    _ command: RedisCommand, _ reply: Reply, _ session: Session
  ) async throws(ExecutorError) -> String? {
    guard ["SCAN", "HSCAN", "SSCAN", "ZSCAN"].contains(command.name) else { return nil }
    if let cursor = reply.list?.first?.text, cursor != "0" {
      let whole = command.name == "SCAN" ? "; `scan` walks all keys" : ""
      return "one page of \(command.name), whose cursor \(cursor) says that there may be more\(whole)"
    }
    guard command.name == "SCAN", try await session.isClustered() == true else { return nil }
    return "the keys of one server of a cluster; `scan` walks all of them"
  }

  /// DBSIZE: on a cluster the sum over its primaries.
  private static func size(_ command: RedisCommand, _ session: Session) async throws(ExecutorError) -> Answer {
    var sessions = [session]
    var notice: String?
    switch try await session.cluster() {
    case .none: break
    case .primaries(let endpoints):
      sessions = []
      for endpoint in endpoints {
        sessions.append(endpoint == session.connection.endpoint ? session : try await session.node(at: endpoint))
      }
      notice = "the sum over the \(endpoints.count) primaries of the cluster"
    case .unknown(let reply):
      let grant = Session.deniedCommand(reply).map { "+\($0)" } ?? "+info"
      notice = "of this server alone: whether it is one of a cluster is not known (grant \(grant))"
    }
    var sum: Int64 = 0
    for session in sessions {
      let reply = try await session.ask(command.words)
      guard let count = reply.integer else {
        throw reply.error.map { session.error($0) } ?? session.malformed("a DBSIZE that is not a number")
      }
      (sum, _) = sum.addingReportingOverflow(count)
    }
    var fields = MapValue([("value", .int(sum))])
    if let notice { fields["notices"] = [.string(notice)] }
    return (CallOutcome(fields: fields), sessions)
  }

  private func walk(_ scan: KeyScan) async throws(ExecutorError) -> CallOutcome {
    let answer = try await Self.found(scan, session)
    var outcome = answer.outcome
    outcome.source = await Self.source(answer.sessions)
    return outcome
  }

  private static func found(_ scan: KeyScan, _ session: Session) async throws(ExecutorError) -> Answer {
    let found = try await KeyWalk(session, scan).perform()
    let keys = Value.list(found.keys.map(Reply.text))
    var fields = MapValue([("value", keys), ("keys", keys), ("count", .int(Int64(found.keys.count)))])
    if scan.withTTL {
      let pairs = zip(found.keys, found.ttls)
      fields["ttls"] = .map(MapValue(pairs.map { (RedisText.name($0), .int($1)) }))
      fields["rows"] = .list(pairs.map { ["key": Reply.text($0), "ttl": .int($1)] })
    }
    return (CallOutcome(fields: fields, isTruncated: found.isTruncated), found.sessions)
  }

  /// The servers that answered, each once: `redis (10.0.0.7:6379, replica)`, of a cluster `redis (10.0.0.7:6379,
  /// primary; …)`.
  private static func source(_ sessions: [Session]) async -> String? {
    var labels: [String] = []
    var seen: Set<Connection.Endpoint> = []
    for session in sessions where seen.insert(session.target.endpoint).inserted {
      labels.append(await session.source())
    }
    guard let first = labels.first else { return nil }
    return first + labels.dropFirst().map { ", \($0)" }.joined()
  }

  // MARK: Acts

  private func act(_ command: RedisCommand) async throws(ExecutorError) -> CallOutcome {
    try await session.following { (session: Session) async throws(ExecutorError) -> CallOutcome in
      let exchange = await session.exchange([command.words])
      // The lines that MONITOR keeps sending would be taken for the next command's answer.
      if command.name == "MONITOR" { session.connection.close() }
      if exchange.failure == .tooDeep { return Self.unreadable(session) }
      if let failure = exchange.failure { throw session.error(failure, changes: true) }
      let reply = exchange.replies[0]
      if let error = reply.error {
        throw session.error(error, mayHaveTakenEffect: Self.mayHaveActed(command, error))
      }
      let (kept, isTruncated) = session.kept(reply)
      var outcome = Self.outcome(command, kept, isTruncated)
      outcome.source = session.target.label
      return outcome
    }
  }

  /// An answer of lists within lists is not an error reply: the command was carried out.
  private static func unreadable(_ session: Session) -> CallOutcome {
    let notice = "the command was carried out; its answer is \(ReplyReader.tooDeep)"
    return CallOutcome(
      fields: MapValue([("value", .null), ("notices", [.string(notice)])]), isTruncated: true,
      source: session.target.label)
  }

  /// Whether a command may have changed something although it ended in an error: a script stops where it fails, and
  /// MIGRATE loses sight of the other server.
  static func mayHaveActed(_ command: RedisCommand, _ error: String) -> Bool {
    if command.name == "MIGRATE" { return error.hasPrefix("IOERR") }
    // An error with a place in the script was raised by the script.
    let isWithin = error.contains("script: ") || error.contains("user_script") || error.contains("user_function")
    return KnownCommands.scripting.contains(command.name) && (isWithin || !before.contains(String(Session.code(error))))
  }

  /// Codes of errors that come before a command is carried out.
  private static let before: Set<String> = [
    "NOSCRIPT", "NOPERM", "NOAUTH", "BUSY", "LOADING", "MOVED", "ASK", "TRYAGAIN", "CLUSTERDOWN", "CROSSSLOT",
    "MASTERDOWN", "READONLY", "MISCONF", "NOREPLICAS", "DENIED",
  ]

  // MARK: Outcomes

  static func outcome(_ command: RedisCommand, _ reply: Reply, _ isTruncated: Bool) -> CallOutcome {
    var reply = reply
    if command.name == "CONFIG", command.subcommand == "GET" { reply = hidingPasswords(reply) }
    let form = ReplyForm(command, reply)
    var fields = MapValue([("value", reply.value)])
    if let pairs = form.fields { fields["fields"] = .map(pairs) }
    if let rows = form.rows {
      fields["rows"] = .list(rows)
      fields["count"] = .int(Int64(rows.count))
    }
    if let notice = Notices.of(command, reply) { fields["notices"] = [.string(notice)] }
    return CallOutcome(fields: fields, isTruncated: isTruncated)
  }

  /// A server's own passwords are among its settings.
  private static func hidingPasswords(_ reply: Reply) -> Reply {
    guard var items = reply.list else { return reply }
    let secret: Set = ["requirepass", "masterauth", "tls-key-file-pass", "tls-client-key-file-pass"]
    for position in stride(from: 0, to: items.count - 1, by: 2) {
      guard let name = items[position].text, secret.contains(name), items[position + 1].bytes != [] else { continue }
      items[position + 1] = .bulk(Array("(hidden)".utf8))
    }
    return .list(items)
  }
}
