public import CEL
public import SourceText

/// The file that says where things live: `environments.yaml`.
public struct EnvironmentFile: Sendable {
  public var environments: [Environment]
  /// Used without `--env`; never a red one.
  public var defaultName: String?
  /// Folders of executor plugins.
  public var plugins: [String]
  public var file: SourceFile

  public init(environments: [Environment], defaultName: String?, plugins: [String], file: SourceFile) {
    self.environments = environments
    self.defaultName = defaultName
    self.plugins = plugins
    self.file = file
  }
}

/// One world that playbooks run in: production, staging, a drill.
public struct Environment: Sendable {
  public var name: String
  public var nameSpan: SourceSpan
  /// `red` is shown everywhere, is never a default, and its approvals are typed.
  public var color: String?
  public var targets: [Target]
  public var commands: [Command]
  public var protected: Protected
  public var secrets: [SecretSource]

  public var isRed: Bool { color == "red" }

  public init(name: String, nameSpan: SourceSpan) {
    self.name = name
    self.nameSpan = nameSpan
    targets = []
    commands = []
    protected = Protected()
    secrets = []
  }

  /// A place that calls go to.
  public struct Target: Sendable {
    /// `redis`, or `redis.replica` for a named sibling.
    public var name: String
    /// The part before the dot.
    public var executor: String
    /// As written, a map; templates may use `secrets` only.
    public var settings: TemplateTree
    public var span: SourceSpan

    public init(name: String, executor: String, settings: TemplateTree, span: SourceSpan) {
      self.name = name
      self.executor = executor
      self.settings = settings
      self.span = span
    }
  }

  /// A named call that a team trusts, used like an executor.
  public struct Command: Sendable {
    public var name: String
    public var nameSpan: SourceSpan
    /// Its call, in which `call` has the values that the step gives.
    public var call: Call
    public var writes: Bool
    /// Whether `writes: false` is written out: the team vouches that its call only reads.
    public var isVouchedFor = false
    /// The values that a step must give: name and type.
    public var parameters: [InputDeclaration]

    public init(name: String, nameSpan: SourceSpan, call: Call, writes: Bool, parameters: [InputDeclaration]) {
      self.name = name
      self.nameSpan = nameSpan
      self.call = call
      self.writes = writes
      self.parameters = parameters
    }
  }

  /// Things that no act is given, in spite of all evidence.
  public struct Protected: Sendable {
    public var addresses: [IPAddress] = []
    public var networks: [CIDRBlock] = []
    public var accounts: [String] = []
    /// Names, `*.` at the start matching any subdomain.
    public var hosts: [String] = []

    public init() {}
  }

  /// Where a secret comes from.
  public struct SecretSource: Sendable {
    public enum Origin: Sendable {
      case variable(String)
      case file(String)
      /// Program and arguments; no shell.
      case command([String])
      case prompt(fresh: Bool)
    }

    public var name: String
    public var origin: Origin
    /// How long a fetched value is good.
    public var expires: Duration?
    public var span: SourceSpan

    public init(name: String, origin: Origin, expires: Duration?, span: SourceSpan) {
      self.name = name
      self.origin = origin
      self.expires = expires
      self.span = span
    }
  }
}
