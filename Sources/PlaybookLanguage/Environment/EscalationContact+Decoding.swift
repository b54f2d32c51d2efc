public import SourceText
import YAMLTree

extension EscalationContact {
  /// Reads `escalation.yaml`: each severity with its `contact` and `response_time`.
  ///
  /// ```yaml
  /// critical: {contact: On-call engineer, response_time: 15m}
  /// high: {contact: Security team, response_time: 1h}
  /// ```
  ///
  /// The most severe comes first.
  public static func decodeAll(_ file: SourceFile) -> (contacts: [EscalationContact], diagnostics: [Diagnostic]) {
    var (root, diagnostics) = YAML.parse(file)
    guard let root else { return ([], diagnostics) }
    guard case .mapping(let entries) = root.content else {
      root.wrong("`escalation.yaml`", wants: "a mapping of severities", &diagnostics)
      return ([], diagnostics)
    }
    var contacts: [EscalationContact] = []
    let severities = Playbook.Severity.allCases.map(\.rawValue)
    for entry in entries {
      guard let severity = Playbook.Severity(rawValue: entry.key.text) else {
        diagnostics.append(
          Diagnostic(
            code: "unknown-key", "`\(entry.key.text)` is not a severity", at: entry.key.span,
            help: Suggestion.help(for: entry.key.text, in: severities)))
        continue
      }
      guard let reader = MappingReader(entry.value, .escalation, missingAt: entry.key.span, &diagnostics),
        let contact = reader.text("contact", &diagnostics), let time = reader.duration("response_time", &diagnostics)
      else { continue }
      contacts.append(EscalationContact(severity: severity, contact: contact, responseTime: time))
    }
    return (contacts.sorted { $0.severity > $1.severity }, diagnostics.inOrderOfPlaces)
  }
}
