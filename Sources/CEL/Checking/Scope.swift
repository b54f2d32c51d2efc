/// The checker's knowledge of the names that an expression may use.
public struct Scope: Sendable {
  public var names: [String: StaticType]
  /// A prefix under which names are looked up first, as in `Bindings`.
  public var container = ""

  public init(_ names: [String: StaticType] = [:]) {
    self.names = names
  }
}

/// A type as far as it is known before the run.
public indirect enum StaticType: Sendable, Hashable {
  case dyn, null, bool, int, uint, double, decimal, string, bytes, timestamp, duration, type, ip, cidr
  case list(StaticType)
  case map(key: StaticType, value: StaticType)
  case optional(StaticType)
  /// A map whose fields are known by name, such as the outcome of a step.
  case object(Shape)

  /// The known fields of a map.
  public struct Shape: Sendable, Hashable {
    /// Its name in messages: "the outcome of `spraying`".
    public var name: String
    public var fields: [String: StaticType]
    /// Whether other fields may be there as well; where not, an unlisted one is a problem.
    public var isOpen: Bool

    public init(name: String, fields: [String: StaticType], isOpen: Bool = false) {
      self.name = name
      self.fields = fields
      self.isOpen = isOpen
    }
  }
}
