import CEL
import PlaybookEngine
import PlaybookLanguage

/// What a call would do, found out by reading.
struct RedisPlan {
  let session: Session
  /// Keys that are looked at.
  private static let shown = 5

  func lines(_ request: RedisRequest) async throws(ExecutorError) -> [String] {
    var lines: [String] = []
    for command in request.commands {
      if session.mode == .query {
        try await session.checkReadOnly(command)
      } else {
        lines += try await act(command)
      }
    }
    return lines
  }

  private func act(_ command: RedisCommand) async throws(ExecutorError) -> [String] {
    // Who may not ask COMMAND or ACL may still send the command.
    let reply = try await session.ask("COMMAND", "INFO", command.name.lowercased())
    if let known = reply.list, known.first == .null {
      throw ExecutorError(.rejected, "\(session.target.label) knows no command \(command.name)")
    }
    try await checkPermission(command)
    let keys = try await keys(command)
    var lines: [String] = []
    for key in keys.prefix(Self.shown) { lines.append(try await state(key)) }
    if keys.count > Self.shown { lines.append("and \(keys.count - Self.shown) more keys") }
    return lines
  }

  private func checkPermission(_ command: RedisCommand) async throws(ExecutorError) {
    guard let user = try await session.ask("ACL", "WHOAMI").text else { return }
    let dryRun = ["ACL", "DRYRUN", user].map { Array($0.utf8) } + command.words
    // Redis 7 answers OK, or says in a text what is missing.
    guard case .bulk(let answer) = try await session.ask(dryRun) else { return }
    let text = String(decoding: answer, as: UTF8.self)
    throw ExecutorError(.unauthorized, "\(session.target.label) would refuse it: \(text)")
  }

  private func keys(_ command: RedisCommand) async throws(ExecutorError) -> [Word] {
    let question = ["COMMAND", "GETKEYS"].map { Array($0.utf8) } + command.words
    return (try await session.ask(question).list ?? []).compactMap(\.bytes)
  }

  /// `key: string of 12 bytes, expires in 540 s`.
  private func state(_ key: Word) async throws(ExecutorError) -> String {
    let name = RedisText.quoted(key)
    let type = try await session.ask("TYPE", key: key)
    guard let type = type.text else { return "\(name): \(type.error ?? "unknown")" }
    if type == "none" { return "\(name): there is no such key" }
    let sizes = [
      "string": ("STRLEN", "bytes"), "list": ("LLEN", "elements"), "set": ("SCARD", "members"),
      "zset": ("ZCARD", "members"), "hash": ("HLEN", "fields"), "stream": ("XLEN", "entries"),
    ]
    var text = "\(name): \(type)"
    if let (command, unit) = sizes[type], let size = try await session.ask(command, key: key).integer {
      text += " of \(size) \(unit)"
    }
    if let seconds = try await session.ask("TTL", key: key).integer {
      text += seconds >= 0 ? ", expires in \(seconds) s" : ", does not expire"
    }
    return text
  }
}
