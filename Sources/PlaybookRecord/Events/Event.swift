public import CEL

/// Something that happened in a run. The journal is a list of these; the screen, the transcript and a resumed run are
/// folds over it.
public struct Event: Sendable {
  /// Position in the journal, from 1. 0 before it is written.
  public var sequence: Int
  /// When, in UTC with microseconds.
  public var at: Timestamp
  /// The step's path: `spraying`, `block[3]` for an item of a loop, `post_incident.impact` in a used playbook. Empty
  /// for events of the run.
  public var path: StepPath
  /// What happened.
  package var body: EventBody

  package init(sequence: Int = 0, at: Timestamp, path: StepPath = "", _ body: EventBody) {
    self.sequence = sequence
    self.at = at
    self.path = path
    self.body = body
  }

  /// Reads an event as the journal has it: `docs/journal.md` has the fields of each type.
  public init(
    reading type: EventType, _ data: MapValue, sequence: Int, at: Timestamp, path: StepPath
  ) throws(EventProblem) {
    do {
      self.init(sequence: sequence, at: at, path: path, try EventWire.read(type, data))
    } catch {
      throw EventProblem(message: "event \(sequence) (\(type.rawValue)): \(error.message)")
    }
  }

  public var type: EventType { body.type }

  /// Its fields as the journal has them.
  public var data: MapValue { body.data }

  /// Who began a session with it, and where; nil: it begins none.
  package var session: (who: Author, process: RunStarted.Process)? {
    switch body {
    case .runStarted(let started): (started.who, started.process)
    case .runResumed(let resumed): (resumed.who, resumed.process)
    default: nil
    }
  }

  /// What its call answered; nil: it is no end of a call or a step.
  package var recorded: RecordedOutcome? {
    get {
      switch body {
      case .stepFinished(let step): step.recorded
      case .actFinished(let finished): finished.recorded
      case .actUndone(let undone): undone.recorded
      default: nil
      }
    }
    set {
      guard let newValue else { return }
      switch body {
      case .stepFinished(var step):
        step.recorded = newValue
        body = .stepFinished(step)
      case .actFinished(var finished):
        finished.recorded = newValue
        body = .actFinished(finished)
      case .actUndone(var undone):
        undone.recorded = newValue
        body = .actUndone(undone)
      default: break
      }
    }
  }

  /// Its texts as `masked` gives them, by the name of their field; words, names, paths and numbers of ours stay.
  package func masking(_ masked: (String, Value) -> Value) -> Event {
    withoutActuallyEscaping(masked) { masked in
      var event = self
      var visitor = FieldMasking(masked: masked)
      // Masking finds no fault.
      try? event.body.visit(&visitor)
      return event
    }
  }
}

/// Why an event can't be read.
public struct EventProblem: Error, Sendable {
  public var message: String
}

/// The types of events, as the journal has them. `EventBody` has what each of them says; `docs/events.md` lists the
/// fields.
public enum EventType: String, Sendable, CaseIterable {
  case runStarted = "run.started"
  case runResumed = "run.resumed"
  case runPaused = "run.paused"
  case runFinished = "run.finished"

  case stepStarted = "step.started"
  case stepSkipped = "step.skipped"
  case stepFinished = "step.finished"
  case loopStarted = "loop.started"

  case callSent = "call.sent"
  case callRepeated = "call.repeated"

  case actIntended = "act.intended"
  case actStarted = "act.started"
  case actFinished = "act.finished"
  case actVerified = "act.verified"
  case undoStarted = "undo.started"
  case actUndone = "act.undone"

  case questionAsked = "question.asked"
  case questionAnswered = "question.answered"

  case stepsReopened = "steps.reopened"
  case failureHandled = "failure.handled"
  case noteAdded = "note.added"
  case doneOutside = "outside.done"
  case followUpAdded = "followup.added"
  case warning = "warning"
  case interrupted = "interrupted"
}
