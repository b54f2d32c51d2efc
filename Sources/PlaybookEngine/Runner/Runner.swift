public import CEL
public import ExecutorKit
import PlaybookLanguage
public import PlaybookRecord
import SourceText

/// Walks a playbook: says what happens next, has it done, and records what happened.
///
/// It is deterministic code over ports. All that comes from outside (outcomes, answers, the time) is an event before it
/// counts, so that walking again over the recorded events leads to the same place: that is how a run is resumed.
public actor Runner {
  let configuration: RunConfiguration
  let executors: [String: any Executor]
  let `operator`: any Operator
  let sink: any EventSink
  let clock: any RunClock
  let control: RunControl
  let secrets: SecretStore
  let protection: Protection
  /// The fold over all events so far, those of earlier sessions included.
  var state: RunState
  /// Whether the run is resumed: a value that was scrubbed from the record is not known any more.
  let isResumed: Bool
  /// Whether somebody had stopped the run, or somebody else had it: what was approved then is no plain continuation.
  let isTakenUp: Bool
  /// Evidence of earlier sessions that lies in files.
  let loadEvidence: @Sendable (String) async throws -> Value
  /// Other runs that are open in the same environment, a sentence each.
  let neighbours: @Sendable () async -> [String]
  var lastSync: Timestamp?

  /// What ends the walk before its end.
  enum Stop: Error {
    case paused(String, Question?)
    case aborted(String)
    case failed(String)
    /// The journal can't be written: nothing more may happen, not even `finally`.
    case lost(String)
    /// A call was cut by the operator.
    case cut
    /// Steps were reopened: the playbook is walked from its beginning, over what is recorded, to the first of them.
    case again
    /// The operator goes on without the step at this path.
    case skip(StepPath, reason: String)
  }

  /// Whether a list of steps went to its end.
  enum Flow {
    case onward
    /// A gate was answered "no".
    case gateClosed(String)
  }

  /// - Parameter foreign: The numbers of events in `history` whose yes is not known to be this operator's own: what
  ///   they let be sent is asked about again.
  public init(
    _ configuration: RunConfiguration, executors: [any Executor], operator: any Operator, sink: any EventSink,
    fetcher: any SecretFetcher, clock: any RunClock = SystemRunClock(), control: RunControl = RunControl(),
    history: [Event] = [], foreign: Set<Int> = [], neighbours: @escaping @Sendable () async -> [String] = { [] },
    loadEvidence: @escaping @Sendable (String) async throws -> Value
  ) {
    self.configuration = configuration
    self.executors = Dictionary(executors.map { ($0.name, $0) }) { first, _ in first }
    self.operator = `operator`
    self.sink = sink
    self.clock = clock
    self.control = control
    self.loadEvidence = loadEvidence
    self.neighbours = neighbours
    secrets = SecretStore(environment: configuration.environment, fetcher: fetcher, sink: sink, clock: clock)
    protection = Protection(protected: configuration.environment.protected)
    let known = RunState(history, foreign: foreign)
    state = known
    isResumed = !history.isEmpty
    let isOtherUser = known.lastUser != nil && known.lastUser != configuration.provenance.uid
    isTakenUp = known.isStoppedByHand || known.lastOperator != `operator`.name || isOtherUser
  }

  /// Runs from where the history ends to the end, or to whatever stops it.
  public func run() async -> RunResult {
    var result: RunResult
    do throws(Stop) {
      try await start()
      result = try await walkToEnd()
      try await finish(result)
    } catch {
      switch error {
      case .paused(let reason, let question): result = await pause(reason, question)
      case .cut:
        result = await pause("interrupted by the operator", nil)
        if case .paused = result, control.hasCutCall { result = .interrupted }
      case .lost(let reason): result = .failed("the journal can't be written: \(reason)")
      case .failed(let reason): result = .failed(reason)
      case .aborted(let reason): result = .aborted(reason)
      case .again, .skip: result = .failed("a step was left that was not entered")
      }
    }
    for executor in executors.values { await executor.close() }
    return result
  }

  /// Walks the whole playbook, `finally` included, from the beginning as often as steps are reopened.
  private func walkToEnd() async throws(Stop) -> RunResult {
    while true {
      do throws(Stop) {
        let root = Frame(playbook: configuration.playbook, prefix: "", scope: rootScope, place: "")
        var result = try await runSteps(root)
        result = try await stopped(result)
        if result != .completed { control.clear() }
        try await makeKnown()
        try await reconcileLeftUndos()
        if result != .completed { try await offerUndoAtEnd() }
        if !configuration.playbook.finally.isEmpty { result = try await runFinally(root, after: result) }
        try await reconcileLeftUndos()
        if result == .completed {
          result = try await stopped(result)
          control.clear()
          try await offerUndoAtEnd()
          result = try await stopped(result)
        }
        if result == .completed, !planProblems.isEmpty {
          var seen: Set<String> = []
          let names = planProblems.filter { seen.insert($0).inserted }.map { "`\($0)`" }.joined(separator: ", ")
          result = .failed("this would not work as things are: \(names)")
        }
        return result
      } catch {
        guard case .again = error else { throw error }
      }
    }
  }

  /// Undos left in doubt by an earlier session whose step this walk does not reach. Aborting at the question records them
  /// as unknown: the steps under `finally` run all the same, and it is not asked again in this session.
  ///
  /// - Parameter endsSteps: Whether it is asked among the steps, which then end there.
  func reconcileLeftUndos(endsSteps: Bool = false) async throws(Stop) {
    guard !hasLeftUndos else { return }
    do throws(Stop) {
      try await reconcileUndos()
    } catch {
      switch error {
      case .aborted, .failed:
        hasLeftUndos = true
        if endsSteps { throw error }
        control.clear()
      case .paused, .cut, .lost, .again, .skip: throw error
      }
    }
  }

  /// What the steps came to, with a stop that was asked for while the last of them was under way, or in an earlier
  /// session.
  private func stopped(_ result: RunResult) async throws(Stop) -> RunResult {
    await control.whileHeld()
    switch control.requested {
    case .pause(let reason): throw .paused(reason, nil)
    case .abort(let reason): return .aborted(reason)
    case .finishStep, nil: break
    }
    guard result == .completed, let reason = state.abortedBecause else { return result }
    return .aborted(reason)
  }

  private func runSteps(_ root: Frame) async throws(Stop) -> RunResult {
    do throws(Stop) {
      _ = try await walk(configuration.playbook.steps, in: root, isTop: true)
      return state.failedChecks.isEmpty ? .completed : .failed(failedChecksText)
    } catch {
      switch error {
      case .failed(let reason): return .failed(reason)
      case .aborted(let reason): return .aborted(reason)
      default: throw error
      }
    }
  }

  private var failedChecksText: String {
    let names = state.failedChecks.map { "`\($0)`" }.joined(separator: ", ")
    return "expected checks did not hold: \(names)"
  }

  private func start() async throws(Stop) {
    for (name, value) in configuration.inputs {
      let declaration = configuration.playbook.inputs.first { $0.name == name }
      if declaration?.isSecret == true { await hide(.string(value.rendered)) }
    }
    try await knowSecrets()
    if isResumed {
      var resumed = RunResumed()
      (resumed.who, resumed.process, resumed.reason) = (author, configuration.provenance.process, stoppedBecause)
      (resumed.tookOver, resumed.changed) = (configuration.provenance.tookOver, configuration.provenance.changed)
      try await emit(.runResumed(resumed))
    } else {
      try await emit(.runStarted(beginning))
    }
    try await warnOfSecrets()
  }

  /// The names that every step sees.
  var rootScope: Scope {
    var scope = Scope()
    scope.secretNames = Set(configuration.playbook.inputs.filter(\.isSecret).map { "inputs.\($0.name)" })
    scope.values["inputs"] = .map(MapValue(configuration.inputs.sorted { $0.key < $1.key }.map { ($0, $1) }))
    scope.values["run"] = .map(
      MapValue(present: [
        "id": .string(configuration.id), "environment": .string(configuration.environment.name),
        "operator": .string(self.operator.name), "started": .timestamp(state.started ?? clock.now()),
        "alerted": configuration.alerted.map(Value.timestamp) ?? .null,
        "ticket": configuration.ticket.map(Value.string) ?? .null,
      ]))
    return scope
  }

  /// The first event.
  private var beginning: RunStarted {
    let (playbook, provenance) = (configuration.playbook, configuration.provenance)
    var begun = RunStarted()
    (begun.run, begun.mode, begun.playbook) = (configuration.id, configuration.mode, playbook.name)
    (begun.title, begun.severity, begun.category) = (playbook.title, playbook.severity?.rawValue, playbook.category)
    (begun.section, begun.symptoms) = (playbook.section, playbook.symptoms)
    (begun.environment, begun.color) = (configuration.environment.name, configuration.environment.color)
    (begun.who, begun.ticket, begun.alerted) = (author, configuration.ticket, configuration.alerted)
    (begun.steps, begun.path) = (playbook.steps.count, playbook.file.path)
    if let contact = configuration.contact {
      begun.contact = .init(contact: contact.contact, response: contact.responseTime)
    }
    begun.inputs = MapValue(configuration.inputs.sorted { $0.key < $1.key }.map { ($0, $1) })
    (begun.engine, begun.process, begun.numbers) = (provenance.engine, provenance.process, provenance.numbers)
    (begun.git, begun.sources) = (provenance.git, provenance.sources)
    begun.environmentsFile = provenance.environmentsFile
    return begun
  }

  private func runFinally(_ root: Frame, after result: RunResult) async throws(Stop) -> RunResult {
    isFinishing = true
    isCompleted = result == .completed
    defer { isFinishing = false }
    do throws(Stop) {
      _ = try await walk(configuration.playbook.finally, in: root, isTop: false)
    } catch {
      // What went wrong first is what the run ends with.
      switch error {
      case .failed(let reason): return result == .completed ? .failed(reason) : result
      case .aborted(let reason): return result == .completed ? .aborted(reason) : result
      default: throw error
      }
    }
    return result
  }

  /// Whether the steps under `finally` are running.
  var isFinishing = false
  var isCompleted = true
  /// The steps that the walk has come to, by path.
  var visited: [StepPath: (step: Step, frame: Frame)] = [:]
  /// The changes of a plan that would not work.
  var planProblems: [String] = []
  /// Whether an undo is under way: none begins within it.
  var isUndoing = false
  /// How often an undo was offered in this session.
  var undoOffers = 0
  /// A stop that was asked for while an executor held the question.
  var stopAfterCall: Stop?
  /// Whether the questions before anything new in this session have been asked.
  var hasSettledIn = false
  /// Acts and the evidence that has been offered to be taken anew for them, in this session: once each.
  var offeredEvidence: Set<String> = []
  /// When it was said in this session that old evidence will do: it is not asked about again before it has aged as much
  /// again.
  var keptEvidence: [StepPath: Timestamp] = [:]

  /// The changes that were said yes to in this session.
  var approvedHere: Set<StepPath> = []
  /// All items of each change that this session reached, as they were planned.
  var plannedHere: [StepPath: [PlannedItem]] = [:]
  /// The key of the question that `/skip` was said to last.
  var skippedQuestion: QuestionKey?
  /// Items whose undo was to be looked at late, in this session: once each.
  var triedToSee: Set<StepPath> = []
  /// The changes of which what was left of an interrupted undo has been asked about.
  var resumedUndos: Set<StepPath> = []
  /// Whether the operator aborted at the question what became of an undo.
  private var hasLeftUndos = false

  /// Whether this session's last event has been written, or is about to be.
  var hasEnded = false

  private func finish(_ result: RunResult) async throws(Stop) {
    guard let outcome = result.end else { return }
    var reason: String?
    switch result {
    case .failed(let text), .aborted(let text): reason = text
    case .completed, .paused, .interrupted: break
    }
    await recordInterruption()
    try await warnOfUnusedApprovals()
    hasEnded = true
    let finished = RunFinished(
      outcome, reason: reason, failed: state.failedChecks, changes: state.changes, unverified: state.unverified)
    try await emit(.runFinished(finished), synced: true)
  }

  /// A digest that was of nothing that this run asked about may be a slip, and what it was meant for was not done.
  private func warnOfUnusedApprovals() async throws(Stop) {
    for digest in configuration.approvals.subtracting(state.digests).sorted() {
      try await warn("--approve \(digest): no change that this run reached has this digest", "")
    }
  }

  private func pause(_ reason: String, _ question: Question?) async -> RunResult {
    await recordInterruption()
    // The world of a drill ends with its command.
    let isDrill = configuration.mode == .drill
    var how =
      isDrill
      ? "playbook drill \(configuration.playbook.name)"
      : "playbook resume \(configuration.id)\(configuration.whereabouts)"
    if let question, !self.operator.isInteractive {
      how += answersSoFar(before: question) + " " + question.argument(isDrill: isDrill)
    }
    let paused = RunPaused(reason: reason, question: question?.open, how: how)
    hasEnded = true
    do {
      try await emit(.runPaused(paused), synced: true)
    } catch {
      return .failed("the journal can't be written")
    }
    return .paused(reason)
  }

  /// What was said of the items before the one that is asked about, as arguments: a yes to a change is for the session
  /// in which it was given, so that they are given again together.
  private func answersSoFar(before question: Question) -> String {
    guard case .item = question.kind, let all = question.key.withoutItem else { return "" }
    let said = state.answers.filter { $0.key.withoutItem == all && ["yes", "no"].contains($0.value.value.rendered) }
    return said.sorted { $0.key.item ?? 0 < $1.key.item ?? 0 }
      .map { " --answer '\($0.key)=\($0.value.value.rendered)'" }.joined()
  }

  /// Stops here when somebody asked for it, waits while somebody is asked whether to; a stop after the step under way
  /// only between two steps.
  func checkStop(betweenSteps: Bool = false) async throws(Stop) {
    await control.whileHeld()
    guard let stop = control.requested else { return }
    if control.isCut { throw .cut }
    if isFinishing, !isCompleted, case .abort = stop {
      // The run is being ended; what is done for its end is done in its own time.
      control.clear()
      return
    }
    switch stop {
    case .pause(let reason): throw .paused(reason, nil)
    case .finishStep(let reason): if betweenSteps { throw .paused(reason, nil) }
    case .abort(let reason): throw .aborted(reason)
    }
  }

  /// Why the session before this one ended.
  private var stoppedBecause: String {
    let reason = state.pausedBecause ?? "it ended without a word (killed, or its machine stopped)"
    return reason + (state.abortedBecause.map { "; the run is being ended: \($0)" } ?? "")
  }

  /// Records what was announced of interrupts and how a stop came about, unless that was done.
  public func recordInterruption() async {
    for known in control.takeInterruptions() { await interrupted(by: known.signal, choice: known.choice) }
  }

  /// Records that the run was asked to stop, and what was chosen. A signal that comes when the run has ended by itself
  /// (a closed terminal is the end of input as well) is none of its events.
  func interrupted(by signal: String, choice: InterruptChoice?) async {
    // The first event of a journal is the run's start.
    guard !hasEnded, state.started != nil else { return }
    do {
      try await emit(.interrupted(Interrupted(signal, choice, author: author)))
    } catch {
      control.request(.pause("the journal can't be written"))
    }
  }
}
