import PlaybookEngine
import Synchronization

extension Session {
  /// What is asked besides the call itself.
  private static let own: Set<String> = [
    "INFO", "ROLE", "DBSIZE", "SCAN", "SSCAN", "HSCAN", "TTL", "TYPE", "STRLEN", "HSTRLEN", "LLEN", "HLEN", "SCARD",
    "ZCARD",
    "XLEN", "GETRANGE",
  ]
  /// Those that have subcommands.
  private static let containers: Set<String> = ["CLUSTER", "ACL", "MEMORY"]

  /// Throws `.refused` where the server has another command under the name of one of ours: a server's names are its own
  /// to give, and what only asks here may write there. Where it does not say they are sent.
  func checkNames(_ commands: [[Word]]) async throws(ExecutorError) {
    let wanted = Set(commands.compactMap(Self.ownName))
    let (known, facts) = (connection.genuine.withLock { $0 }, connection.facts.withLock { Set($0.keys) })
    guard !wanted.isSubset(of: known.union(facts)), !connection.denied.withLock({ $0.contains("COMMAND") }) else {
      return
    }
    // All of ours at once: each round trip costs the evidence time.
    let names = wanted.union(Self.own).subtracting(known).sorted()
    let exchange = await exchange([(["COMMAND", "INFO"] + names).map { Array($0.utf8) }])
    if let failure = exchange.failure { throw error(failure, changes: false) }
    if let error = exchange.replies[0].error, Self.code(error) == "NOPERM" {
      connection.denied.withLock { _ = $0.insert("COMMAND") }
    }
    let entries = exchange.replies[0].list ?? []
    for (name, entry) in zip(names, entries) where entries.count == names.count {
      if let own = entry.list?.first?.text, let other = Self.otherName(own, than: name) {
        guard wanted.contains(name) else { continue }
        throw refused("on \(target.label) the name \(name) is that of the command \(other)", nil)
      }
    }
    let isTold = entries.count == names.count
    let good = zip(names, entries).filter { name, entry in
      isTold && entry.list?.first?.text.map { Self.otherName($0, than: name) == nil } ?? true
    }.map(\.0)
    connection.genuine.withLock { $0.formUnion(isTold ? Set(good) : wanted) }
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
