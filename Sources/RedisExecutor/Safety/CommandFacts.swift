/// A server's facts about one of its commands, in answer to `COMMAND INFO`.
struct CommandFacts: Sendable, Equatable {
  /// The command's own name, small letters, of a subcommand `config|get`: the server may have given it another one.
  var name: String
  var flags: Set<String>
  /// The names of its subcommands, `config|get`, each with facts of its own (Redis 7 and later).
  var subcommands: Set<String>
  /// Whether a key is more than read: the key specifications say so of `PFCOUNT`, which is flagged `readonly` (Redis
  /// 7).
  var changesKeys: Bool

  /// Reads one entry of the answer; nil for a command that the server does not know, or an answer of another shape.
  init?(_ reply: Reply) {
    guard let entry = reply.list, entry.count >= 6, let flags = entry[2].list else { return nil }
    name = entry[0].text?.lowercased() ?? ""
    self.flags = Set(flags.compactMap { $0.text?.lowercased() })
    let parts = entry.count > 9 ? entry[9].list ?? [] : []
    subcommands = Set(parts.compactMap { $0.list?.first?.text?.lowercased() })
    let specifications = entry.count > 8 ? entry[8].list ?? [] : []
    let accesses = specifications.flatMap(Self.accesses)
    let changes: Set = ["RW", "OW", "RM", "INSERT", "UPDATE", "DELETE"]
    changesKeys = accesses.contains { changes.contains($0) }
  }

  /// The flags of a key specification: a list of pairs, one of which is `flags`.
  private static func accesses(_ specification: Reply) -> [String] {
    guard let pairs = specification.list,
      let name = pairs.indices.first(where: { $0 % 2 == 0 && pairs[$0].text == "flags" }), name + 1 < pairs.count
    else { return [] }
    return (pairs[name + 1].list ?? []).compactMap { $0.text?.uppercased() }
  }
}
