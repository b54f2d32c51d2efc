import ExecutorKit
import Synchronization

extension Session {
  /// Questions besides the call itself.
  private static let own: Set<String> = [
    "INFO", "ROLE", "DBSIZE", "SCAN", "SSCAN", "HSCAN", "TTL", "TYPE", "STRLEN", "HSTRLEN", "LLEN", "HLEN", "SCARD",
    "ZCARD",
    "XLEN", "GETRANGE", "ASKING",
  ]
  /// Those that have subcommands.
  private static let containers: Set<String> = ["CLUSTER", "ACL", "MEMORY"]

  /// Throws where a server does not say that each of our own commands is the one that has its name there: a server's
  /// names are its own to give, and a command that only asks here may write there.
  func checkNames(_ commands: [[Word]]) async throws(ExecutorError) {
    let wanted = Set(commands.compactMap(Self.ownName))
    let known = connection.genuine.withLock { $0 }
    if wanted.isSubset(of: known) { return }
    // All of ours at once: each round trip costs the evidence time.
    let names = wanted.union(Self.own).subtracting(known).sorted()
    let needed = wanted.sorted()[0]
    for (name, facts) in zip(names, try await told(names, for: needed)) {
      do throws(ExecutorError) {
        try await check(name, facts)
        connection.genuine.withLock { _ = $0.insert(name) }
      } catch {
        if wanted.contains(name) { throw error }
      }
    }
  }

  /// Throws where a name is that of another command. A name that the server does not know is sent: it answers with an
  /// error.
  private func check(_ name: String, _ facts: CommandFacts?) async throws(ExecutorError) {
    guard let facts else {
      // Before version 7 subcommands have no facts. And any other command may have the name of one that has subcommands.
      guard let whole = name.split(separator: "|").first.map(String.init), whole != name else { return }
      return try await check(whole, told([whole], for: name)[0])
    }
    if let other = Self.otherName(facts.name, than: name) {
      throw refused("on \(target.label) the name \(Self.shown(name)) is that of the command \(other)", nil)
    }
    if facts.flags.contains("write") {
      throw refused("\(Self.shown(name)) changes data as \(target.label) has it", nil)
    }
  }

  /// The server's facts about commands, nil for those that it does not know. Throws where it says nothing, and names
  /// one of those that are needed.
  private func told(_ names: [String], for needed: String) async throws(ExecutorError) -> [CommandFacts?] {
    let exchange = await exchange([(["COMMAND", "INFO"] + names).map { Array($0.utf8) }])
    // A command with subcommands, and with none that was asked for.
    if exchange.failure == .tooDeep { throw silent(needed) }
    if let failure = exchange.failure { throw error(failure, changes: false) }
    if let error = exchange.replies[0].error {
      _ = try noFacts(of: needed, error)
      throw silent(needed)
    }
    let entries = exchange.replies[0].list ?? []
    let facts = entries.map(CommandFacts.init)
    guard facts.count == names.count, zip(entries, facts).allSatisfy({ $0 == .null || $1 != nil }) else {
      throw silent(needed)
    }
    return facts
  }

  private static func ownName(_ words: [Word]) -> String? {
    guard let first = words.first, let name = RedisCommand.commandName(first) else { return nil }
    if own.contains(name) { return name }
    guard containers.contains(name), words.count > 1, let second = RedisCommand.commandName(words[1]) else {
      return nil
    }
    return "\(name)|\(second)"
  }
}
