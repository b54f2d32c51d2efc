/// How many characters a ticket system takes.
public struct Budget: Sendable, Hashable {
  /// `github`, in whatever case it was given, or the number.
  public let name: String
  /// UTF-16 units: never fewer than the characters that any of the systems counts.
  public let limit: Int

  private static let known = ["github": 65_536, "gitlab": 1_000_000, "jira": 32_767, "servicenow": 4000]

  /// Reads `github`, `gitlab`, `jira`, `servicenow` in any case, or a number; nil for anything else.
  public init?(_ text: String) {
    let word = text.lowercased()
    guard let limit = Self.known[word] ?? Int(word), limit > 0 else { return nil }
    name = word
    self.limit = limit
  }

  /// Even the shortest form is longer.
  public struct TooSmall: Error, Sendable {
    /// What it takes at least.
    public var least: Int
  }
}
