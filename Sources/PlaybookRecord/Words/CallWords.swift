/// What became of a call that changes something.
public enum SendingState: String, Sendable, CaseIterable {
  /// Sent, and nothing heard. It is no word of the record: the start of a call says it.
  case started
  case done, failed
  /// It may have taken effect.
  case unknown
  /// It was not sent.
  case skipped
}

/// How an undo stands.
public enum UndoState: String, Sendable, CaseIterable {
  /// Sent, and nothing heard. It is no word of the record: the start of an undo says it.
  case started
  case done, failed
  /// It may have taken effect.
  case unknown
  /// It was not sent.
  case skipped
  /// Unknown, and left so by the operator. It is no word of the record: the resolution beside the state says it.
  case left
}

/// What a person says became of a call.
public enum Resolution: String, Sendable, CaseIterable {
  /// The call had its effect.
  case happened
  /// Somebody did it in another way.
  case byHand = "by_hand"
  /// It stays as it is.
  case skip
}
