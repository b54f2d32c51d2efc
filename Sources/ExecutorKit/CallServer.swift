/// The one server that a call goes to.
public struct CallServer: Sendable, Hashable {
  /// As an operator knows it: `10.0.0.7:6379`, `https://api.internal`, `this machine (web-1)`. No secret.
  public var name: String
  /// The server of the target's settings where the call was moved away from it: `cache.internal`.
  public var movedFrom: String?
  /// Whether settings and call leave open which of several servers it is, so that it was found by connecting.
  public var isFound: Bool

  public init(_ name: String, movedFrom: String? = nil, isFound: Bool = false) {
    self.name = name
    self.movedFrom = movedFrom
    self.isFound = isFound
  }

  /// `10.0.0.7:6379 (moved from cache.internal)`.
  public var text: String { name + (movedFrom.map { " (moved from \($0))" } ?? "") }
}
