extension Question {
  /// What a yes and a no do.
  public struct Meaning: Sendable {
    public var yes: String
    public var no: String

    public init(yes: String, no: String) {
      self.yes = yes
      self.no = no
    }
  }

  /// What follows from yes and from no, where the words alone do not say it. Nil for other questions.
  public var meaning: Meaning? {
    guard case .yesNo = kind else { return nil }
    switch key.purpose {
    case .fresh: return Meaning(yes: "take it again now", no: "go on with it as it is")
    case .unverified: return Meaning(yes: "go on", no: "pause the run here; it can be resumed")
    case .pace: return Meaning(yes: "go on with the rest", no: "leave the rest; the run goes on")
    case .limit:
      return Meaning(yes: "go on to the question about all of them", no: "leave the change out; the run goes on")
    case .done: return Meaning(yes: "it was done", no: "it was not done")
    case .answer, .approver, .ticket, .errors, .rest, .server, .edited, .failure, .callInDoubt, .sendAgain, .undo,
      .undoInDoubt, .undoAgain, .undone, .look, .poll, .other:
      return nil
    }
  }
}
