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

  /// What follows from yes and from no, where the words alone do not say it: told by the question's key. Nil for other
  /// questions.
  public var meaning: Meaning? {
    guard case .yesNo = kind, let mark = key.firstIndex(of: "!") else { return nil }
    let part = key[mark...]
    if part.hasPrefix("!fresh") { return Meaning(yes: "take it again now", no: "go on with it as it is") }
    if part.hasPrefix("!unverified") { return Meaning(yes: "go on", no: "pause the run here; it can be resumed") }
    if part.hasPrefix("!pace") { return Meaning(yes: "go on with the rest", no: "leave the rest; the run goes on") }
    if part.hasPrefix("!limit") {
      return Meaning(yes: "go on to the question about all of them", no: "leave the change out; the run goes on")
    }
    if part.hasPrefix("!done") { return Meaning(yes: "it was done", no: "it was not done") }
    return nil
  }
}
