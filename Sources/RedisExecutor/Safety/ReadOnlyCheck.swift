import ExecutorKit
import Synchronization

extension Session {
  /// Throws `.refused` where a query may not send a command: one that is not flagged `readonly` by the server that it
  /// would go to, or not on the short list, or hidden.
  func checkReadOnly(_ command: RedisCommand) async throws(ExecutorError) {
    let (name, subcommand) = (command.name, command.subcommand)
    if let refusal = CommandRules.queryRefusal(name, subcommand) { throw refused(refusal.message, refusal.help) }
    let shown = [name, subcommand].compactMap { $0 }.joined(separator: " ")
    if let subcommands = CommandRules.questions(of: name) {
      guard subcommand.map({ subcommands.contains($0) }) == true else {
        throw refused("\(shown) is not among the commands that a query may send", "make it an act")
      }
    }
    guard let facts = try await facts(command) else {
      throw silent(name)
    }
    if facts.flags.contains("write") || facts.changesKeys {
      throw refused("\(name) changes data as \(target.label) has it, and a query may only read", "make it an act")
    }
    if CommandRules.harmless.contains(name) || CommandRules.harmlessSubcommands[name] != nil { return }
    guard facts.flags.contains("readonly") else {
      throw refused(
        "\(target.label) does not flag \(shown) as only reading, so a query may not send it", "make it an act")
    }
    if !facts.subcommands.isEmpty {
      throw refused("\(target.label) knows no \(shown)", nil)
    }
    // A module's flags are its author's word; some run whole programs in commands flagged `readonly`.
    if facts.flags.contains("module") || name.contains("."), !target.moduleReads.contains(name) {
      throw refused(
        "\(name) comes from a module of \(target.label), and nothing vouches for its only reading",
        "add `module_reads: [\(name)]` to the target")
    }
    try checkBlocking(command, facts)
  }

  /// A command that waits for others would hold the connection.
  private func checkBlocking(_ command: RedisCommand, _ facts: CommandFacts) throws(ExecutorError) {
    guard facts.flags.contains("blocking") else { return }
    let options = command.options(from: 1).prefix { $0 != "STREAMS" }
    if command.name == "XREAD", !options.contains("BLOCK") { return }
    throw refused("a query does not wait for data, as \(command.name) would", "leave BLOCK out and use `until`")
  }

  /// The server's facts about a command, of the subcommand where it has one; nil where it knows none or won't tell.
  ///
  /// Throws `.refused` where the account may not ask, with the grant, and the server's own error where it can't answer
  /// now.
  ///
  /// An argument that names no subcommand is not sent: it may be a secret.
  func facts(_ command: RedisCommand) async throws(ExecutorError) -> CommandFacts? {
    let name = command.name
    guard let subcommand = command.subcommand else { return try await facts(named: name) }
    let part = "\(name)|\(subcommand)"
    // The subcommands that a query may ask for are known. All that some of these commands have is nested too deep to be read.
    if CommandRules.questions(of: name)?.contains(subcommand) == true, let facts = try await facts(named: part) {
      return facts
    }
    let facts = try await facts(named: name)
    guard facts?.subcommands.contains(part.lowercased()) == true else { return facts }
    return try await self.facts(named: part)
  }

  private func facts(named name: String) async throws(ExecutorError) -> CommandFacts? {
    if let known = connection.facts.withLock({ $0[name] }) { return known }
    let exchange = await exchange([["COMMAND", "INFO", name].map { Array($0.utf8) }])
    // A command with subcommands, none of which was asked for.
    if exchange.failure == .tooDeep { return nil }
    if let failure = exchange.failure { throw error(failure, changes: false) }
    let reply = exchange.replies[0]
    // Nothing of an error is remembered: the next call may have an answer.
    if let error = reply.error { return try noFacts(of: name, error) }
    let facts = reply.list.flatMap { $0.count == 1 ? CommandFacts($0[0]) : nil }
    if let facts, let other = Self.otherName(facts.name, than: name) {
      throw refused(
        "on \(target.label) the name \(Self.shown(name)) is that of the command \(other), so a query may not send it",
        nil)
    }
    connection.facts.withLock { $0[name] = .some(facts) }
    return facts
  }

  /// The name that a command really has, where it is not the one that it was asked about under.
  static func otherName(_ own: String, than asked: String) -> String? {
    let (own, asked) = (own.lowercased(), asked.lowercased())
    let isSame =
      own.isEmpty || own == asked || asked.split(separator: "|").last.map(String.init) == own && asked.contains("|")
    return isSame ? nil : own.uppercased().replacing("|", with: " ")
  }

  /// `CONFIG GET` of `CONFIG|GET`.
  static func shown(_ name: String) -> String { name.replacing("|", with: " ") }

  func silent(_ name: String) -> ExecutorError {
    refused("\(target.label) has no description of \(Self.shown(name)), so a query may not send it", nil)
  }

  func noFacts(of name: String, _ reply: String) throws(ExecutorError) -> CommandFacts? {
    switch Self.code(reply) {
    case "NOPERM":
      let command = name.split(separator: "|")[0]
      throw refused(
        "\(target.label) does not let this account ask COMMAND INFO, by which a query knows that \(command) only reads",
        "grant +command|info, and +info for scans (\(reply))")
    // COMMAND is renamed or older than its INFO.
    case "ERR": return nil
    default: throw error(reply)
    }
  }
}
