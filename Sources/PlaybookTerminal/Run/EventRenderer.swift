import CEL
import PlaybookRecord

/// Turns a run's events into lines, one event after the other.
///
/// Queries that run side by side are journalled as they begin and end; here a query's line waits for its result, so
/// that both stand together.
struct EventRenderer {
  private(set) var state = RunState()
  /// Whether somebody can type `/all`.
  var isInteractive = true
  /// The acts whose calls the operator has just seen in a question.
  private var seen: Set<StepPath> = []

  /// Items of an act shown one by one; of more, only those that did not work.
  static let shownItems = 8
  static let indent = 4
  /// Whether the outcome of the event at hand is whole, though it lies in a file.
  var isWhole = false

  init(isInteractive: Bool = true) {
    self.isInteractive = isInteractive
  }

  /// Takes events in without showing them: what is in the journal of a run that goes on. Of a step that has not ended
  /// the line is still to come.
  mutating func recall(_ events: [Event]) {
    var open: Set<StepPath> = []
    for event in events {
      state.apply(event)
      state.steps[event.path]?.isShown = true
      switch event.type {
      case .stepStarted: open.insert(event.path)
      case .stepFinished, .stepSkipped: open.remove(event.path)
      default: break
      }
    }
    for path in open where !["group", "use"].contains(state.steps[path]?.kind) { state.steps[path]?.isShown = false }
  }

  /// The lines for an event.
  ///
  /// - Parameter whole: Its outcome, where that lies in a file and is shown at once.
  mutating func lines(for event: Event, whole: MapValue? = nil, width: Int) -> [Line] {
    var event = event
    if let whole { event.recorded?.outcome = whole }
    isWhole = whole != nil
    state.apply(event)
    let data = event.data
    switch event.type {
    case .runStarted: return header(at: event.at, width: width)
    case .runResumed: return resumed(event, width: width)
    case .runPaused: return paused(event, width: width)
    case .runFinished: return summary(event, width: width)
    case .stepStarted: return started(event, width: width)
    case .stepSkipped: return skipped(event, width: width)
    case .stepFinished: return finished(event, width: width)
    case .loopStarted: return loop(event, width: width)
    case .callSent, .actStarted, .undoStarted, .questionAsked: return []
    case .stepsReopened: return reopened(event, width: width)
    case .callRepeated: return repeated(event, width: width)
    case .actIntended: return intended(event, width: width)
    case .actFinished: return actFinished(event, width: width)
    case .actVerified: return verified(event, width: width)
    case .actUndone: return undone(event, width: width)
    case .questionAnswered: return answered(event, width: width)
    case .failureHandled: return remark("chosen", data.text("choice"), data.text("reason"), width: width)
    case .noteAdded: return remark("note", data.text("text"), Self.signature(event), width: width)
    case .doneOutside: return remark("done outside", data.text("text"), Self.signature(event), width: width)
    case .followUpAdded: return followUp(data, width: width)
    case .warning where data.flag("slip") == true:
      return Line.paragraph(
        data.text("text") ?? "", lead: Self.blank(Self.indent), width: width, style: .careful, limit: 20)
    case .warning: return remark("warning", data.text("text"), nil, style: .careful, width: width)
    case .interrupted:
      // The menu says that it is being asked.
      guard data.text("choice") != nil else { return [] }
      return remark("interrupted", data.text("signal"), data.text("choice"), style: .careful, width: width)
    }
  }

  /// The line of a step, once: ` 1  query    Title`.
  mutating func stepLine(_ path: StepPath, text: String? = nil, style: Style = .strong, width: Int) -> [Line] {
    guard state.steps[path]?.isShown == false else { return [] }
    state.steps[path]?.isShown = true
    let step = state.steps[path] ?? RunState.StepState()
    return Self.stepLines(step, text: text ?? step.title, style: style, width: width)
  }

  /// The operator has been shown these calls in full; they need not be shown again when they go out.
  mutating func markSeen(_ path: StepPath) {
    seen.insert(path.withoutItem)
  }

  mutating func takeSeen(_ path: StepPath) -> Bool {
    seen.remove(path.withoutItem) != nil
  }

  /// The step's line has been printed as its question.
  mutating func markShown(_ path: StepPath) {
    state.steps[path]?.isShown = true
  }

  mutating func update(_ path: StepPath, _ body: (inout RunState.StepState) -> Void) {
    body(&state.steps[path, default: RunState.StepState()])
  }

  static func stepLines(_ step: RunState.StepState, text: String, style: Style = .strong, width: Int) -> [Line] {
    let number = String(step.place.prefix { $0 != "/" })
    var lead = Line(TextLayout.pad(number, to: 2, .right) + "  ")
    lead.append(TextLayout.pad(step.kind, to: 8) + " ", .heading)
    // On a narrow screen the text has a line of its own.
    if width < 50, CellWidth.of(text) > width - lead.width {
      return [lead] + Line.paragraph(text, lead: blank(indent), width: width, style: style)
    }
    return Line.paragraph(text, lead: lead, width: width, style: style)
  }

  static func blank(_ columns: Int) -> Line {
    Line(String(repeating: " ", count: columns))
  }

  /// `    note: text  (extra)`.
  func remark(_ word: String, _ text: String?, _ extra: String?, style: Style = .faint, width: Int) -> [Line] {
    var lead = Self.blank(Self.indent)
    lead.append(word + (text == nil && extra == nil ? "" : ": "), style)
    let rest = [text, extra.map { "(\($0))" }].compactMap { $0 }.joined(separator: "  ")
    return Line.paragraph(rest, lead: lead, width: width, limit: 20)
  }

  private static func signature(_ event: Event) -> String? {
    let when = event.data.timestamp("when").map { "at " + TimeText.minute($0, on: event.at) }
    let parts = [event.data.text("by"), when].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private func followUp(_ data: MapValue, width: Int) -> [Line] {
    let due = data.timestamp("due").map { "due " + TimeText.date($0) }
    let extra = [due, data.text("owner")].compactMap { $0 }.joined(separator: ", ")
    return remark("follow-up", data.text("text"), extra.isEmpty ? nil : extra, width: width)
  }
}
