import CEL
import PlaybookRecord

/// Turns a run's events into lines, one event after the other.
///
/// Queries that run side by side are journalled as they begin and end; here a query's line waits for its result, so
/// that both stand together.
struct EventRenderer {
  private(set) var state = ScreenState()
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
    let path = event.path
    switch event.body {
    case .runStarted: return header(at: event.at, width: width)
    case .runResumed(let resumed): return lines(of: resumed, at: event.at, width: width)
    case .runPaused(let paused): return lines(of: paused, width: width)
    case .runFinished(let finished): return summary(finished, at: event.at, width: width)
    case .stepStarted(let step): return lines(of: step, path, width: width)
    case .stepSkipped(let step): return lines(of: step, path, width: width)
    case .stepFinished(let step): return lines(of: step, path, width: width)
    case .loopStarted(let loop): return lines(of: loop, path, width: width)
    case .callSent, .actStarted, .undoStarted, .questionAsked: return []
    case .stepsReopened(let reopened): return lines(of: reopened, width: width)
    case .callRepeated(let repeated): return lines(of: repeated, width: width)
    case .changeIntended(let intent): return lines(of: intent, path, width: width)
    case .undoIntended, .callsMoved, .callsRenewed, .callEdited: return stepLine(path.withoutItem, width: width)
    case .actFinished(let finished): return lines(of: finished, path, width: width)
    case .actVerified(let look): return lines(of: look, path, width: width)
    case .actUndone(let undone): return lines(of: undone, width: width)
    case .questionAnswered(let answer): return lines(of: answer, path, width: width)
    case .failureHandled(let handled):
      return remark("chosen", handled.choice.rawValue, handled.reason, width: width)
    case .noteAdded(let note):
      let when = note.when.map { "at " + TimeText.minute($0, on: event.at) }
      return remark("note", note.text, Self.signature(note.author, when), width: width)
    case .doneOutside(let done): return remark("done outside", done.text, Self.signature(done.author), width: width)
    case .followUpAdded(let added):
      return remark("follow-up", added.text, Self.signature(added.due, added.owner), width: width)
    case .inputMistake(let mistake):
      return Line.paragraph(mistake.text, lead: Self.blank(Self.indent), width: width, style: .careful, limit: 20)
    case .warning(let warning): return remark("warning", warning.text, nil, style: .careful, width: width)
    case .interrupted(let interrupted):
      // The menu says that it is being asked.
      guard let choice = interrupted.choice else { return [] }
      return remark("interrupted", interrupted.signal, choice.rawValue, style: .careful, width: width)
    }
  }

  /// The line of a step, once: ` 1  query    Title`.
  mutating func stepLine(_ path: StepPath, text: String? = nil, style: Style = .strong, width: Int) -> [Line] {
    guard state.steps[path]?.isShown == false else { return [] }
    state.steps[path]?.isShown = true
    let step = state.steps[path] ?? ScreenState.StepState()
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

  mutating func update(_ path: StepPath, _ body: (inout ScreenState.StepState) -> Void) {
    body(&state.steps[path, default: ScreenState.StepState()])
  }

  static func stepLines(_ step: ScreenState.StepState, text: String, style: Style = .strong, width: Int) -> [Line] {
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

  private static func signature(_ author: Author?, _ when: String? = nil) -> String? {
    let parts = [author?.name, when].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private static func signature(_ due: Timestamp?, _ owner: String?) -> String? {
    let parts = [due.map { "due " + TimeText.date($0) }, owner].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}
