import CEL

/// What happened, with all that is on record of it. A case for each kind of event; some share a type in the journal and
/// are told apart by a field.
package enum EventBody: Sendable {
  case runStarted(RunStarted)
  case runResumed(RunResumed)
  case runPaused(RunPaused)
  case runFinished(RunFinished)

  case stepStarted(StepStarted)
  case stepSkipped(StepSkipped)
  case stepFinished(StepFinished)
  case loopStarted(LoopStarted)

  case callSent(CallSent)
  case callRepeated(CallRepeated)

  case changeIntended(ChangeIntended)
  /// The yes to calls that would reach other servers than approved; its path is `PATH!serverN`.
  case callsMoved(CallsReapproved)
  /// The yes of this session to calls whose first yes was somebody else's or of an older version; its path is
  /// `PATH!rest`.
  case callsRenewed(CallsReapproved)
  /// Its path is `PATH!editN`.
  case callEdited(CallEdited)
  case actStarted(SendingStarted)
  case actFinished(ActFinished)
  case actVerified(ActVerified)

  /// Its path is `PATH!undoN`.
  case undoIntended(UndoIntended)
  case undoStarted(SendingStarted)
  case actUndone(ActUndone)

  case questionAsked(QuestionAsked)
  case questionAnswered(QuestionAnswered)

  case stepsReopened(StepsReopened)
  case failureHandled(FailureHandled)
  case noteAdded(NoteAdded)
  case doneOutside(DoneOutside)
  case followUpAdded(FollowUpAdded)
  case warning(Warning)
  case inputMistake(InputMistake)
  case interrupted(Interrupted)

  /// Its type in the journal.
  package var type: EventType {
    switch self {
    case .runStarted: .runStarted
    case .runResumed: .runResumed
    case .runPaused: .runPaused
    case .runFinished: .runFinished
    case .stepStarted: .stepStarted
    case .stepSkipped: .stepSkipped
    case .stepFinished: .stepFinished
    case .loopStarted: .loopStarted
    case .callSent: .callSent
    case .callRepeated: .callRepeated
    case .changeIntended, .callsMoved, .callsRenewed, .callEdited, .undoIntended: .actIntended
    case .actStarted: .actStarted
    case .actFinished: .actFinished
    case .actVerified: .actVerified
    case .undoStarted: .undoStarted
    case .actUndone: .actUndone
    case .questionAsked: .questionAsked
    case .questionAnswered: .questionAnswered
    case .stepsReopened: .stepsReopened
    case .failureHandled: .failureHandled
    case .noteAdded: .noteAdded
    case .doneOutside: .doneOutside
    case .followUpAdded: .followUpAdded
    case .warning, .inputMistake: .warning
    case .interrupted: .interrupted
    }
  }

  /// Shows each field to `visitor`.
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    switch self {
    case .runStarted(var event): try event.visit(&visitor); self = .runStarted(event)
    case .runResumed(var event): try event.visit(&visitor); self = .runResumed(event)
    case .runPaused(var event): try event.visit(&visitor); self = .runPaused(event)
    case .runFinished(var event): try event.visit(&visitor); self = .runFinished(event)
    case .stepStarted(var event): try event.visit(&visitor); self = .stepStarted(event)
    case .stepSkipped(var event): try event.visit(&visitor); self = .stepSkipped(event)
    case .stepFinished(var event): try event.visit(&visitor); self = .stepFinished(event)
    case .loopStarted(var event): try event.visit(&visitor); self = .loopStarted(event)
    case .callSent(var event): try event.visit(&visitor); self = .callSent(event)
    case .callRepeated(var event): try event.visit(&visitor); self = .callRepeated(event)
    case .changeIntended(var event): try event.visit(&visitor); self = .changeIntended(event)
    case .callsMoved(var event): try event.visit(&visitor, as: EventWire.moves); self = .callsMoved(event)
    case .callsRenewed(var event): try event.visit(&visitor, as: EventWire.renews); self = .callsRenewed(event)
    case .callEdited(var event): try event.visit(&visitor); self = .callEdited(event)
    case .actStarted(var event): try event.visit(&visitor); self = .actStarted(event)
    case .actFinished(var event): try event.visit(&visitor); self = .actFinished(event)
    case .actVerified(var event): try event.visit(&visitor); self = .actVerified(event)
    case .undoIntended(var event): try event.visit(&visitor); self = .undoIntended(event)
    case .undoStarted(var event): try event.visit(&visitor); self = .undoStarted(event)
    case .actUndone(var event): try event.visit(&visitor); self = .actUndone(event)
    case .questionAsked(var event): try event.visit(&visitor); self = .questionAsked(event)
    case .questionAnswered(var event): try event.visit(&visitor); self = .questionAnswered(event)
    case .stepsReopened(var event): try event.visit(&visitor); self = .stepsReopened(event)
    case .failureHandled(var event): try event.visit(&visitor); self = .failureHandled(event)
    case .noteAdded(var event): try event.visit(&visitor); self = .noteAdded(event)
    case .doneOutside(var event): try event.visit(&visitor); self = .doneOutside(event)
    case .followUpAdded(var event): try event.visit(&visitor); self = .followUpAdded(event)
    case .warning(var event): try event.visit(&visitor); self = .warning(event)
    case .inputMistake(var event): try event.visit(&visitor); self = .inputMistake(event)
    case .interrupted(var event): try event.visit(&visitor); self = .interrupted(event)
    }
  }
}
