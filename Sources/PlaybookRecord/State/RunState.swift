public import CEL

/// The fold over a run's events: what has been decided and done so far. The live run and a resumed one share it.
public struct RunState: Sendable {
  /// How a step ended.
  public struct Finished: Sendable {
    public var state: StepState
    public var outcome: MapValue
    /// The SHA-256 of the file that holds the whole outcome.
    public var evidence: String?
    public var at: Timestamp
    /// Why this end was the end of the run; nil: the run went on.
    public var stops: String?
  }

  public private(set) var isEmpty = true
  public private(set) var started: Timestamp?
  /// Steps begun, with what `now` is for them.
  public private(set) var begun: [StepPath: Timestamp] = [:]
  public private(set) var finished: [StepPath: Finished] = [:]
  /// What steps came to before they were taken anew, with the count of events at which that began; oldest first.
  private var earlier: [StepPath: [(until: Int, finished: Finished)]] = [:]
  /// What used playbooks were given, by the path of their step, with the count of events at which that was recorded;
  /// oldest first.
  private var inputs: [StepPath: [(at: Int, given: MapValue)]] = [:]
  /// Steps that did not run, with why.
  public private(set) var skipped: [StepPath: String] = [:]
  /// The fixed lists of loops.
  public private(set) var loops: [StepPath: [Value]] = [:]
  public private(set) var acts: [StepPath: Act] = [:]
  /// The order in which changes were approved.
  public private(set) var actOrder: [StepPath] = []
  /// How often each change and each undo was approved, by path: what a digest was the yes to is used up.
  package private(set) var turns: [QuestionKey: Int] = [:]
  /// The digests that were asked about.
  package private(set) var digests: Set<String> = []
  public private(set) var answers: [QuestionKey: Answer] = [:]
  /// The keys of questions that were asked and not answered.
  public private(set) var openQuestions: Set<QuestionKey> = []
  /// Expected checks that did not hold, by path.
  public private(set) var failedChecks: [StepPath] = []
  /// Changes whose verification did not hold, by path.
  public private(set) var unverified: [StepPath] = []
  /// How the run ended; nil: it did not.
  public private(set) var outcome: RunOutcome?
  /// How many failures an operator has decided about.
  public private(set) var failuresHandled = 0
  /// How many pieces of evidence have a number.
  public private(set) var evidenceCount = 0
  /// The machine's boot in which the last session began.
  package private(set) var boot: String?
  /// The time of the last event.
  public private(set) var last: Timestamp?
  public private(set) var operators: [String] = []
  /// How many reads of the operator's own were sent.
  public private(set) var ownQueries = 0
  /// How often an undo was begun.
  public private(set) var undoCount = 0
  /// Inputs of queries that the operator changed, by path.
  public private(set) var edits: [StepPath: MapValue] = [:]
  /// Steps by the number of their evidence.
  public private(set) var evidencePaths: [Int: StepPath] = [:]
  /// Why the operator ended the run, once that was said.
  public private(set) var abortedBecause: String?
  /// Why the last session paused; nil where it ended without a word.
  public private(set) var pausedBecause: String?
  /// Whose session it was.
  package private(set) var lastOperator: String?
  /// The signal that interrupted the last session, if one did.
  private var lastSignal: String?
  /// Whether somebody stopped the last session: it was not killed, and neither was its connection lost.
  package var isStoppedByHand: Bool { pausedBecause != nil && !["SIGTERM", "SIGHUP"].contains(lastSignal) }
  /// When steps began and ended, counted in events.
  package private(set) var beginnings: [StepPath: Int] = [:]
  package private(set) var ends: [StepPath: Int] = [:]
  package private(set) var containers: Set<StepPath> = []
  private var count = 0
  /// The numbers of recorded events whose yes is not known to be that of whoever resumes the run.
  private let foreign: Set<Int>
  /// Whose session it was when the event that is folded in was recorded, as the record says: "alice, uid 1000".
  private var session = "somebody"
  /// The user of the last session; nil: not on record.
  package private(set) var lastUser: Int?
  /// The ids of remarks that came from outside.
  public private(set) var remarks: Set<String> = []

  /// Changes made: items of acts that were done or may have been.
  public var changes: Int {
    acts.values.reduce(0) { $0 + $1.items.values.count { [.done, .unknown, .started].contains($0.state) } }
  }

  /// - Parameter foreign: The numbers of events whose yes is not known to be that of whoever resumes the run: what
  ///   they let be sent is asked about again.
  public init(_ events: [Event] = [], foreign: Set<Int> = []) {
    self.foreign = foreign
    for event in events { apply(event) }
  }

