import CEL

/// A playbook as a page to read: the runbook's section, with its contact, its questions and its changes.
public struct PlaybookPage {
  let title: String
  var blocks: [PageBlock] = []
  let executors: [ExecutorSchema]

  /// - Parameter contacts: those of `escalation.yaml`; the contact of the playbook's severity stands at its head.
  public init(_ playbook: Playbook, executors: [ExecutorSchema], contacts: [EscalationContact] = []) {
    title = playbook.title
    self.executors = executors
    blocks.append(.heading(1, playbook.title))
    blocks.append(.paragraph(Self.head(playbook)))
    if let contact = contacts.first(where: { $0.severity == playbook.severity }) {
      blocks.append(
        .paragraph([.strong(contact.contact), .text(" answers within \(contact.responseTime.brief).")]))
    }
    if let summary = playbook.summary { blocks.append(.prose(summary)) }
    appendList("Symptoms", playbook.symptoms.map { [.text($0)] })
    appendList("Alerts", playbook.alerts.map { [.code($0)] })
    appendList("Inputs", playbook.inputs.map(Self.line))
    appendSteps("Steps", playbook.steps)
    appendSteps("At the end, however it ends", playbook.finally)
    appendList("Links", playbook.links.map(Self.line))
  }

  private static func head(_ playbook: Playbook) -> [PageInline] {
    var parts: [PageInline] = [.code(playbook.name)]
    if let severity = playbook.severity { parts += [.text(" · "), .strong(severity.rawValue)] }
    let rest = [playbook.category, playbook.section.map { "section \($0)" }, playbook.owner.map { "kept by \($0)" }]
    return parts + rest.compactMap { $0 }.map { .text(" · \($0)") }
  }

  private mutating func appendList(_ heading: String, _ lines: [[PageInline]]) {
    guard !lines.isEmpty else { return }
    blocks += [.heading(2, heading), .list(isOrdered: false, lines.map { [.paragraph($0)] })]
  }

  private mutating func appendSteps(_ heading: String, _ steps: [Step]) {
    guard !steps.isEmpty else { return }
    let writer = StepPageWriter(executors: executors)
    blocks += [.heading(2, heading), .list(isOrdered: true, steps.map(writer.blocks))]
  }

  static func line(_ input: InputDeclaration) -> [PageInline] {
    var notes = [input.type == .choice ? input.options.joined(separator: " or ") : input.type.rawValue]
    if let value = input.defaultValue { notes.append(input.isSecret ? "has a default" : "default \(value.written)") }
    if let minimum = input.minimum { notes.append("at least \(minimum.rendered)") }
    if let maximum = input.maximum { notes.append("at most \(maximum.rendered)") }
    if let pattern = input.pattern { notes.append("matches \(pattern)") }
    if input.isSecret { notes.append("secret") }
    let text = input.describe.map { ": \($0)" } ?? ""
    return [.code(input.name), .text(" (\(notes.joined(separator: ", ")))\(text)")]
  }

  static func line(_ link: Link) -> [PageInline] {
    link.title == link.url ? [.text(link.url)] : [.text("\(link.title): \(link.url)")]
  }
}
