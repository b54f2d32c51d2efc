public import CEL
import PlaybookLanguage
import PlaybookRecord

/// Answers given beforehand: by `--answer`, by a file.
public struct AnswerBook: Sendable {
  public struct Entry: Sendable {
    /// An option's name, a boolean, a text, a map with `answer`, `reason`, `by`, `ticket`, or a map by item.
    public var value: Value
    /// "file answers.yaml (sha256:…)", "--answer".
    public var source: String

    public init(value: Value, source: String) {
      self.value = value
      self.source = source
    }
  }

  public var entries: [String: Entry]

  public init(_ entries: [String: Entry] = [:]) {
    self.entries = entries
  }

  /// The entry for a question: under its whole key, without the positions of loops, or under the end of the step's path
  /// (`review` for `post_incident.review`). What stands behind `!` says which question of the step it is.
  func entry(for key: QuestionKey) -> Entry? {
    if let entry = entries[key.description] { return entry }
    // How often an undo was offered before is nobody's business who answers beforehand: `block!undo`, `block!undo[2]`.
    if case .undo(_?, let item) = key.purpose,
      let entry = entry(for: QuestionKey(key.step, .undo(offer: nil, item: item)))
    {
      return entry
    }
    let plain = key.withoutItems
    if let entry = entries[plain.description] { return entry }
    let question = plain.description.dropFirst(plain.step.text.count)
    var names = plain.step.text.split(separator: ".").dropFirst()
    while !names.isEmpty {
      if let entry = entries[names.joined(separator: ".") + question] { return entry }
      names = names.dropFirst()
    }
    return nil
  }

  /// The answer to `question`, or nil where none was given. Throws where one was given that does not fit.
  func answer(to question: Question) throws(Misfit) -> Answer? {
    guard let entry = entry(for: question.key) else { return nil }
    var value = entry.value
    var answer = Answer(.null, source: entry.source)
    if case .map(let map) = value, let given = map["answer"] {
      value = given
      answer.reason = map["reason"]?.stringValue
      answer.by = map["by"]?.stringValue
      answer.ticket = map["ticket"]?.stringValue
    }
    answer.value = try fit(value, to: question)
    return answer
  }

  /// An answer given beforehand that the question has no use for.
  struct Misfit: Error {
    var message: String
  }

  private func fit(_ value: Value, to question: Question) throws(Misfit) -> Value {
    switch question.kind {
    case .option(let options, _):
      let written = value.rendered
      let name = BooleanWord.meant(by: written, among: options.map(\.name)) ?? written
      guard options.contains(where: { $0.name == name }) else {
        let names = options.map(\.name).joined(separator: ", ")
        throw Misfit(message: "`\(name)` is no answer to `\(question.key)`; it takes one of \(names)")
      }
      return .string(name)
    case .yesNo, .approval:
      if let flag = Self.flag(value) { return .bool(flag) }
      if case .approval(let approval) = question.kind, let typed = approval.typed, value.rendered == typed {
        return true
      }
      throw Misfit(message: "`\(value.rendered)` is no answer to `\(question.key)`; it takes yes or no")
    case .item(let approval, let position, _):
      var chosen = value
      if case .map(let map) = value {
        guard position < approval.items.count, let own = map[approval.items[position]] else { return "no" }
        chosen = own
      }
      if let flag = Self.flag(chosen) { return flag ? "yes" : "no" }
      guard ["all", "done"].contains(chosen.rendered) else {
        throw Misfit(message: "`\(chosen.rendered)` is no answer to `\(question.key)`; it takes yes, no, all or done")
      }
      return chosen
    case .text:
      if case .map = value { throw Misfit(message: "the answer to `\(question.key)` is a text, and no map") }
      return .string(value.rendered)
    case .value(let declaration):
      let parsed = declaration.parse(text: value.rendered)
      switch parsed {
      case .success(let value): return value
      case .failure(let problem): throw Misfit(message: "the answer to `\(question.key)`: \(problem.message)")
      }
    case .checkpoint:
      if case .map = value { return value }
      if let flag = Self.flag(value) { return ["done": .bool(flag), "evidence": ""] }
      return ["done": true, "evidence": .string(value.rendered)]
    }
  }

  private static func flag(_ value: Value) -> Bool? {
    switch value {
    case .bool(let flag): flag
    case .string("yes"), .string("y"): true
    case .string("no"), .string("n"): false
    default: nil
    }
  }
}
