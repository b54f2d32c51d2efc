/// The names and values that an expression can see when it runs.
public struct Bindings: Sendable {
  /// By name; a name may have dots.
  public var values: [String: Value]
  /// The time that `age(timestamp)` counts to, and that the caller binds to the name `now`.
  public var now: Timestamp
  public var limits: Limits
  /// Whether comparing with NaN gives false (and `!=` true) as CEL's specification has it. Where not, it is unknown:
  /// NaN answers no comparison.
  public var comparesNaN = false
  /// A prefix under which names are looked up first, with dots: within `a.b`, `x` may be `a.b.x`, `a.x` or `x`.
  public var container = ""

  public init(_ values: [String: Value] = [:], now: Timestamp = .now(), limits: Limits = Limits()) {
    self.values = values
    self.now = now
    self.limits = limits
  }
}

/// Bounds of one evaluation; passing one is an error that says which.
public struct Limits: Sendable {
  /// Nodes evaluated, loop bodies counted each time, and work on long lists and texts counted by their length.
  public var steps = 5_000_000
  /// Bytes of one text that an expression may build.
  public var size = 10_000_000
  /// Elements of one list or map that an expression may build.
  public var elements = 1_000_000
  /// Bytes, about, of the value that an expression has in the end, written out as text.
  public var result = 64_000_000
  /// Of the wall clock, looked at every few hundred steps.
  public var time: Duration = .milliseconds(500)

  public init() {}
}