  /// Folds one more event in.
  public mutating func apply(_ event: Event) {
    isEmpty = false
    count += 1
    last = event.at
    let path = event.path
    switch event.body {
    case .runStarted(let started):
      self.started = event.at
      operators = [started.who.name]
      boot = started.process.boot
      sit(started.who)
    case .runResumed(let resumed): resume(resumed)
    case .runPaused(let paused): pausedBecause = paused.reason
    case .runFinished(let finished): outcome = finished.outcome
    case .stepStarted(let step):
      begin(path, step.kind)
      begun[path] = step.now ?? event.at
      if let given = step.inputs { inputs[path, default: []].append((count, given)) }
    case .stepSkipped(let step):
      begin(path, step.kind)
      ends[path] = count
      skipped[path] = step.reason ?? ""
    case .stepFinished(let step): finish(path, step, at: event.at)
    case .loopStarted(let loop): loops[path] = loop.items ?? []
    case .changeIntended(let intent): intend(path, intent, doubt: doubt(about: intent.approved, event))
    case .undoIntended(let intent): intend(intent, doubt: doubt(about: intent.approved, event))
    case .callsMoved(let calls):
      approveAgain(calls, doubt: doubt(about: calls.approved, event))
      turns[QuestionKey(calls.change), default: 0] += 1
    case .callsRenewed(let calls): approveAgain(calls, doubt: doubt(about: calls.approved, event))
    case .callEdited(let edited): edit(edited, at: path, doubt: doubt(about: edited.approved, event))
    case .actStarted(let sent): send(path, sent, at: event.at)
    case .actFinished(let finished):
      change(path, finished.item.position) { item in
        item.state = finished.state
        item.outcome = finished.recorded.outcome
        item.evidence = finished.recorded.file?.sha256
        item.source = finished.source
        item.isLeft = finished.left == true
      }
    case .actVerified(let look): verify(path, look)
    case .undoStarted(let sent):
      let boot = boot
      change(path, sent.item.position) { item in
        item.undo = .started
        item.undoSends += 1
        (item.sentIn, item.lastSent) = (boot, event.at)
      }
    case .actUndone(let undone):
      // What a human leaves unknown is not asked about again.
      let isLeft = undone.resolution?.word == .skip && undone.state == .unknown
      change(path, undone.item.position) { item in
        (item.undo, item.isUndoUnseen) = (isLeft ? .left : undone.state, undone.unseen == true)
        if undone.state == .done { item.isDoubled = false }
      }
    case .stepsReopened(let reopened): reopen(reopened)
    case .failureHandled(let handled): handle(path, handled, isForeign: foreign.contains(event.sequence))
    case .interrupted(let interrupted):
      lastSignal = interrupted.signal
      if interrupted.choice == .abort {
        abortedBecause = "the operator aborted (\(interrupted.signal ?? "abort"))"
      }
    case .questionAsked(let question):
      openQuestions.insert(question.key)
      if let digest = question.digest { digests.insert(digest) }
    case .questionAnswered(let answer): take(answer, isForeign: foreign.contains(event.sequence))
    case .noteAdded(let note):
      if let id = note.id { remarks.insert(id) }
    case .callSent: if path.isAdHoc { ownQueries += 1 }
    case .callRepeated, .doneOutside, .followUpAdded, .warning, .inputMistake: break
    }
  }

  private mutating func resume(_ resumed: RunResumed) {
    if let now = resumed.process.boot {
      // What was written before an orderly pause is on disk.
      if let before = boot, before != now, pausedBecause == nil { doubt() }
      boot = now
    }
    if !operators.contains(resumed.who.name) { operators.append(resumed.who.name) }
    lastSignal = nil
    sit(resumed.who)
    pausedBecause = nil
  }

  private mutating func sit(_ who: Author) {
    (lastOperator, lastUser) = (who.name, who.uid)
    session = who.name + (lastUser.map { ", uid \($0)" } ?? "")
  }

  private mutating func finish(_ path: StepPath, _ step: StepFinished, at time: Timestamp) {
    begin(path, step.kind)
    ends[path] = count
    if let number = step.evidence.number {
      evidenceCount = max(evidenceCount, number)
      evidencePaths[number] = path
    }
    finished[path] = Finished(
      state: step.state, outcome: step.recorded.outcome ?? MapValue(), evidence: step.recorded.file?.sha256, at: time,
      stops: step.stops)
    if step.check.held == false { failedChecks.append(path) }
  }

