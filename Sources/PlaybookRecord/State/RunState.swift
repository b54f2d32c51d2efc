public import CEL

/// The fold over a run's events: what has been decided and done so far. The live run and a resumed one share it.
public struct RunState: Sendable {
  /// How a step ended.
  public struct Finished: Sendable {
    public var state: String
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
  /// The text of the event that ended the run, or nil.
  public private(set) var outcome: String?
  /// How many failures an operator has decided about.
  public private(set) var failuresHandled = 0
  /// How many pieces of evidence have a number.
  public private(set) var evidenceCount = 0
  /// The machine's boot in which the last sitting began.
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
  /// Why the last sitting paused; nil where it ended without a word.
  public private(set) var pausedBecause: String?
  /// Who sat last.
  package private(set) var lastOperator: String?
  /// The signal that interrupted the last sitting, if one did.
  private var lastSignal: String?
  /// Whether somebody stopped the last sitting: it was not killed, and neither was its connection lost.
  package var isStoppedByHand: Bool { pausedBecause != nil && !["SIGTERM", "SIGHUP"].contains(lastSignal) }
  /// When steps began and ended, counted in events.
  package private(set) var beginnings: [StepPath: Int] = [:]
  package private(set) var ends: [StepPath: Int] = [:]
  package private(set) var containers: Set<StepPath> = []
  private var count = 0
  /// The numbers of recorded events whose yes is not known to be that of whoever goes on with the run.
  private let foreign: Set<Int>
  /// Who sat when the event that is folded in was recorded, as the record says: "alice, uid 1000".
  private var session = "somebody"
  /// The user of the last session; nil: not on record.
  package private(set) var lastUser: Int64?
  /// The ids of remarks that came from outside.
  public private(set) var remarks: Set<String> = []

  /// Changes made: items of acts that were done or may have been.
  public var changes: Int {
    acts.values.reduce(0) { $0 + $1.items.values.count { ["done", "unknown", "started"].contains($0.state) } }
  }

