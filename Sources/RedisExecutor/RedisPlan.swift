import CEL
import ExecutorKit
import PlaybookLanguage

/// The effects that a call would have, found out by reading.
struct RedisPlan {
  let session: Session
  /// Keys that are looked at.
  private static let shown = 5

  func lines(_ request: RedisRequest) async throws(ExecutorError) -> [String] {
    if case .scan(let scan) = request { _ = try await KeyWalk(session, scan).nodes() }
    var lines: [String] = []
    var isForeseen = true
    for command in request.commands {
      if session.mode == .query {
        try await session.checkReadOnly(command)
        continue
      }
      try await checkKnown(command)
      if isForeseen, let reason = try await unforeseen(command) {
        isForeseen = false
        lines.append("whether this account may send \(command.name) can't be told beforehand: \(reason)")
      }
      lines += try await states(command)
    }
    return lines
  }

  private func checkKnown(_ command: RedisCommand) async throws(ExecutorError) {
    // An account that may not ask COMMAND or ACL may still send the command.
    let reply = try await session.ask("COMMAND", "INFO", command.name.lowercased())
    if let known = reply.list, known.first == .null {
      throw ExecutorError(.rejected, "\(session.target.label) knows no command \(command.name)")
    }
  }

  /// Throws where the server says that it would refuse the command. Why it can't be asked; nil where it was.
  private func unforeseen(_ command: RedisCommand) async throws(ExecutorError) -> String? {
    let dryRun: Reply
    do throws(ExecutorError) {
      let name = try await session.ask("ACL", "WHOAMI")
      guard let user = name.bytes else { return reason(name) }
      dryRun = try await session.ask([Array("ACL".utf8), Array("DRYRUN".utf8), user] + command.words)
    } catch {
      guard error.code == .refused else { throw error }
      return error.message
    }
    // Redis 7 answers OK, or names the missing right in a text.
    guard case .bulk(let answer) = dryRun else { return dryRun.error == nil ? nil : reason(dryRun) }
    let text = String(decoding: answer, as: UTF8.self)
    let grant = Session.deniedCommand(text).map { " (grant +\($0))" } ?? ""
    throw ExecutorError(.unauthorized, "\(session.target.label) would refuse it: \(text)\(grant)")
  }

  private func reason(_ reply: Reply) -> String {
    guard let error = reply.error else { return "the server does not name the account" }
    if Session.code(error) == "NOPERM" { return "it may not ask (grant +acl|whoami and +acl|dryrun)" }
    return "the server answers: \(error)"
  }

  // MARK: Keys

  private func states(_ command: RedisCommand) async throws(ExecutorError) -> [String] {
    let question = ["COMMAND", "GETKEYS"].map { Array($0.utf8) } + command.words
    let keys = (try await session.ask(question).list ?? []).compactMap(\.bytes)
    var lines: [String] = []
    for key in keys.prefix(Self.shown) { lines.append(try await state(key)) }
    if keys.count > Self.shown { lines.append("and \(keys.count - Self.shown) more keys") }
    return lines
  }

  /// `key: string of 12 bytes, expires in 540 s`, on a cluster as the server has it that holds the key.
  private func state(_ key: Word) async throws(ExecutorError) -> String {
    do throws(ExecutorError) {
      return try await session.following { (session: Session) async throws(ExecutorError) -> String in
        try await Self.state(key, session)
      }
    } catch {
      guard [.rejected, .refused, .unauthorized].contains(error.code) else { throw error }
      return "\(RedisText.quoted(key)): its state is not known: \(error.message)"
    }
  }

  private static func state(_ key: Word, _ session: Session) async throws(ExecutorError) -> String {
    let name = RedisText.quoted(key)
    let reply = try await session.ask("TYPE", key: key)
    guard let type = reply.text else {
      throw reply.error.map { session.error($0) } ?? session.malformed("a TYPE that is not text")
    }
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
