public import PlaybookRecord

/// What a session is made of and where it runs, for the record.
public struct RunProvenance: Sendable {
  /// The version of the program.
  public var engine: String?
  public var process = RunStarted.Process()
  /// The user whose process runs it.
  public var uid: Int?
  /// `exact`; nil: `number` inputs are doubles.
  public var numbers: String?
  /// The commit that the playbooks' folder is at.
  public var git: RunStarted.Commit?
  /// Absolute path.
  public var environmentsFile: String?
  /// The files that a new run is made of.
  public var sources: [RunStarted.Source]?
  /// Of a resumed run: the files on disk that differ from the recorded ones, in words.
  public var changed: String?
  /// Of a resumed run: the process that died while it held the run.
  public var tookOver: RunResumed.Dead?

  public init() {}
}
