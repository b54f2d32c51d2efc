import CEL
import PlaybookEngine

/// What a run's journal says, gathered by what a reader looks for. A pure fold over the events.
struct RunReport {
  var facts = MapValue()
  var started: Timestamp?
  var ended: Timestamp?
  /// `completed`, `failed`, `aborted`, `paused`, or `unfinished` where the journal just ends.
  var outcome = "unfinished"
  var reason: String?
  var operators: [String] = []
  /// In the order in which they began.
  var steps: [StepReport] = []
  var timeline: [TimelineEntry] = []
  var decisions: [Decision] = []
  var followUps: [FollowUp] = []
  var outside: [Remark] = []
  var notes: [Remark] = []
  var warnings: [Remark] = []
  var failedChecks: [String] = []
  private var index: [String: Int] = [:]
  private var asked: [String: Event] = [:]

  struct StepReport {
    var path: String
    var kind = ""
    var title: String?
    var why: String?
    var began: Timestamp
    var state = "begun"
    var reason: String?
    var text: String?
    var error: String?
    var source: String?
    /// The evidence number.
    var number: Int?
    var call: String?
    var attempts = 0
    var outcome: MapValue?
    /// SHA-256 of the file with the whole outcome, and its size in bytes.
    var evidence: (digest: String, bytes: Int)?
    var show: Value?
    var took: Duration?
    var verdict: String?
    var held: Bool?
    var change: Change?
  }

  struct Change {
    var calls: [String] = []
    var target: String?
    var digest = ""
    var undo: [String?] = []
    var leftOut: [String] = []
    var approvedBy: String?
    var approvedAt: Timestamp?
    var intended: Timestamp?
    var items: [Item] = []

    struct Item {
      var position: Int
      var label: String
      var state = "started"
      var error: String?
      var took: Duration?
      var verified: Bool?
      var isUndone = false
    }
  }

  struct TimelineEntry {
    var at: Timestamp
    var path: String
    var kind: String
    var text: String
    /// The number of the evidence that it is about.
    var number: Int?
    var sequence: Int
  }

  struct Decision {
    var at: Timestamp
    var path: String
    var key: String
    var question: String
    var options: [String]
    var suggested: String?
    var chosen: String
    var reason: String?
    var by: String
    var ticket: String?
    var source: String
    var took: Duration?
  }

  struct FollowUp {
    var text: String
    var due: Timestamp?
    var owner: String?
    var path: String
  }

  struct Remark {
    var at: Timestamp
    var path: String
    var text: String
    var by: String
  }

  init(_ events: [Event]) {
    for event in events { apply(event) }
  }

  func step(_ path: String) -> StepReport? { index[path].map { steps[$0] } }

  /// Steps that changed something, or may have.
  var changes: [StepReport] { steps.filter { $0.change != nil } }

  private mutating func change(_ path: String, _ event: Event, _ body: (inout StepReport) -> Void) {
    if index[path] == nil {
      index[path] = steps.count
      steps.append(StepReport(path: path, began: event.at))
    }
    if let position = index[path] { body(&steps[position]) }
  }

  private mutating func note(_ event: Event, _ kind: String, _ text: String, number: Int? = nil) {
    timeline.append(
      TimelineEntry(
        at: event.at, path: event.path, kind: kind, text: text, number: number, sequence: event.sequence))
  }