  /// - Parameter foreign: The numbers of events whose yes is not known to be that of whoever goes on with the run: what
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
    let data = event.data
    let (sentIn, sentAt) = (boot, count)
    switch event.type {
    case .runStarted:
      started = event.at
      boot = data["boot"]?.stringValue
      if let name = data["operator"]?.stringValue { operators = [name] }
      lastOperator = operators.last
      sit(data)
    case .runResumed:
      if let now = data["boot"]?.stringValue {
        // What was written before an orderly pause is on disk.
        if let before = boot, before != now, pausedBecause == nil { doubt() }
        boot = now
      }
      if let name = data["operator"]?.stringValue, !operators.contains(name) { operators.append(name) }
      (lastOperator, lastSignal) = (data["operator"]?.stringValue, nil)
      sit(data)
      pausedBecause = nil
    case .runPaused: pausedBecause = data["reason"]?.stringValue
    case .runFinished: outcome = data["outcome"]?.stringValue
    case .stepStarted:
      begin(path, data)
      if case .timestamp(let now) = data["now"] { begun[path] = now } else { begun[path] = event.at }
      if let given = data["inputs"]?.mapValue { inputs[path, default: []].append((count, given)) }
    case .stepSkipped:
      begin(path, data)
      ends[path] = count
      skipped[path] = data["reason"]?.stringValue ?? ""
    case .stepFinished:
      begin(path, data)
      ends[path] = count
      if case .int(let number) = data["number"] {
        evidenceCount = max(evidenceCount, Int(number))
        evidencePaths[Int(number)] = path
      }
      finished[path] = Finished(
        state: data["state"]?.stringValue ?? "done", outcome: data["outcome"]?.mapValue ?? MapValue(),
        evidence: data["evidence"]?["sha256"]?.stringValue, at: event.at, stops: data["stops"]?.stringValue)
      if data["held"]?.boolValue == false { failedChecks.append(path) }
    case .loopStarted: loops[path] = data["items"]?.listValue ?? []
    case .actIntended: intend(path, data, isForeign: foreign.contains(event.sequence))
    case .actStarted:
      acts[path]?.takenBack.remove(Int(data["position"]?.intValue ?? 0))
      acts[path]?.forgiven.remove(Int(data["position"]?.intValue ?? 0))
      change(path, data) { item in
        let isKnown = !["started", "unknown"].contains(item.state)
        if !isKnown, item.callSends > 0 || item.isDoubtful { item.isDoubled = true }
        item.state = "started"
        if item.firstSent == nil { item.firstSent = sentAt }
        item.sends += 1
        (item.sentIn, item.lastSent) = (sentIn, event.at)
        item.isToSendAgain = false
        // What was taken back before is made again.
        (item.undo, item.undoBefore, item.earlierUndoSends) = (nil, nil, item.undoSends)
        item.isLeft = false
      }
    case .actFinished:
      change(path, data) { item in
        item.state = data["state"]?.stringValue ?? "unknown"
        item.outcome = data["outcome"]?.mapValue
        item.evidence = data["evidence"]?["sha256"]?.stringValue
        item.source = data["source"]?.stringValue
        item.isLeft = data["left"]?.boolValue == true
      }
    case .actVerified:
      let held = data["held"]?.boolValue ?? false
      change(path, data) { $0.verified = held }
      if !held, !unverified.contains(path) { unverified.append(path) }
      if acts[path]?.items.values.contains(where: { $0.verified == false }) == false {
        unverified.removeAll { $0 == path }
      }
    case .undoStarted:
      change(path, data) { item in
        item.undo = "started"
        item.undoSends += 1
        (item.sentIn, item.lastSent) = (sentIn, event.at)
      }
    case .actUndone:
      // What a human leaves unknown is not asked about again.
      let isLeft = data["word"]?.stringValue == "skip" && data["state"]?.stringValue == "unknown"
      let state = isLeft ? "left" : data["state"]?.stringValue ?? "unknown"
      let isUnseen = data["unseen"]?.boolValue == true
      change(path, data) { item in
        (item.undo, item.isUndoUnseen) = (state, isUnseen)
        if state == "done" { item.isDoubled = false }
      }
    case .stepsReopened: reopen(data)
    case .failureHandled: handle(path, data, isForeign: foreign.contains(event.sequence))
    case .interrupted:
      lastSignal = data["signal"]?.stringValue
      if data["choice"]?.stringValue == "abort" {
        abortedBecause = "the operator aborted (\(data["signal"]?.stringValue ?? "abort"))"
      }
    case .questionAsked:
      if let key = data["key"]?.stringValue { openQuestions.insert(QuestionKey(key)) }
      if let digest = data["digest"]?.stringValue { digests.insert(digest) }
    case .questionAnswered:
      guard let text = data["key"]?.stringValue, let value = data["value"] else { return }
      let key = QuestionKey(text)
      // That a call goes out again is for whoever goes on with the run to say.
      if foreign.contains(event.sequence), key.purpose.isAboutCall { return }
      openQuestions.remove(key)
      if value.boolValue == false || value == "no" || value == "done" { declineUndo(key, isAll: value == "done") }
      answers[key] = Answer(
        value, reason: data["reason"]?.stringValue, by: data["by"]?.stringValue, ticket: data["ticket"]?.stringValue,
        source: data["source"]?.stringValue ?? "terminal")
    case .noteAdded:
      if let id = data["id"]?.stringValue { remarks.insert(id) }
    case .callSent: if path.isAdHoc { ownQueries += 1 }
    case .callRepeated, .doneOutside, .followUpAdded, .warning: break
    }
  }

  private mutating func sit(_ data: MapValue) {
    lastUser = data["uid"]?.intValue
    let name = data["operator"]?.stringValue ?? "somebody"
    session = name + (lastUser.map { ", uid \($0)" } ?? "")
  }

