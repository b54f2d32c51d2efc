/// All that an operator must see before saying yes to a change.
public struct Approval: Sendable {
  /// The calls as they will be sent, masked; one for each item of a loop.
  public var calls: [String]
  /// What each item is called, in the calls' order; empty where there is no loop.
  public var items: [String]
  /// Each item's row in one line, in the calls' order; empty where it has none.
  public var rows: [String] = []
  /// The target's name and the environment's.
  public var target: String
  /// The server that each call would reach, in the calls' order; nil: not known. Empty where the executor has none.
  public var servers: [String?]
  public var environment: String
  public var isRed: Bool
  /// What is left out because the environment protects it, each with its reason.
  public var leftOut: [String]
  /// The undo of each call, in the calls' order; nil: it can't be, or that depends on what it returns.
  public var undos: [String?]
  /// The text that must be typed instead of `y`; nil: `y` is enough.
  public var typed: String?
  /// How many digits a digest has; those of older versions have 16.
  package static let digestLength = 32
  /// The digest of the resolved calls: what `--approve` names.
  public var digest: String
  /// Notes: a trusted script, old evidence, more than one environment in play.
  public var warnings: [String]

  public init(
    calls: [String], items: [String] = [], target: String, servers: [String?] = [], environment: String, isRed: Bool,
    leftOut: [String] = [],
    undos: [String?] = [], typed: String? = nil, digest: String, warnings: [String] = []
  ) {
    self.calls = calls
    self.items = items
    self.target = target
    self.servers = servers
    self.environment = environment
    self.isRed = isRed
    self.leftOut = leftOut
    self.undos = undos
    self.typed = typed
    self.digest = digest
    self.warnings = warnings
  }
}
