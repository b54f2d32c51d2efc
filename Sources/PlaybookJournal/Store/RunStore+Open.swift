public import CEL
import PlaybookRecord

/// A run that a living process holds.
public struct OpenRun: Sendable {
  public var id: String
  public var playbook: String
  public var environment: String
  /// The holder now.
  public var `operator`: String
  /// When this session began.
  public var since: Timestamp
  /// When it first changed something in this session, or may have.
  public var firstChange: Timestamp?
  /// The operator who last changed something in an earlier session, or may have, and when that began.
  public var earlierChange: (by: String, at: Timestamp)?

  /// A sentence for an operator who is about to change something in the same environment.
  public var text: String {
    let run = "\(playbook), run \(id.suffix(4))"
    if let firstChange {
      return "\(`operator`) is changing `\(environment)` too, since \(firstChange.description) (\(run))"
    }
    let earlier =
      earlierChange.map { " in this session; \($0.by) changed something in it at \($0.at.description)" } ?? " yet"
    return "\(`operator`) is in `\(environment)` too, since \(since.description) (\(run)); no change made\(earlier)"
  }
}

extension OpenRun {
  /// A sentence for each of a few runs, those that change something first, and one for all others together.
  public static func texts(of runs: [OpenRun], atMost limit: Int = 3) -> [String] {
    let changing = runs.filter { $0.firstChange != nil } + runs.filter { $0.firstChange == nil }
    let texts = changing.prefix(limit).map(\.text)
    guard let next = changing.dropFirst(limit).first else { return texts }
    let rest = changing.dropFirst(limit)
    let ids = rest.map { $0.id.suffix(4) }.joined(separator: ", ")
    let count = rest.count == 1 ? "1 more run is" : "\(rest.count) more runs are"
    let changed = rest.contains { $0.firstChange != nil || $0.earlierChange != nil } ? "" : " and changed nothing yet"
    return texts + ["\(count) in `\(next.environment)` too\(changed): \(ids)"]
  }
}

extension RunStore {
  /// Runs besides `own` that are open in an environment now. Plans and drills change nothing of it and don't count.
  public func open(in environment: String, besides own: String) -> [OpenRun] {
    ids().compactMap { id in
      guard id != own, let folder = try? RunFolder(id: id, path: root + "/" + id, isShared: false),
        let holder = folder.holder, let contents = try? folder.journal(),
        case .runStarted(let started) = contents.events.first?.body, started.environment == environment,
        started.mode == .run
      else { return nil }
      return OpenRun(id: id, started, holder: holder, contents.events)
    }
  }
}

extension OpenRun {
  fileprivate init(id: String, _ started: RunStarted, holder: Value, _ events: [Event]) {
    (self.id, environment, playbook) = (id, started.environment, started.playbook)
    since = events[0].at
    var name: String?
    for event in events {
      if let session = event.session {
        if let firstChange { earlierChange = (name ?? "somebody", firstChange) }
        (name, since, firstChange) = (session.who.name, event.at, nil)
      }
      switch event.type {
      case .actStarted, .undoStarted: firstChange = firstChange ?? event.at
      default: break
      }
    }
    // A process that has just resumed the run may not have recorded it yet.
    let holding = holder["operator"]?.stringValue
    if let holding, let name, holding != name {
      if let firstChange { earlierChange = (name, firstChange) }
      firstChange = nil
      if let taken = holder["since"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) }) { since = taken }
    }
    `operator` = holding ?? name ?? "somebody"
  }
}