  private mutating func apply(_ event: Event) {
    let data = event.data
    let text = data["text"]?.stringValue ?? ""
    switch event.type {
    case .runStarted:
      facts = data
      started = event.at
      if let name = data["operator"]?.stringValue { operators = [name] }
      note(event, "run", "started by \(data["operator"]?.rendered ?? "?")")
    case .runResumed:
      let name = data["operator"]?.rendered ?? "?"
      if !operators.contains(name) { operators.append(name) }
      outcome = "unfinished"
      note(event, "run", "resumed by \(name)")
    case .runPaused:
      outcome = "paused"
      reason = data["reason"]?.stringValue
      ended = event.at
      note(event, "run", "paused: \(reason ?? "")")
    case .runFinished:
      outcome = data["outcome"]?.stringValue ?? "finished"
      reason = data["reason"]?.stringValue
      failedChecks = (data["failed"]?.listValue ?? []).compactMap(\.stringValue)
      ended = event.at
      note(event, "run", outcome + (reason.map { ": \($0)" } ?? ""))
    case .stepStarted: begin(event)
    case .stepSkipped:
      change(event.path, event) { step in
        step.kind = data["kind"]?.stringValue ?? step.kind
        step.title = step.title ?? data["title"]?.stringValue
        step.state = "skipped"
        step.reason = data["reason"]?.stringValue
      }
    case .stepFinished: finish(event)
    case .callSent:
      change(event.path, event) { step in
        step.call = data["call"]?.stringValue
        step.attempts += 1
      }
    case .callRepeated:
      note(
        event, "query",
        "attempt \(data["attempt"]?.rendered ?? "") failed: \(data["error"]?["message"]?.rendered ?? "")")
    case .actIntended, .actStarted, .actFinished, .actVerified, .actUndone: applyChange(event)
    case .questionAsked: asked[data["key"]?.stringValue ?? ""] = event
    case .questionAnswered: decide(event)
    case .failureHandled:
      note(
        event, "failure",
        "chosen: \(data["choice"]?.rendered ?? "")" + (data["reason"]?.stringValue.map { " (\($0))" } ?? ""))
    case .noteAdded:
      notes.append(Remark(at: event.at, path: event.path, text: text, by: data["by"]?.rendered ?? ""))
      note(event, "note", text)
    case .doneOutside:
      outside.append(Remark(at: event.at, path: event.path, text: text, by: data["by"]?.rendered ?? ""))
      note(event, "outside", text)
    case .followUpAdded:
      var due: Timestamp?
      if case .timestamp(let time) = data["due"] { due = time }
      followUps.append(FollowUp(text: text, due: due, owner: data["owner"]?.stringValue, path: event.path))
    case .warning:
      warnings.append(Remark(at: event.at, path: event.path, text: text, by: ""))
      note(event, "warning", text)
    case .interrupted: note(event, "interrupt", data["signal"]?.rendered ?? "")
    case .loopStarted: break
    }
  }

  private mutating func begin(_ event: Event) {
    let data = event.data
    change(event.path, event) { step in
      step.kind = data["kind"]?.stringValue ?? ""
      step.title = data["title"]?.stringValue
      step.why = data["why"]?.stringValue
    }
  }

  private mutating func finish(_ event: Event) {
    let data = event.data
    change(event.path, event) { step in
      step.kind = data["kind"]?.stringValue ?? step.kind
      step.state = data["state"]?.stringValue ?? "done"
      step.text = data["text"]?.stringValue
      step.error = data["error"]?["message"]?.stringValue
      step.source = data["source"]?.stringValue
      step.number = data["number"]?.intValue.map(Int.init)
      step.outcome = data["outcome"]?.mapValue
      step.show = data["show"]
      if case .duration(let took) = data["took"] { step.took = took }
      step.verdict = data["verdict"]?.stringValue
      step.held = data["held"]?.boolValue
      if let digest = data["evidence"]?["sha256"]?.stringValue {
        step.evidence = (digest, Int(data["evidence"]?["bytes"]?.intValue ?? 0))
      }
    }
    guard let step = step(event.path) else { return }
    let name = step.title ?? step.path
    switch step.kind {
    case "query":
      note(event, "query", name + ": " + (step.error ?? Summary.text(of: step.outcome)), number: step.number)
    case "check":
      note(event, "check", "\(step.path): \(step.verdict ?? "")" + (step.text.map { ". \($0)" } ?? ""))
    case "act": if step.state == "failed" { note(event, "act", "\(name): \(step.error ?? "failed")") }
    default: break
    }
  }

