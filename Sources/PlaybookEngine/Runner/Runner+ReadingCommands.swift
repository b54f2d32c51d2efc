import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Throws where a value would be an option of a program that a command of the environment vouches for: `--rotate`
  /// makes a writer of a program that only reads without it.
  static func refuseOptions(
    in command: Environment.Command, _ given: MapValue, _ prepared: PreparedCall
  ) throws(CallProblem) {
    let exposed = prepared.executor.schema.exposedFields.filter { command.call.form.fields[$0] != nil }
    guard !exposed.isEmpty else { return }
    for entry in given.entries {
      if let text = entry.value.texts.first(where: { $0.hasPrefix("-") }) {
        throw .wrong(
          "`\(entry.key.rendered)` of the command `\(command.name)` may not begin with `-`, as `\(text)` does")
      }
    }
    for field in exposed {
      let words = prepared.call.arguments[field]?.listValue ?? []
      var begun: [Bool] = []
      if case .list(let items, _) = command.call.form.fields[field], items.count == words.count {
        begun = items.map(\.beginsAsWritten)
      }
      for (position, word) in words.enumerated() where word.rendered.hasPrefix("-") {
        guard begun.indices.contains(position), begun[position] else {
          throw .wrong("a value of the command `\(command.name)` may not begin with `-`, as `\(word.rendered)` does")
        }
      }
    }
  }
}

extension TemplateTree {
  /// Whether the text begins with what is written, not with a value.
  fileprivate var beginsAsWritten: Bool {
    switch self {
    case .value: return true
    case .list, .map: return false
    case .template(let template):
      if case .text(let text) = template.pieces.first { return !text.isEmpty }
      return template.pieces.isEmpty
    }
  }
}
