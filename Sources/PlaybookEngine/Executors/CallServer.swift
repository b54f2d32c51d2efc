/// The one server that a call goes to.
public struct CallServer: Sendable, Hashable {
  /// As an operator knows it: `10.0.0.7:6379`, `https://api.internal`, `this machine (web-1)`. No secret.
  public var name: String
  /// The server of the target's settings where the call was moved away from it: `cache.internal`.
  public var movedFrom: String?
  /// Whether settings and call leave open which of several servers it is, so that it was found by connecting.
  public var isFound: Bool

  public init(_ name: String, movedFrom: String? = nil, isFound: Bool = false) {
    self.name = name
    self.movedFrom = movedFrom
    self.isFound = isFound
  }

  /// `10.0.0.7:6379 (moved from cache.internal)`.
  public var text: String { name + (movedFrom.map { " (moved from \($0))" } ?? "") }
}

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
