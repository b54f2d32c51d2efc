/// How a change's place is told: the target and its servers.
package enum ServerText {
  /// `redis 10.0.0.7:6379`, `redis, 3 servers`; the target alone where no server is known.
  package static func place(_ target: String?, _ servers: [String?]) -> String {
    let names = distinct(servers)
    switch names.count {
    case 0: return target ?? ""
    case 1: return [target, names[0]].compactMap { $0 }.joined(separator: " ")
    default: return [target, "\(names.count) servers"].compactMap { $0 }.joined(separator: ", ")
    }
  }

  /// The same with the servers' names, at most three of them: `redis, 2 servers (10.0.0.7:6379, 10.0.0.8:6379)`.
  package static func named(_ target: String?, _ servers: [String?]) -> String {
    let names = distinct(servers)
    guard names.count > 1 else { return place(target, servers) }
    let more = names.count > 3 ? " and \(names.count - 3) more" : ""
    return place(target, servers) + " (\(names.prefix(3).joined(separator: ", "))\(more))"
  }

  /// Each server once, in the order of the calls.
  package static func distinct(_ servers: [String?]) -> [String] {
    var seen: Set<String> = []
    return servers.compactMap { $0 }.filter { !$0.isEmpty && seen.insert($0).inserted }
  }
}
