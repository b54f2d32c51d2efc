import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// Where calls go: found before a change is asked about, named by the yes, and looked at once more before anything is
/// sent.
extension Runner {
  /// The calls of a change with the servers that they would reach.
  func located(_ items: [PlannedItem], _ step: Step, at path: StepPath) async -> [PlannedItem] {
    var located: [PlannedItem] = []
    // Where a server can't be told for one call, the others of the same place are not waited for.
    var failed: [[String?]: String] = [:]
    for var item in items {
      let call = item.prepared.call
      let place = [call.executor, call.target, call.host]
      if let problem = failed[place] {
        item.prepared.serverProblem = problem
      } else {
        item.prepared = await self.located(item.prepared, step, at: path)
        if let problem = item.prepared.serverProblem { failed[place] = problem }
      }
      located.append(item)
    }
    return located
  }

  private func located(_ prepared: PreparedCall, _ step: Step, at path: StepPath) async -> PreparedCall {
    guard !prepared.executor.schema.isPrompted else { return prepared }
    var prepared = prepared
    (prepared.server, prepared.serverText, prepared.serverProblem) = (nil, nil, nil)
    let context = context(for: prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout)
    do throws(ExecutorError) {
      prepared.server = try await prepared.executor.server(of: prepared.call, context: context)
      if let server = prepared.server { prepared.serverText = await sink.redacted(server.text) }
    } catch {
      prepared.serverProblem = await sink.redacted(error.message)
    }
    return prepared
  }

  /// What is said before a yes of calls whose server can't be told.
  func serverWarnings(_ planned: [PlannedItem]) -> [String] {
    var texts: [String] = []
    for problem in planned.compactMap(\.prepared.serverProblem) {
      let text = "which server it would reach is not known: \(problem)"
      if !texts.contains(text) { texts.append(text) }
    }
    return texts
  }

  /// Whether an item would reach another server now than the yes was given for. Older records name none.
  private func isElsewhere(_ item: PlannedItem, _ approved: [String?]) -> Bool {
    guard !approved.isEmpty, let now = item.prepared.serverText else { return false }
    return (approved.indices.contains(item.position) ? approved[item.position] : nil) != now
  }

  /// Whether a call that is still to be sent would reach another server than an earlier yes was given for.
  func isElsewhere(_ planned: [PlannedItem], _ earlier: RunState.Act) -> Bool {
    planned.contains { item in
      guard earlier.items[item.position]?.isUnsettled ?? true, earlier.servers.indices.contains(item.position),
        let before = earlier.servers[item.position], let now = item.prepared.serverText
      else { return false }
      return before != now
    }
  }

  /// The items that are still to be sent, of which the first `count` go out next, with their servers as they are now.
  /// Where one of those is not the server that the yes was given for, all of them are asked about again. Nil: the
  /// answer was no.
  func atApprovedServers(
    _ items: [PlannedItem], next count: Int, of planned: [PlannedItem], _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> [PlannedItem]? {
    let path = frame.path(step)
    var items = items
    items.replaceSubrange(0..<count, with: await located(Array(items.prefix(count)), step, at: path))
    let approved = state.acts[path]?.servers ?? []
    // Where it can't be told now, the executor holds the server that it reaches against the yes.
    for index in 0..<count where items[index].prepared.serverProblem != nil {
      let position = items[index].position
      guard approved.indices.contains(position), let name = approved[position] else { continue }
      items[index].prepared.server = CallServer(name, isFound: true)
    }
    guard let moved = items.prefix(count).first(where: { isElsewhere($0, approved) }) else { return items }
    items = await located(items, step, at: path)
    var approval = await approval(for: items, [], act, step, in: frame)
    let known = Dictionary(items.map { ($0.position, $0) }) { first, _ in first }
    approval.digest = await digest(of: planned.map { known[$0.position] ?? $0 }, act, at: QuestionKey(path))
    let before = approved.indices.contains(moved.position) ? approved[moved.position] : nil
    approval.warnings.insert(
      before.map { "the yes was for \($0), and another server would be reached now" }
        ?? "when the yes was given it was not known which server would be reached", at: 0)
    let text = (title(of: step, in: frame) ?? step.name) + " (another server than approved)"
    let question = Question(
      key: unansweredKey(path) { .server($0) }, place: frame.place, text: text, kind: .approval(approval))
    guard try await ask(question).value.boolValue == true else { return nil }
    let calls = Self.approvedCalls(items, approval)
    try await emit(
      .callsMoved(CallsReapproved(change: path, positions: items.map(\.position), approved: calls)),
      path: question.key.place, synced: true)
    return items
  }

  /// Why a call that would reach another server than the yes was given for is not sent.
  static let elsewhere = "another server would be reached than the one approved"

  /// The same of one item that goes out again.
  func atApprovedServer(
    _ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> PlannedItem? {
    let planned = plannedHere[frame.path(step)] ?? [item]
    return try await atApprovedServers([item], next: 1, of: planned, act, step, in: frame)?.first
  }

  /// Whether an undo would reach another server now than the yes to it was given for.
  func isUndoElsewhere(_ item: PlannedItem, at path: StepPath) -> Bool {
    guard let approved = state.acts[path]?.undoServers[item.position], let now = item.prepared.serverText else {
      return false
    }
    return approved != now
  }

  /// Which servers answered the calls of a change; nil: none said so.
  func source(of path: StepPath) -> String? {
    let items = (state.acts[path]?.items ?? [:]).sorted { $0.key < $1.key }
    let servers = ServerText.distinct(items.map(\.value.source))
    return servers.isEmpty ? nil : servers.joined(separator: ", ")
  }

  /// The servers of calls for the record, null where one is not known; nil where the executor has none.
  static func servers(_ planned: [PlannedItem]) -> [String?]? {
    guard planned.contains(where: { $0.prepared.serverText != nil || $0.prepared.serverProblem != nil }) else {
      return nil
    }
    return planned.map(\.prepared.serverText)
  }
}
