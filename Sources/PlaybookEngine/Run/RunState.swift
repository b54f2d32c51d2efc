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

  /// One call of an act.
  public struct Item: Sendable {
    /// `started` (sent, nothing heard), `done`, `failed`, `unknown`, `skipped`.
    public var state: String
    public var outcome: MapValue?
    public var verified: Bool?
    public var isUndone = false
  }

  /// A change that was approved.
  public struct Act: Sendable {
    public var calls: [String]
    public var undo: [String]
    /// The positions that were approved; nil: all.
    public var approved: Set<Int>?
    public var items: [Int: Item] = [:]
  }

  public private(set) var isEmpty = true
  public private(set) var started: Timestamp?
  /// Steps begun, with what `now` is for them.
  public private(set) var begun: [String: Timestamp] = [:]
  public private(set) var finished: [String: Finished] = [:]
  /// Steps that did not run, with why.
  public private(set) var skipped: [String: String] = [:]
  /// The fixed lists of loops.
  public private(set) var loops: [String: [Value]] = [:]
  public private(set) var acts: [String: Act] = [:]
  /// The order in which changes were approved.
  public private(set) var actOrder: [String] = []
  public private(set) var answers: [String: Answer] = [:]
  /// Expected checks that did not hold, by path.
  public private(set) var failedChecks: [String] = []
  /// Changes whose verification did not hold, by path.
  public private(set) var unverified: [String] = []
  /// The text of the event that ended the run, or nil.
  public private(set) var outcome: String?
  /// How many failures an operator has decided about.
  public private(set) var failuresHandled = 0
  /// How many pieces of evidence have a number.
  public private(set) var evidenceCount = 0
  /// The time of the last event.
  public private(set) var last: Timestamp?
  public private(set) var operators: [String] = []

  /// Changes made: items of acts that were done or may have been.
  public var changes: Int {
    acts.values.reduce(0) { $0 + $1.items.values.count { ["done", "unknown", "started"].contains($0.state) } }
  }

  public init(_ events: [Event] = []) {
    for event in events { apply(event) }
  }

  /// Folds one more event in.
  public mutating func apply(_ event: Event) {
    isEmpty = false
    last = event.at
    let path = event.path
    let data = event.data
    switch event.type {
    case .runStarted:
      started = event.at
      if let name = data["operator"]?.stringValue { operators = [name] }
    case .runResumed:
      if let name = data["operator"]?.stringValue, !operators.contains(name) { operators.append(name) }
    case .runFinished: outcome = data["outcome"]?.stringValue
    case .stepStarted:
      if case .timestamp(let now) = data["now"] { begun[path] = now } else { begun[path] = event.at }
    case .stepSkipped: skipped[path] = data["reason"]?.stringValue ?? ""
    case .stepFinished:
      if case .int(let number) = data["number"] { evidenceCount = max(evidenceCount, Int(number)) }
      finished[path] = Finished(
        state: data["state"]?.stringValue ?? "done", outcome: data["outcome"]?.mapValue ?? MapValue(),
        evidence: data["evidence"]?["sha256"]?.stringValue, at: event.at, stops: data["stops"]?.stringValue)
      if data["held"]?.boolValue == false { failedChecks.append(path) }
    case .loopStarted: loops[path] = data["items"]?.listValue ?? []
    case .actIntended:
      let texts = { (name: String) in (data[name]?.listValue ?? []).compactMap(\.stringValue) }
      if acts[path] == nil { actOrder.append(path) }
      var act = acts[path] ?? Act(calls: [], undo: [])
      act.calls = texts("calls")
      act.undo = texts("undo")
      act.approved = data["approved"]?.listValue.map { Set($0.compactMap { $0.intValue.map(Int.init) }) }
      acts[path] = act
    case .actStarted: change(path, data) { $0.state = "started" }
    case .actFinished:
      change(path, data) { item in
        item.state = data["state"]?.stringValue ?? "unknown"
        item.outcome = data["outcome"]?.mapValue
      }
    case .actVerified:
      let held = data["held"]?.boolValue ?? false
      change(path, data) { $0.verified = held }
      if !held, !unverified.contains(path) { unverified.append(path) }
      if acts[path]?.items.values.contains(where: { $0.verified == false }) == false {
        unverified.removeAll { $0 == path }
      }
    case .actUndone:
      if data["state"]?.stringValue == "done" { change(path, data) { $0.isUndone = true } }
    case .failureHandled: failuresHandled += 1
    case .questionAnswered:
      guard let key = data["key"]?.stringValue, let value = data["value"] else { return }
      answers[key] = Answer(
        value, reason: data["reason"]?.stringValue, by: data["by"]?.stringValue, ticket: data["ticket"]?.stringValue,
        source: data["source"]?.stringValue ?? "terminal")
    case .callSent, .callRepeated, .questionAsked, .noteAdded, .doneOutside, .followUpAdded, .warning,
      .interrupted, .runPaused:
      break
    }
  }

  private mutating func change(_ path: String, _ data: MapValue, _ body: (inout Item) -> Void) {
    let position = Int(data["position"]?.intValue ?? 0)
    var item = acts[path]?.items[position] ?? Item(state: "started")
    body(&item)
    acts[path, default: Act(calls: [], undo: [])].items[position] = item
  }
}
