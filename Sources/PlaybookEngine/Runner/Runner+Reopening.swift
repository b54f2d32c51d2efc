import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Whether a step has neither run nor been skipped, and is no mere container of others.
  func isNew(_ step: Step, in frame: Frame) -> Bool {
    switch step.kind {
    case .group, .use: return false
    case .query, .check, .confirm, .act, .document: break
    }
    let path = frame.path(step)
    return state.finished[path] == nil && state.skipped[path] == nil
  }

  /// Before anything new happens in a resumed run, the calls in doubt of the session before are reconciled.
  func settleIn() async throws(Stop) {
    if !isFinishing, let reason = state.abortedBecause { throw .aborted(reason) }
    try await makeKnown()
    try await reconcileLeftUndos(endsSteps: !isFinishing)
    guard isResumed, !hasSettledIn, configuration.mode != .plan else { return }
    hasSettledIn = true
    if !isFinishing { try await offerFreshEvidence() }
  }

  // MARK: Old evidence

  /// How old a query's evidence is, in words, where that is more than it may be or can't be said.
  private func age(of query: Step, taken: Timestamp?) -> String? {
    guard let taken, let expires = taken.adding(query.fresh ?? .seconds(600)) else { return nil }
    let present = clock.now()
    // The clock was set back, or this is another machine's: how old it is nobody knows.
    if let soon = present.adding(.seconds(5)), soon < taken { return "from a later time than the clock shows" }
    return expires < present ? "\(Self.roughly(present.seconds - taken.seconds)) old" : nil
  }

  /// A length of time as one says it: from two minutes on in whole minutes.
  private static func roughly(_ seconds: Int64) -> String {
    Value.text(of: .seconds(seconds < 120 ? seconds : seconds - seconds % 60))
  }

  /// After a pause: whether to take all evidence anew that is older than it may be. Nobody at the terminal is no reason
  /// to stop: before each act that rests on it, it is asked about again.
  private func offerFreshEvidence() async throws(Stop) {
    let key = QuestionKey(.run, .fresh(query: nil))
    guard self.operator.isInteractive || configuration.answers.entry(for: key) != nil else { return }
    var old: [(path: StepPath, age: String)] = []
    for (path, place) in visited {
      guard case .query = place.step.kind, let record = state.finished[path], record.state == .done,
        let age = age(of: place.step, taken: place.frame.scope.taken[place.step.name])
      else { continue }
      old.append((path, age))
    }
    guard !old.isEmpty else { return }
    old.sort { state.beginnings[$0.path] ?? 0 < state.beginnings[$1.path] ?? 0 }
    let names = old.map { "`\($0.path)` (\($0.age))" }.joined(separator: ", ")
    let question = Question(key: key, text: "Evidence is old: \(names). Take it again?", kind: .yesNo)
    guard try await ask(question).value.boolValue == true else {
      for (path, _) in old { keptEvidence[path] = clock.now() }
      return
    }
    let renewed = Set(old.map(\.path))
    // What was approved in the session before and not sent yet would go by the old evidence.
    let acts = visited.filter { path, place in
      isApprovedAndUnsent(path) && evidence(for: place.step, in: place.frame).contains { renewed.contains($0.path) }
    }
    try await reopen(
      old.flatMap { [$0.path] + dependents(of: $0.path) } + acts.keys, word: .fresh, target: "evidence")
  }

  /// Whether nothing has been sent of an act whose list or whose calls are on record: its list is then made of new
  /// evidence and asked about.
  private func isApprovedAndUnsent(_ path: StepPath) -> Bool {
    guard case .act = visited[path]?.step.kind else { return false }
    return state.acts[path]?.items.isEmpty ?? (state.loops[path] != nil)
  }

  /// Before an act: evidence that it rests on and that is older than it may be is offered to be taken anew.
  func refresh(_ step: Step, in frame: Frame) async throws(Stop) {
    guard configuration.mode != .plan else { return }
    var old: [StepPath] = []
    for evidence in self.evidence(for: step, in: frame) {
      let (query, path) = (evidence.query, evidence.path)
      let isKept = keptEvidence[path].map { age(of: query, taken: $0) == nil } ?? false
      guard !isKept, !offeredEvidence.contains("\(frame.path(step)) \(path)"),
        let age = age(of: query, taken: evidence.taken)
      else { continue }
      let question = Question(
        key: QuestionKey(frame.path(step), .fresh(query: query.name)), place: frame.place,
        text: "The evidence `\(query.name)` is \(age). Take it again?", kind: .yesNo)
      let isAgain = try await ask(question).value.boolValue == true
      offeredEvidence.insert("\(frame.path(step)) \(path)")
      if isAgain { old.append(path) } else { keptEvidence[path] = clock.now() }
    }
    guard !old.isEmpty else { return }
    let act = frame.path(step)
    var paths = old.flatMap { [$0] + dependents(of: $0) }
    if isApprovedAndUnsent(act) { paths.append(act) }
    try await reopen(paths, word: .fresh, target: act)
  }

  /// The evidence that a step rests on; in a used playbook also what its inputs were made of.
  func evidence(for step: Step, in frame: Frame) -> [Scope.Evidence] {
    let queries = frame.playbook.evidence(for: step)
    let own = queries.compactMap { query -> Scope.Evidence? in
      guard let path = frame.scope.origins[query.name], let taken = frame.scope.taken[query.name] else { return nil }
      return Scope.Evidence(query: query, path: path, taken: taken)
    }
    let readsInputs = ([step] + queries).contains { $0.references.contains("inputs") }
    return own + (readsInputs ? frame.scope.evidenceOfInputs : [])
  }

  // MARK: Going back

  /// The checks that what a step found decides, directly or by way of others.
  private func dependents(of path: StepPath) -> [StepPath] {
    var found: [StepPath] = []
    var pending = [path]
    while let next = pending.popLast() {
      guard let name = visited[next]?.step.name else { continue }
      for (other, place) in visited where !found.contains(other) && state.finished[other] != nil {
        guard case .check = place.step.kind, place.step.references.contains(name),
          place.frame.scope.origins[name] == next
        else { continue }
        found.append(other)
        pending.append(other)
      }
    }
    return found.sorted()
  }

  /// Asks one step's query again; checks that rest on it are judged anew, decisions and changes stay.
  func redo(_ name: String, at path: StepPath) async throws(Stop) {
    guard let target = stepPath(named: name, near: path), let step = visited[target]?.step else {
      try await slip("there is no step `\(name)` that has run; /redo takes a query's name or its number, E2", path)
      return
    }
    switch step.kind {
    case .query, .check: break
    case .act, .confirm, .document, .group, .use:
      try await slip("`\(target)` is no query: /back \(name) goes back to it", path)
      return
    }
    try await reopen([target] + dependents(of: target), word: .redo, target: target)
  }

  /// Goes back to a step: it and all after it are walked again. Changes that are there, or may be, stay as they are;
  /// one of which everything failed or was undone is asked about like a new one.
  func goBack(to name: String, at path: StepPath) async throws(Stop) {
    guard let target = stepPath(named: name, near: path), let mark = state.beginnings[target] else {
      try await slip("there is no step `\(name)` that has run; /back takes a step's name or its evidence, E2", path)
      return
    }
    let isSent = { (act: StepPath) in self.state.acts[act]?.isInPlace == true }
    var paths: [StepPath] = []
    var containers = state.containers.filter { container in
      state.beginnings[container] ?? mark < mark && state.ends[container] ?? 0 > mark
    }
    for (reopened, beginning) in state.beginnings where beginning >= mark && !reopened.text.contains("!") {
      if isSent(reopened) { continue }
      // A loop in which something was changed keeps its list: an item must not take another's change for its own.
      if state.loops[reopened] != nil, state.acts.keys.contains(where: { $0.isItem(of: reopened) && isSent($0) }) {
        containers.insert(reopened)
      } else {
        paths.append(reopened)
      }
    }
    if state.acts.contains(where: { state.beginnings[$0.key] ?? 0 >= mark && isSent($0.key) }) {
      try await warn("what was changed since `\(target)` stays changed; /undo takes it back", path)
    }
    try await reopen(paths, containers: Array(containers), word: .back, target: target)
  }

  private func reopen(
    _ paths: [StepPath], containers: [StepPath] = [], word: ReopenReason, target: StepPath
  ) async throws(Stop) {
    var seen: Set<StepPath> = []
    let paths = paths.filter { seen.insert($0).inserted }
    let reopened = StepsReopened(
      paths.sorted(), containers: containers.sorted(), word: word, target: target, author: author)
    try await emit(.stepsReopened(reopened), path: target)
    throw .again
  }

  /// The step that the operator means: `E2`, a path, or a name as it is seen from the step that asks.
  private func stepPath(named name: String, near path: StepPath) -> StepPath? {
    if name.first == "E" || name.first == "e", let number = Int(name.dropFirst()) { return state.evidencePaths[number] }
    if state.beginnings[StepPath(name)] != nil { return StepPath(name) }
    if let origin = visited[path]?.frame.scope.origins[name] { return origin }
    let matches = state.beginnings.keys.filter { $0.text.hasSuffix("." + name) && !$0.text.contains("!") }
    return matches.count == 1 ? matches.first : nil
  }

  func warn(_ text: String, _ path: StepPath) async throws(Stop) {
    try await emit(.warning(Warning(text)), path: path)
  }

  /// Tells the operator what is wrong with what was typed: on record, as all that is shown, and nothing to be warned of
  /// later.
  func slip(_ text: String, _ path: StepPath) async throws(Stop) {
    try await emit(.inputMistake(InputMistake(text)), path: path)
  }
}