  private mutating func send(_ path: StepPath, _ sent: SendingStarted, at time: Timestamp) {
    acts[path]?.takenBack.remove(sent.item.position)
    acts[path]?.forgiven.remove(sent.item.position)
    let (boot, count) = (boot, count)
    change(path, sent.item.position) { item in
      let isKnown = ![.started, .unknown].contains(item.state)
      if !isKnown, item.callSends > 0 || item.isDoubtful { item.isDoubled = true }
      item.state = .started
      if item.firstSent == nil { item.firstSent = count }
      item.sends += 1
      (item.sentIn, item.lastSent) = (boot, time)
      item.isToSendAgain = false
      // What was undone before is made again.
      (item.undo, item.undoBefore, item.earlierUndoSends) = (nil, nil, item.undoSends)
      item.isLeft = false
    }
  }

  private mutating func verify(_ path: StepPath, _ look: ActVerified) {
    change(path, look.item.position) { $0.verified = look.held }
    if !look.held, !unverified.contains(path) { unverified.append(path) }
    if acts[path]?.items.values.contains(where: { $0.verified == false }) == false {
      unverified.removeAll { $0 == path }
    }
  }

  private mutating func take(_ answer: QuestionAnswered, isForeign: Bool) {
    let (key, value) = (answer.key, answer.value)
    // That a call goes out again is for whoever resumes the run to say.
    if isForeign, key.purpose.isAboutCall { return }
    openQuestions.remove(key)
    if value.boolValue == false || value == "no" || value == "done" { declineUndo(key, isAll: value == "done") }
    answers[key] = Answer(
      value, reason: answer.reason, by: answer.author?.name, ticket: answer.ticket,
      source: answer.source ?? "terminal")
  }

  /// A no to `step!undo2`, or to one item of it, `step!undo2[3]`: it is not to be continued. "Done" is a no to all
  /// the rest.
  private mutating func declineUndo(_ key: QuestionKey, isAll: Bool) {
    guard case .undo(let offer, let position) = key.purpose, offer != nil else { return }
    let path = key.step
    if !isAll, let position {
      acts[path]?.takenBack.remove(position)
    } else if let act = acts[path] {
      acts[path]?.takenBack.subtract(act.toTakeBack)
    }
  }

  private mutating func handle(_ path: StepPath, _ handled: FailureHandled, isForeign: Bool) {
    failuresHandled += 1
    if handled.rest == true { acts[path]?.rest = handled.reason ?? "" }
    switch handled.choice {
    case .abort: abortedBecause = "aborted after a failure of `\(path)`"
    case .goOn:
      let failed = acts[path]?.items.filter { $0.value.state != .done }.keys.map { $0 } ?? []
      acts[path]?.forgiven = Set(failed)
    case .again:
      guard let position = handled.position, let item = acts[path]?.items[position], item.isOpen, handled.undo == nil,
        !isForeign
      else { break }
      acts[path]?.items[position]?.isToSendAgain = true
    case .retry where handled.positions != nil:
      if isForeign { break }
      for position in handled.positions ?? [] { acts[path]?.items[position]?.isToSendAgain = true }
    case .retry, .edit:
      if handled.position == nil, let inputs = handled.inputs { edits[path] = inputs }
      // What a person answered to the call that failed is no answer to the next one.
      answers = answers.filter { key, _ in key != QuestionKey(path) && !key.step.isWithin(path) }
    case .skip, .byHand, .note, .undo, .pause, .happened, .look, .declined: break
    }
  }

  /// What a step came to last, also where it is walked again since.
  package func lastFinished(_ path: StepPath) -> Finished? { finished[path] ?? earlier[path]?.last?.finished }

  /// What a step had come to at a count of events, where it was taken anew since.
  package func finished(_ path: StepPath, at mark: Int) -> Finished? {
    earlier[path]?.first { $0.until > mark }?.finished
  }

  /// What a used playbook was given, nothing secret and nothing that was scrubbed: last, or as it was known at a count
  /// of events.
  package func inputs(of path: StepPath, at mark: Int = .max) -> MapValue? {
    inputs[path]?.last { $0.at <= mark }.flatMap { known in
      Value.map(known.given).texts.contains { $0.contains(Outcome.scrubbed) } ? nil : known.given
    }
  }

  package func hasInputs(of path: StepPath) -> Bool { inputs[path] != nil }

  private mutating func begin(_ path: StepPath, _ kind: String?) {
    if beginnings[path] == nil { beginnings[path] = count }
    if ["group", "use"].contains(kind) { containers.insert(path) }
  }

  /// Why a yes does not hold in this session; nil: it does.
  private func doubt(about approved: ApprovedCalls, _ event: Event) -> String? {
    if approved.digest?.utf8.count != Approval.digestLength { return "by an older version" }
    return foreign.contains(event.sequence) ? "by somebody else: \(session), as the record says" : nil
  }

