public import CEL
import PlaybookEngine

/// A run that a living process holds.
public struct OpenRun: Sendable {
  public var id: String
  public var playbook: String
  public var environment: String
  public var `operator`: String
  public var since: Timestamp
  /// When it first changed something, or may have.
  public var firstChange: Timestamp?

  /// A sentence for whoever is about to change something in the same environment.
  public var text: String {
    let run = "\(playbook), run \(id.suffix(4))"
    guard let firstChange else {
      return "\(`operator`) is in `\(environment)` too, since \(since.description) (\(run)); no change made yet"
    }
    return "\(`operator`) is changing `\(environment)` too, since \(firstChange.description) (\(run))"
  }
}

extension RunStore {
  /// Runs besides `own` that are open in an environment now. Plans and drills change nothing of it and don't count.
  public func open(in environment: String, besides own: String) -> [OpenRun] {
    ids().compactMap { id in
      guard id != own, let folder = try? RunFolder(id: id, path: root + "/" + id, isShared: false),
        let holder = folder.holder, let contents = try? folder.journal(), let first = contents.events.first,
        first.data["environment"]?.stringValue == environment, first.data["mode"]?.stringValue == "run"
      else { return nil }
      return OpenRun(
        id: id, playbook: first.data["playbook"]?.stringValue ?? "?", environment: environment,
        operator: holder["operator"]?.stringValue ?? RunState(contents.events).operators.last ?? "somebody",
        since: first.at, firstChange: contents.events.first { $0.type == .actStarted }?.at)
    }
  }
}
