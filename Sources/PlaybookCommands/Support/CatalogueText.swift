import CEL
import PlaybookLanguage
import SourceText

/// Playbooks as a catalogue.
enum CatalogueText {
  /// All of them under their categories.
  static func list(_ playbooks: [PlaybookCatalogue.Entry]) -> String {
    var text = ""
    var category: String?
    for playbook in playbooks.sorted(by: { (place($0), $0.name) < (place($1), $1.name) }) {
      if playbook.category ?? "Other" != category {
        category = playbook.category ?? "Other"
        text += (text.isEmpty ? "" : "\n") + Visible.text(category ?? "") + "\n"
      }
      text += self.text(playbook)
    }
    return text
  }

  /// One playbook: name, severity and title, then its symptoms and alerts, or why it was found.
  static func text(_ playbook: PlaybookCatalogue.Entry, because reason: String? = nil) -> String {
    let severity = playbook.severity.map { "[\($0.rawValue)] " } ?? ""
    var text = "  \(playbook.name)\n      \(severity)\(Visible.text(playbook.title))\n"
    if let reason { return text + "      \(Visible.text(reason))\n" }
    if !playbook.symptoms.isEmpty {
      text += "      symptoms: \(Visible.text(playbook.symptoms.joined(separator: "; ")))\n"
    }
    if !playbook.alerts.isEmpty { text += "      alerts: \(Visible.text(playbook.alerts.joined(separator: ", ")))\n" }
    return text
  }

  /// Sections of the paper runbook in their order, what has none after them.
  private static func place(_ playbook: PlaybookCatalogue.Entry) -> Int {
    playbook.section.flatMap { Int($0) } ?? 1000
  }

  static func json(_ playbook: PlaybookCatalogue.Entry) -> Value {
    [
      "name": .string(playbook.name), "title": .string(playbook.title),
      "category": playbook.category.map(Value.string) ?? .null,
      "section": playbook.section.map(Value.string) ?? .null,
      "severity": playbook.severity.map { .string($0.rawValue) } ?? .null,
      "symptoms": .list(playbook.symptoms.map(Value.string)), "alerts": .list(playbook.alerts.map(Value.string)),
      "summary": playbook.summary.map(Value.string) ?? .null, "path": .string(playbook.file.path),
    ]
  }
}