  private mutating func intend(_ path: StepPath, _ intent: ChangeIntended, doubt: String?) {
    if acts[path] == nil { actOrder.append(path) }
    var act = acts[path] ?? Act(calls: [], undo: [])
    act.calls = intent.approved.calls
    act.undo = (intent.undo ?? []).map { $0 ?? "" }
    act.servers = intent.approved.servers ?? []
    act.digest = intent.approved.digest
    act.rest = nil
    act.approved = intent.positions.map(Set.init)
    act.note(act.approved ?? Set(act.calls.indices), approvedBy: doubt)
    acts[path] = act
    turns[QuestionKey(path), default: 0] += 1
  }

  private mutating func intend(_ intent: UndoIntended, doubt: String?) {
    let (path, positions) = (intent.change, intent.positions)
    undoCount += 1
    turns[QuestionKey(path, .undo(offer: nil, item: nil)), default: 0] += 1
    guard var act = acts[path] else { return }
    act.takenBack.formUnion(positions)
    if doubt == nil { act.heldUndos.formUnion(positions) } else { act.heldUndos.subtract(positions) }
    for (position, server) in zip(positions, intent.approved.servers ?? []) { act.undoServers[position] = server }
    for position in positions {
      guard var item = act.items[position] else { continue }
      (item.undo, item.undoBefore) = (nil, item.undo)
      act.items[position] = item
    }
    acts[path] = act
  }

  private mutating func approveAgain(_ calls: CallsReapproved, doubt: String?) {
    guard var act = acts[calls.change] else { return }
    act.move(calls.positions, to: calls.approved.servers ?? [])
    act.digest = calls.approved.digest
    act.note(calls.positions, approvedBy: doubt)
    acts[calls.change] = act
  }

  private mutating func edit(_ edited: CallEdited, at path: StepPath, doubt: String?) {
    guard var act = acts[edited.change] else { return }
    let position = edited.position
    act.edits[position] = edited.inputs
    act.editDigests[position] = edited.approved.digest.map { ($0, QuestionKey(path.text)) }
    act.note([position], approvedBy: doubt)
    if let servers = edited.approved.servers { act.move([position], to: servers) }
    if var item = act.items[position] {
      (item.earlierSends, item.isDoubled) = (item.sends, false)
      act.items[position] = item
    }
    if let replaced = edited.replaces {
      act.replaced[position, default: []].append(Replaced(call: replaced.call, undo: replaced.undo))
    }
    if act.calls.indices.contains(position), let call = edited.approved.calls.first { act.calls[position] = call }
    if act.undo.indices.contains(position), let undo = edited.undo?.first { act.undo[position] = undo ?? "" }
    acts[edited.change] = act
  }

  /// Forgets what was recorded of steps that are walked again.
  private mutating func reopen(_ reopened: StepsReopened) {
    let isBack = reopened.word == .back
    for path in reopened.paths {
      begun[path] = nil
      if let known = finished[path] { earlier[path, default: []].append((count, known)) }
      finished[path] = nil
      skipped[path] = nil
      loops[path] = nil
      edits[path] = nil
      // What is asked again keeps its place among the steps; what is walked again gets a new one.
      if isBack { beginnings[path] = nil }
      ends[path] = nil
      failedChecks.removeAll { $0 == path }
      if acts[path]?.isInPlace == false {
        acts[path] = nil
        actOrder.removeAll { $0 == path }
      }
      answers = answers.filter { key, _ in !path.contains(key.step) }
    }
    // Who goes back from the last question of a run comes to it again.
    if isBack { answers = answers.filter { key, _ in !key.purpose.isOfLastUndo } }
    for path in reopened.containers ?? [] {
      finished[path] = nil
      ends[path] = nil
    }
  }

  /// After a power cut only what was synced is on record: of an act that was intended any call may have been sent, and
  /// so may any undo that was approved.
  private mutating func doubt() {
    for (path, act) in acts {
      for position in act.takenBack where act.items[position]?.undo == nil {
        acts[path]?.items[position]?.undo = .started
      }
    }
    for (path, act) in acts where finished[path] == nil && skipped[path] == nil {
      for position in act.approved ?? Set(act.calls.indices) where act.items[position] == nil {
        acts[path]?.items[position] = Item(state: .started, isDoubtful: true)
      }
    }
  }

  private mutating func change(_ path: StepPath, _ position: Int, _ body: (inout Item) -> Void) {
    var item = acts[path]?.items[position] ?? Item(state: .started)
    body(&item)
    acts[path, default: Act(calls: [], undo: [])].items[position] = item
  }
}
