import CEL
import PlaybookRecord

extension Transcript {
  /// A fact of the head.
  struct Fact {
    enum Style { case text, code }

    var name: String
    var text: String
    var style = Style.text
  }

  var title: String { report.begun?.title ?? runID }

  /// What ran, where, by whom, in what order written.
  var headFacts: [Fact] {
    let begun = report.begun
    var list: [Fact] = []
    func add(_ name: String, _ text: String?, _ style: Fact.Style = .text) {
      if let text, !text.isEmpty { list.append(Fact(name: name, text: text, style: style)) }
    }
    add("Severity", begun?.severity)
    add("Contact", begun?.contact?.contact)
    add("Run", runID, .code)
    add("Mode", begun?.mode.rawValue)
    add("Environment", begun?.environment)
    add("Operators", report.operators.joined(separator: ", "))
    add("Ticket", begun?.ticket, .code)
    let inputs = begun?.inputs?.entries ?? []
    add("Inputs", inputs.map { "\($0.key.rendered) = \(TimeText.written($0.value))" }.joined(separator: ", "), .code)
    add("Playbook", begun?.path ?? begun?.playbook, .code)
    if let git = begun?.git { add("Git", git.commit + (git.dirty == true ? " with changes" : " clean"), .code) }
    add("Engine", begun?.engine)
    return list
  }

  /// The run's points in time, those that it has, with the offset from `zero`.
  var times: [(name: String, at: Timestamp, offset: String)] {
    let all: [(String, Timestamp?)] = [
      ("Alerted", measures.alerted), ("Started", report.started), ("First evidence", measures.firstEvidence),
      ("Decided", measures.decided), ("First change", measures.firstChange), ("Last verified", measures.lastVerified),
      (report.outcome == "paused" ? "Paused" : "Ended", report.ended),
    ]
    return all.compactMap { name, time in time.map { (name, $0, offset($0)) } }
  }

  /// What offsets count from: the alert, or else the start.
  var zero: Timestamp? { measures.alerted ?? report.started }

  var zeroName: String { measures.alerted == nil ? "the start" : "the alert" }

  /// The time of day in UTC, with the date where it's another than that on which the run began.
  func clock(_ time: Timestamp) -> String { TimeText.clock(time, since: report.started) }

  func offset(_ time: Timestamp) -> String { zero.map { TimeText.offset(from: $0, to: time) } ?? "" }

  /// What is said of times in all.
  var durations: [Fact] {
    var list: [Fact] = []
    if let whole = measures.whole { list.append(Fact(name: "In all", text: TimeText.short(whole))) }
    list.append(Fact(name: "People", text: TimeText.short(measures.humanTime)))
    list.append(Fact(name: "Machine", text: TimeText.short(measures.machineTime)))
    if let clock = measures.clock { list.append(Fact(name: "Response clock", text: clock.text)) }
    let suggested = report.decisions.filter { $0.suggested != nil && $0.withdrawn == nil }
    if !suggested.isEmpty {
      let followed = suggested.count { $0.suggested == $0.chosen }
      list.append(Fact(name: "Suggestions", text: "\(followed) of \(suggested.count) followed"))
    }
    return list
  }

  /// What is said of a step that was undone and not walked again.
  static let takenBack = "not reached: it was gone back from, and the run did not come to it again"

  /// What a reader must know of this copy before reading it.
  var cautions: [String] {
    var list: [String] = []
    if let redacted { list.append(redacted.statement) }
    if isTorn { list.append("The last line of the journal was cut in writing, or is being written, and is left out.") }
    if let damage { list.append(damage) }
    if problem == nil, report.outcome == "unfinished", let last = report.last {
      list.append("Unfinished: the record ends here, at \(TimeText.utc(last)).")
    }
    if let openQuestion {
      list.append((report.outcome == "paused" ? "Waiting for an answer: " : "Open question: ") + openQuestion)
    }
    return list
  }

  /// The question that a run that is not over waits with, and what may be answered.
  var openQuestion: String? {
    report.openQuestion.map { question in
      question.text + (question.options.isEmpty ? "" : " (\(question.options.joined(separator: ", ")))")
    }
  }

  /// The number under which a piece of evidence that was taken again has the later one; nil: there is none.
  func laterNumber(of step: RunReport.Step) -> Int? {
    guard step.isSuperseded, let number = step.number else { return nil }
    let others = report.superseded.filter { $0.path == step.path } + [report.step(step.path)].compactMap { $0 }
    return others.compactMap(\.number).filter { $0 > number }.min()
  }

  /// How the record is checked.
  var chainStatement: String {
    redacted == nil
      ? "Every event carries the hash of the one before it; `playbook verify \(runID) --head \(head)` checks that none was changed."
      : "The journal itself is not redacted and not changed; `playbook verify \(runID) --head \(head)` checks it where it lies."
  }

  /// Left for people.
  static let openHeadings = [
    "Impact", "Root cause", "Trigger", "What went well", "What went badly", "Where we were lucky",
    "What the playbook did not tell", "Action items",
  ]

  static let hiddenFields: Set<String> = [
    "ok", "state", "error", "started", "duration", "target", "truncated", "attempts", "by", "notices",
  ]

  /// The points and fields of a document as filled in: what was asked, and what was said.
  func record(of step: RunReport.Step) -> [DocumentField] {
    guard let outcome = outcome(of: step) else { return [] }
    let labels = Dictionary(
      report.decisions.filter { $0.path == step.path || $0.path.isWithin(step.path) }.map {
        ($0.key, $0.question)
      },
      uniquingKeysWith: { $1 })
    return outcome.entries.filter { !Self.hiddenFields.contains($0.key.rendered) }.map { key, value in
      let name = key.rendered
      let label = labels[QuestionKey(step.path).asking(for: name)]
      if let done = value["done"]?.boolValue {
        return DocumentField(label: label ?? name, text: value["evidence"]?.stringValue ?? "", isDone: done)
      }
      if name == "answer", let question = labels[QuestionKey(step.path)] {
        return DocumentField(label: question, text: Summary.said(value), isDone: nil)
      }
      let isProse = ["text", "answer"].contains(name)
      return DocumentField(label: isProse ? nil : label ?? name, text: value.rendered, isDone: nil)
    }
  }

  /// A point, field or paragraph of a document.
  struct DocumentField {
    /// Nil: a paragraph.
    var label: String?
    var text: String
    /// Whether a checklist's point was done; nil: it's no point.
    var isDone: Bool?
  }
}
