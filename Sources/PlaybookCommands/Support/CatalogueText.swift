import CEL
import PlaybookLanguage
import SourceText

/// Playbooks as a catalogue.
enum CatalogueText {
  /// All of them under their categories, in lines of at most `width` columns; nil: as long as they are.
  static func list(_ playbooks: [PlaybookCatalogue.Entry], width: Int? = nil) -> String {
    var text = ""
    var category: String?
    for playbook in playbooks.sorted(by: { (place($0), $0.name) < (place($1), $1.name) }) {
      if playbook.category ?? "Other" != category {
        category = playbook.category ?? "Other"
        text += (text.isEmpty ? "" : "\n") + Visible.text(category ?? "") + "\n"
      }
      text += self.text(playbook, width: width)
    }
    return text
  }

  /// One playbook: name, severity and title, then its symptoms and alerts, or why it was found.
  static func text(
    _ playbook: PlaybookCatalogue.Entry, because reason: String? = nil, width: Int? = nil
  ) -> String {
    let severity = playbook.severity.map { "[\($0.rawValue)] " } ?? ""
    var lines = [severity + playbook.title]
    if let reason {
      lines.append(reason)
    } else {
      if !playbook.symptoms.isEmpty { lines.append("symptoms: " + playbook.symptoms.joined(separator: "; ")) }
      if !playbook.alerts.isEmpty { lines.append("alerts: " + playbook.alerts.joined(separator: ", ")) }
    }
    let indent = "      "
    let wrapped = lines.flatMap { line -> [String] in
      guard let width else { return [indent + Visible.text(line)] }
      let parts = Prose.wrapped(Visible.text(line), width: width - indent.count - 2)
      return parts.enumerated().map { number, part in indent + (number == 0 ? "" : "  ") + part }
    }
    return (["  " + playbook.name] + wrapped).map { $0 + "\n" }.joined()
  }

  /// Sections of the written runbook in their order, playbooks without one after them.
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
