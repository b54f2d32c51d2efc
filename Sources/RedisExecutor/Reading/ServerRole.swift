import CEL
import PlaybookEngine

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

  /// Where evidence comes from: `redis (cache.internal:6379, replica)`. Asked after the evidence and at no cost to it: an account
  /// that may not ask, or a proxy that knows no roles, leaves the role unknown.
  func source() async -> String {
    "\(target.name) (\(target.endpoint), \(await role().text))"
  }

  private func role() async -> ServerRole {
    guard context.deadline > .now else { return .unknown }
    let role = await exchange([[Array("ROLE".utf8)]], within: Self.patience)
    if let known = role.replies.first.flatMap(ServerRole.init(role:)) { return known }
    guard role.failure == nil else { return .unknown }
    let info = await exchange([["INFO", "replication"].map { Array($0.utf8) }], within: Self.patience)
    return info.replies.first?.text.flatMap(ServerRole.init(info:)) ?? .unknown
  }
}