  private mutating func applyChange(_ event: Event) {
    let data = event.data
    if event.type == .actIntended, let path = data["undoes"]?.stringValue {
      note(event, "undo", "of \(path) approved")
      return
    }
    let path = event.path
    change(path, event) { step in
      var change = step.change ?? Change()
      switch event.type {
      case .actIntended:
        change.calls = (data["calls"]?.listValue ?? []).map(\.rendered)
        change.target = data["target"]?.stringValue ?? data["executor"]?.stringValue
        change.digest = data["digest"]?.stringValue ?? ""
        change.undo = (data["undo"]?.listValue ?? []).map(\.stringValue)
        change.leftOut = (data["leftOut"]?.listValue ?? []).compactMap(\.stringValue)
        change.intended = event.at
        let labels = data["items"]?.listValue ?? []
        change.items = change.calls.indices.map { position in
          Change.Item(
            position: position, label: position < labels.count ? labels[position].rendered : change.calls[position],
            state: "not sent")
        }
      default:
        let position = Int(data["position"]?.intValue ?? 0)
        guard change.items.indices.contains(position) else { break }
        Self.apply(event, to: &change.items[position])
      }
      step.change = change
    }
    noteChange(event)
  }

  private static func apply(_ event: Event, to item: inout Change.Item) {
    let data = event.data
    switch event.type {
    case .actStarted: item.state = "sent, nothing heard"
    case .actFinished:
      item.state = data["state"]?.stringValue ?? "unknown"
      item.error = data["error"]?["message"]?.stringValue
      if case .duration(let took) = data["took"] { item.took = took }
    case .actVerified: item.verified = data["held"]?.boolValue
    case .actUndone: item.isUndone = data["state"]?.stringValue == "done"
    default: break
    }
  }

  private mutating func noteChange(_ event: Event) {
    let data = event.data
    let position = Int(data["position"]?.intValue ?? 0)
    let items = step(event.path)?.change?.items ?? []
    let label = items.indices.contains(position) ? items[position].label : event.path
    switch event.type {
    case .actIntended:
      note(event, "act", "\(event.path): \(items.count == 1 ? "1 call" : "\(items.count) calls") approved")
    case .actFinished:
      let error = data["error"]?["message"]?.stringValue.map { ": \($0)" } ?? ""
      note(event, "act", "\(label): \(data["state"]?.rendered ?? "")\(error)")
    case .actVerified:
      note(event, "verify", "\(label): \(data["held"]?.boolValue == true ? "holds" : "does not hold")")
    case .actUndone: note(event, "undo", "\(label): \(data["state"]?.rendered ?? "")")
    default: break
    }
  }

  private mutating func decide(_ event: Event) {
    let data = event.data
    let key = data["key"]?.stringValue ?? ""
    let question = asked[key]
    let options = (question?.data["options"]?.listValue ?? []).compactMap { $0["name"]?.stringValue }
    var chosen = data["value"]?.rendered ?? ""
    if case .bool(let flag) = data["value"] { chosen = flag ? "yes" : "no" }
    if case .map(let map) = data["value"], let done = map["done"]?.boolValue {
      chosen = (done ? "done" : "not done") + (map["evidence"]?.stringValue.map { $0.isEmpty ? "" : ": \($0)" } ?? "")
    }
    var took: Duration?
    if case .duration(let time) = data["took"] { took = time }
    let decision = Decision(
      at: event.at, path: event.path, key: key, question: data["text"]?.stringValue ?? key, options: options,
      suggested: data["suggested"]?.stringValue, chosen: chosen, reason: data["reason"]?.stringValue,
      by: data["by"]?.rendered ?? "?", ticket: data["ticket"]?.stringValue, source: data["source"]?.rendered ?? "",
      took: took)
    decisions.append(decision)
    if question?.data["kind"]?.stringValue == "approval", chosen == "yes" {
      change(event.path, event) { step in
        var change = step.change ?? Change()
        change.approvedBy = decision.by
        change.approvedAt = event.at
        step.change = change
      }
    }
    note(event, "answer", "\(decision.question) \(chosen), by \(decision.by)")
  }
}
