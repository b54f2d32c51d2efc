public import CEL
import PlaybookRecord

/// Something that a run left to be done.
public struct OpenFollowUp: Sendable {
  public var run: String
  /// The number of the event that added it.
  public var event: Int
  public var text: String
  public var due: Timestamp?
  public var owner: String?
  /// The step that asked for it.
  public var step: String
  /// `run`, `drill`, `plan`.
  public var mode: String

  public func isOverdue(at now: Timestamp) -> Bool { due.map { $0 < now } ?? false }
}

extension Transcript {
  public var openFollowUps: [OpenFollowUp] {
    report.followUps.filter { $0.done == nil }.map {
      OpenFollowUp(
        run: runID, event: $0.event, text: $0.text, due: $0.due, owner: $0.owner, step: $0.path.text,
        mode: report.begun?.mode.rawValue ?? "run")
    }
  }
}
