/// How a run ended.
public enum RunOutcome: String, Sendable, CaseIterable {
  case completed, failed, aborted
}

/// What a run does with changes.
public enum RunMode: String, Sendable, CaseIterable {
  /// Acts change the world, each with a human's yes.
  case run
  /// Reads run; acts are shown resolved and nothing is sent.
  case plan
  /// In a throw-away world: answers given beforehand count for acts too.
  case drill
}
