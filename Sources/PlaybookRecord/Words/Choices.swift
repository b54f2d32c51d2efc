/// What the operator chose about a failure or a call in doubt.
public enum FailureChoice: String, Sendable, CaseIterable {
  case retry, edit, skip
  case byHand = "by_hand"
  case note, undo, pause, abort
  /// The rest of a loop is sent.
  case goOn = "go_on"
  /// A call in doubt is sent again.
  case again
  /// A call in doubt had its effect.
  case happened
  /// A change in doubt is looked at once more.
  case look
  /// The yes to what was chosen was not given.
  case declined
}

/// Why steps are walked again.
public enum ReopenReason: String, Sendable, CaseIterable {
  case redo, back
  /// Their evidence was too old.
  case fresh
}

/// What was chosen when somebody asked the run to stop.
public enum InterruptChoice: String, Sendable, CaseIterable {
  case goOn = "go on"
  /// Finish the step under way, then stop.
  case finishStep = "finish step"
  /// Stop here; the run can be resumed.
  case pause
  case abort
  /// Cancel the call under way.
  case cancelCall = "cancel call"
}
