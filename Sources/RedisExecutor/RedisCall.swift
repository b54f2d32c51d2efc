import CEL
import PlaybookEngine
import PlaybookLanguage

/// Performs what a call asks for on one connection.
struct RedisCall {
  let session: Session

  func perform(_ request: RedisRequest) async throws(ExecutorError) -> CallOutcome {
    var outcome: CallOutcome
    switch (request, session.mode) {
    case (.scan(let scan), _): outcome = Self.outcome(try await KeyWalk(session, scan).perform(), scan)
    case (.command(let command), .query): outcome = try await query(command)
    case (.pipeline(let commands), .query): outcome = try await query(commands)
    case (.command(let command), .act): outcome = try await act(command)
    case (.pipeline(let commands), .act): outcome = try await act(commands)
    }
    outcome.source = session.target.label
    return outcome
  }

  // MARK: Queries

  private func query(_ command: RedisCommand) async throws(ExecutorError) -> CallOutcome {
    try await session.checkReadOnly(command)
    if command.name == "KEYS", command.words.count == 2 {
      let scan = KeyScan(pattern: command.words[1])
      return Self.outcome(try await KeyWalk(session, scan).perform(), scan)
    }
    let (reply, isTruncated) = try await BoundedRead(session: session).perform(command)
    return Self.outcome(command, reply, isTruncated)
  }

  private func query(_ commands: [RedisCommand]) async throws(ExecutorError) -> CallOutcome {
    // All are checked before the first is sent.
    for command in commands { try await session.checkReadOnly(command) }
    var values: [Value] = []
    var isTruncated = false
    for command in commands {
      let outcome = try await query(command)
      values.append(outcome.fields["value"] ?? .null)
      isTruncated = isTruncated || outcome.isTruncated
    }
    return CallOutcome(fields: MapValue([("value", .list(values))]), isTruncated: isTruncated)
  }

  // MARK: Acts

  private func act(_ command: RedisCommand) async throws(ExecutorError) -> CallOutcome {
    let reply = try await session.send([command.words], changes: true)[0]
    // What MONITOR goes on sending would be taken for the next command's answer.
    if command.name == "MONITOR" { session.connection.close() }
    if let error = reply.error { throw session.error(error, mayHaveTakenEffect: Self.mayHaveActed(command, error)) }
    let (kept, isTruncated) = session.kept(reply)
    return Self.outcome(command, kept, isTruncated)
  }

  private func act(_ commands: [RedisCommand]) async throws(ExecutorError) -> CallOutcome {
    let replies = try await session.send(commands.map(\.words), changes: true)
    let values = MapValue([("value", .list(replies.map(\.value)))])
    guard let failed = replies.firstIndex(where: { $0.error != nil }), let text = replies[failed].error else {
      return CallOutcome(fields: values)
    }
    // The others were carried out: a pipeline is no transaction.
    let hasActed = replies.contains { $0.error == nil } || Self.mayHaveActed(commands[failed], text)
    var error = session.error(text, mayHaveTakenEffect: hasActed)
    error.message = "command \(failed + 1) of \(commands.count) failed: \(error.message)"
    error.outcome = values
    throw error
  }

  /// Whether a command may have changed something although it ended in an error: a script stops where it fails, and
  /// MIGRATE loses sight of the other server.
  private static func mayHaveActed(_ command: RedisCommand, _ error: String) -> Bool {
    if command.name == "MIGRATE" { return error.hasPrefix("IOERR") }
    let isBefore = ["NOSCRIPT", "NOPERM", "NOAUTH", "BUSY", "LOADING", "MOVED"].contains { error.hasPrefix($0) }
    return KnownCommands.scripting.contains(command.name) && !isBefore
  }

  // MARK: Outcomes

  private static func outcome(_ command: RedisCommand, _ reply: Reply, _ isTruncated: Bool) -> CallOutcome {
    var reply = reply
    if command.name == "CONFIG", command.subcommand == "GET" { reply = hidingPasswords(reply) }
    var fields = MapValue([("value", reply.value)])
    if let pairs = Fields.of(command, reply) { fields["fields"] = .map(pairs) }
    if let rows = Fields.rows(command, reply) {
      fields["rows"] = .list(rows)
      fields["count"] = .int(Int64(rows.count))
    }
    return CallOutcome(fields: fields, isTruncated: isTruncated)
  }

  private static func outcome(_ found: KeyWalk.Found, _ scan: KeyScan) -> CallOutcome {
    let keys = Value.list(found.keys.map(Reply.text))
    var fields = MapValue([("value", keys), ("keys", keys), ("count", .int(Int64(found.keys.count)))])
    if scan.withTTL {
      let pairs = zip(found.keys, found.ttls)
      fields["ttls"] = .map(MapValue(pairs.map { (RedisText.name($0), .int($1)) }))
      fields["rows"] = .list(pairs.map { ["key": Reply.text($0), "ttl": .int($1)] })
    }
    return CallOutcome(fields: fields, isTruncated: found.isTruncated)
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
