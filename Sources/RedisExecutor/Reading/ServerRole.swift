import CEL
import ExecutorKit
import Synchronization

/// Which of a set of servers answered.
enum ServerRole: Equatable {
  case primary
  /// `link` is how the replica stands to its primary: nil where it is connected.
  case replica(link: String?)
  case sentinel
  case unknown

  /// In ROLE's answer.
  init?(role reply: Reply) {
    guard let items = reply.list else { return nil }
    switch items.first?.text {
    case "master": self = .primary
    case "slave":
      let state = items.count > 3 ? items[3].text : nil
      self = .replica(link: state == "connected" ? nil : state ?? "not known")
    case "sentinel": self = .sentinel
    default: return nil
    }
  }

  /// In the section `replication` of INFO.
  init?(info text: String) {
    let fields = InfoText.lines(text)
    switch fields["role"]?.stringValue {
    case "master": self = .primary
    case "slave":
      let link = fields["master_link_status"]?.stringValue
      self = .replica(link: link == "up" ? nil : link ?? "not known")
    default: return nil
    }
  }

  var text: String {
    switch self {
    case .primary: "primary"
    case .replica(nil): "replica"
    case .replica(let link?): "replica, link to its primary: \(link)"
    case .sentinel: "sentinel"
    case .unknown: "role unknown"
    }
  }
}

extension Session {
  /// How long the evidence waits for the role of the server that gave it.
  private static let patience = Duration.seconds(1)

  /// Where evidence comes from: `redis (cache.internal:6379, replica)`. Asked after the evidence and at no cost to it:
  /// an account that may not ask, or a proxy that knows no roles, leaves the role unknown.
  func source() async -> String {
    "\(target.name) (\(target.endpoint), \(await role().text))"
  }

  /// Scans ask INFO anyway, so that most accounts may.
  private func role() async -> ServerRole {
    let told = await answer("INFO", "replication")?.text.flatMap(ServerRole.init(info:))
    if let told, [.primary, .replica(link: nil)].contains(told) { return told }
    // Of a link that is down it says more.
    return await answer("ROLE").flatMap(ServerRole.init(role:)) ?? told ?? .unknown
  }

  /// The reply to a question that the evidence does not need. One that the account may not ask is asked once on each
  /// connection: the server logs every denial.
  private func answer(_ words: String...) async -> Reply? {
    let commands = [words.map { Array($0.utf8) }]
    guard context.deadline > .now, !connection.denied.withLock({ $0.contains(words[0]) }),
      (try? await checkNames(commands)) != nil
    else { return nil }
    guard let reply = await exchange(commands, within: Self.patience).replies.first else { return nil }
    if let error = reply.error, Self.code(error) == "NOPERM" {
      connection.denied.withLock { _ = $0.insert(words[0]) }
    }
    return reply
  }
}