  /// A no to `step!undo2`, or to one item of it, `step!undo2[3]`: it is not to be gone on with. "Done" is a no to all
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

  private mutating func handle(_ path: StepPath, _ data: MapValue, isForeign: Bool) {
    failuresHandled += 1
    if data["rest"]?.boolValue == true { acts[path]?.rest = data["reason"]?.stringValue ?? "" }
    switch data["choice"]?.stringValue {
    case "abort": abortedBecause = "aborted after a failure of `\(path)`"
    case "go_on":
      let failed = acts[path]?.items.filter { $0.value.state != "done" }.keys.map { $0 } ?? []
      acts[path]?.forgiven = Set(failed)
    case "again":
      guard let position = data["position"]?.intValue.map(Int.init), let item = acts[path]?.items[position],
        item.isOpen, data["undo"] == nil, !isForeign
      else { break }
      acts[path]?.items[position]?.isToSendAgain = true
    case "retry" where data["positions"] != nil:
      if isForeign { break }
      for position in (data["positions"]?.listValue ?? []).compactMap({ $0.intValue.map(Int.init) }) {
        acts[path]?.items[position]?.isToSendAgain = true
      }
    case "retry", "edit":
      if data["position"] == nil, let inputs = data["inputs"]?.mapValue { edits[path] = inputs }
      // What a person answered to the call that failed is no answer to the next one.
      answers = answers.filter { key, _ in key != QuestionKey(path) && !key.step.isWithin(path) }
    default: break
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

  private mutating func begin(_ path: StepPath, _ data: MapValue) {
    if beginnings[path] == nil { beginnings[path] = count }
    if ["group", "use"].contains(data["kind"]?.stringValue) { containers.insert(path) }
  }

  private mutating func intend(_ path: StepPath, _ data: MapValue, isForeign: Bool) {
    let isOlder = data["digest"]?.stringValue?.utf8.count != Approval.digestLength
    let foreignWord = isForeign ? "by somebody else: \(session), as the record says" : nil
    let doubt = isOlder ? "by an older version" : foreignWord
    let texts = { (name: String) in (data[name]?.listValue ?? []).map { $0.stringValue ?? "" } }
    if let undone = data["undoes"]?.stringValue.map(StepPath.init) {
      undoCount += 1
      turns[QuestionKey(undone, .undo(offer: nil, item: nil)), default: 0] += 1
      let positions = (data["positions"]?.listValue ?? []).compactMap { $0.intValue.map(Int.init) }
      acts[undone]?.takenBack.formUnion(positions)
      if doubt == nil {
        acts[undone]?.heldUndos.formUnion(positions)
      } else {
        acts[undone]?.heldUndos.subtract(positions)
      }
      for (position, server) in zip(positions, data["servers"]?.listValue ?? []) {
        acts[undone]?.undoServers[position] = server.stringValue
      }
      for position in positions {
        guard var item = acts[undone]?.items[position] else { continue }
        (item.undo, item.undoBefore) = (nil, item.undo)
        acts[undone]?.items[position] = item
      }
      return
    }
    if let moved = data["moves"]?.stringValue.map(StepPath.init) {
      let positions = (data["positions"]?.listValue ?? []).compactMap { $0.intValue.map(Int.init) }
      acts[moved]?.move(positions, to: (data["servers"]?.listValue ?? []).map(\.stringValue))
      acts[moved]?.digest = data["digest"]?.stringValue
      acts[moved]?.note(positions, approvedBy: doubt)
      turns[QuestionKey(moved), default: 0] += 1
      return
    }
    if let renewed = data["renews"]?.stringValue.map(StepPath.init) {
      let positions = (data["positions"]?.listValue ?? []).compactMap { $0.intValue.map(Int.init) }
      acts[renewed]?.move(positions, to: (data["servers"]?.listValue ?? []).map(\.stringValue))
      acts[renewed]?.digest = data["digest"]?.stringValue
      acts[renewed]?.note(positions, approvedBy: doubt)
      return
    }
    if let edited = data["edits"]?.stringValue.map(StepPath.init) {
      let position = Int(data["position"]?.intValue ?? 0)
      guard var act = acts[edited] else { return }
      act.edits[position] = data["inputs"]?.mapValue
      act.editDigests[position] = data["digest"]?.stringValue.map { ($0, QuestionKey(path.text)) }
      act.note([position], approvedBy: doubt)
      if let servers = data["servers"]?.listValue { act.move([position], to: servers.map(\.stringValue)) }
      if var item = act.items[position] {
        (item.earlierSends, item.isDoubled) = (item.sends, false)
        act.items[position] = item
      }
      if let replaced = data["replaces"]?.mapValue {
        act.replaced[position, default: []].append(
          Replaced(
            call: replaced["call"]?.stringValue ?? "", undo: replaced["undo"]?.stringValue ?? ""))
      }
      if act.calls.indices.contains(position), let call = texts("calls").first { act.calls[position] = call }
      if act.undo.indices.contains(position), let undo = texts("undo").first { act.undo[position] = undo }
      acts[edited] = act
      return
    }
    if acts[path] == nil { actOrder.append(path) }
    var act = acts[path] ?? Act(calls: [], undo: [])
    act.calls = texts("calls")
    act.undo = texts("undo")
    act.servers = (data["servers"]?.listValue ?? []).map(\.stringValue)
    act.digest = data["digest"]?.stringValue
    act.rest = nil
    act.approved = data["approved"]?.listValue.map { Set($0.compactMap { $0.intValue.map(Int.init) }) }
    act.note(act.approved ?? Set(act.calls.indices), approvedBy: doubt)
    acts[path] = act
    turns[QuestionKey(path), default: 0] += 1
  }

  /// Forgets what was recorded of steps that are walked again.
  private mutating func reopen(_ data: MapValue) {
    for path in (data["paths"]?.listValue ?? []).compactMap(\.stringValue).map(StepPath.init) {
      begun[path] = nil
      if let known = finished[path] { earlier[path, default: []].append((count, known)) }
      finished[path] = nil
      skipped[path] = nil
      loops[path] = nil
      edits[path] = nil
      // What is asked again keeps its place among the steps; what is walked again gets a new one.
      if data["word"] == "back" { beginnings[path] = nil }
      ends[path] = nil
      failedChecks.removeAll { $0 == path }
      if acts[path]?.isInPlace == false {
        acts[path] = nil
        actOrder.removeAll { $0 == path }
      }
      answers = answers.filter { key, _ in !path.contains(key.step) }
    }
    // Who goes back from the last question of a run comes to it again.
    if data["word"] == "back" {
      answers = answers.filter { key, _ in !key.purpose.isOfLastUndo }
    }
    for path in (data["containers"]?.listValue ?? []).compactMap(\.stringValue).map(StepPath.init) {
      finished[path] = nil
      ends[path] = nil
    }
  }

  /// After a power cut only what was synced is on record: of an act that was intended any call may have been sent, and
  /// so may any undo that was approved.
  private mutating func doubt() {
    for (path, act) in acts {
      for position in act.takenBack where act.items[position]?.undo == nil {
        acts[path]?.items[position]?.undo = "started"
      }
    }
    for (path, act) in acts where finished[path] == nil && skipped[path] == nil {
      for position in act.approved ?? Set(act.calls.indices) where act.items[position] == nil {
        acts[path]?.items[position] = Item(state: "started", isDoubtful: true)
      }
    }
  }

  private mutating func change(_ path: StepPath, _ data: MapValue, _ body: (inout Item) -> Void) {
    let position = Int(data["position"]?.intValue ?? 0)
    var item = acts[path]?.items[position] ?? Item(state: "started")
    body(&item)
    acts[path, default: Act(calls: [], undo: [])].items[position] = item
  }
}
