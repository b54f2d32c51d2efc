package import PlaybookLanguage
import PlaybookRecord

/// The paths of a playbook's steps, those of the playbooks that it uses included, as answers and expectations name
/// them.
package struct StepNames {
  /// By path, without the positions of loops: `escalation`, `post_incident.review`, `regions.restart`.
  private(set) var steps: [String: Step] = [:]
  /// Keys that can be answered: paths, and points and fields of documents behind them.
  private(set) var answerable: Set<String> = []

  package init(_ playbook: Playbook) {
    add(playbook.steps + playbook.finally, of: playbook, prefix: "")
  }

  private mutating func add(_ list: [Step], of playbook: Playbook, prefix: String) {
    for step in list {
      let path = prefix + step.name
      steps[path] = step
      answerable.insert(path)
      switch step.kind {
      case .document(let document):
        answerable.formUnion(document.fields.map { "\(path).\($0.name)" })
        answerable.formUnion(document.checklist.map { "\(path).\($0.name)" })
      case .use(let use):
        if let used = playbook.used[use.playbook] {
          add(used.steps + used.finally, of: used, prefix: path + ".")
        }
      case .query, .act: answerable.insert("\(path).evidence")
      case .check, .confirm, .group: break
      }
      add(step.innerSteps, of: playbook, prefix: step.forEach == nil ? prefix : path + ".")
    }
  }

  /// The path that `name` means: itself, or the one path whose last part it is.
  func path(_ name: String) -> String? {
    if steps[name] != nil { return name }
    let matches = steps.keys.filter { $0.hasSuffix("." + name) }
    return matches.count == 1 ? matches[0] : nil
  }

  /// Whether an answer under `key` can be an answer to anything.
  package func takesAnswer(_ key: String) -> Bool {
    let key = QuestionKey(key)
    if [.lastUndo, QuestionKey(.run, .fresh(query: nil))].contains(key) { return true }
    let base = key.step.withoutItems.text
    return answerable.contains(base) || answerable.contains { $0.hasSuffix("." + base) }
  }

  /// The step whose own question `key` is.
  func step(answeredBy key: String) -> Step? {
    let key = QuestionKey(key)
    // A single item of a change is answered in other words than the change as a whole.
    guard key.purpose == .answer, key.item == nil else { return nil }
    return path(key.step.withoutItems.text).flatMap { steps[$0] }
  }
}
