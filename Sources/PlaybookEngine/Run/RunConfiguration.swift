public import CEL
public import PlaybookLanguage
public import PlaybookRecord

/// All that one run is made of.
public struct RunConfiguration: Sendable {
  public typealias Mode = RunMode

  /// The run's id: `20261123T171500Z-mass-lockout-7f3k`.
  public var id: String
  public var mode: Mode
  public var playbook: Playbook
  /// Typed; every declared input has a value.
  public var inputs: [String: Value]
  public var environment: Environment
  public var answers: AnswerBook
  /// Digests of resolved calls that were approved on the command line.
  public var approvals: Set<String>
  /// The key by which the digest of a call with a secret in it tells one value from another and gives none away. Of
  /// whoever approves: the same in every process. By default one that no other process has.
  public var approvalKey: @Sendable () -> [UInt8] = { Self.ownKey }
  public var ticket: String?
  public var alerted: Timestamp?
  public var contact: EscalationContact?
  public var provenance: RunProvenance
  /// An `until` or a `verify` looks no longer than this, whatever its `within` says; nil: as long as that. For the
  /// tests of a scenario in which what is waited for never comes.
  public var longestWait: Duration?
  /// Options of the command line that `playbook resume` needs as well, with a space before each; empty: none.
  public var whereabouts = ""

  private static let ownKey = (0..<32).map { _ in UInt8.random(in: 0...255) }

  public init(
    id: String, mode: Mode, playbook: Playbook, inputs: [String: Value], environment: Environment,
    answers: AnswerBook = AnswerBook(), approvals: Set<String> = [], ticket: String? = nil, alerted: Timestamp? = nil,
    contact: EscalationContact? = nil, provenance: RunProvenance = RunProvenance()
  ) {
    self.id = id
    self.mode = mode
    self.playbook = playbook
    self.inputs = inputs
    self.environment = environment
    self.answers = answers
    self.approvals = approvals
    self.ticket = ticket
    self.alerted = alerted
    self.contact = contact
    self.provenance = provenance
  }
}

/// How a run, or one session of it, ended.
public enum RunResult: Sendable, Equatable {
  case completed
  /// A step failed or an expected check did not hold; why.
  case failed(String)
  case paused(String)
  case aborted(String)
  /// A second Ctrl-C cut a call; the run can be resumed.
  case interrupted

  /// As `playbook run` exits.
  public var exitCode: Int32 {
    switch self {
    case .completed: 0
    case .failed: 1
    case .paused: 3
    case .aborted: 4
    case .interrupted: 130
    }
  }

  /// The word for it in records: `completed`, `failed`, `paused`, `aborted`.
  public var outcome: String {
    switch self {
    case .completed: "completed"
    case .failed: "failed"
    case .paused, .interrupted: "paused"
    case .aborted: "aborted"
    }
  }

  /// How the run ended; nil: it can be resumed.
  var end: RunOutcome? {
    switch self {
    case .completed: .completed
    case .failed: .failed
    case .aborted: .aborted
    case .paused, .interrupted: nil
    }
  }
}

/// Time, so that tests can hold it still.
public protocol RunClock: Sendable {
  func now() -> Timestamp
  /// Returns early, without an error, when the task is cancelled.
  func sleep(for duration: Duration) async
}

/// The system's clock.
public struct SystemRunClock: RunClock {
  public init() {}

  public func now() -> Timestamp { .now() }

  public func sleep(for duration: Duration) async {
    try? await Task.sleep(for: duration)
  }
}
