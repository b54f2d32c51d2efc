public import SourceText

/// One section of a runbook that runs.
public struct Playbook: Sendable {
  public enum Severity: String, Sendable, CaseIterable, Comparable {
    case low, medium, high, critical

    public static func < (left: Severity, right: Severity) -> Bool {
      allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
    }
  }

  public var name: String
  public var title: String
  public var summary: String?
  public var symptoms: [String] = []
  public var category: String?
  /// The section of the paper runbook.
  public var section: String?
  public var severity: Severity?
  public var alerts: [String] = []
  public var links: [Link] = []
  public var owner: String?
  public var inputs: [InputDeclaration] = []
  public var steps: [Step] = []
  public var finally: [Step] = []
  public var file: SourceFile
  /// The folder of the scenario, as given; nil for a single file outside a scenario's folder.
  public var folder: String?
  /// Every file it was made from: itself, SQL files. Used playbooks bring their own.
  public var sources: [SourceFile]
  /// The playbooks that it uses, by name, decoded.
  public var used: [String: Playbook] = [:]

  public init(name: String, title: String, file: SourceFile) {
    self.name = name
    self.title = title
    self.file = file
    sources = [file]
  }
}

/// The contact for a severity, and the time within which they answer: a line of `escalation.yaml`.
public struct EscalationContact: Sendable {
  public var severity: Playbook.Severity
  public var contact: String
  public var responseTime: Duration

  public init(severity: Playbook.Severity, contact: String, responseTime: Duration) {
    self.severity = severity
    self.contact = contact
    self.responseTime = responseTime
  }
}
