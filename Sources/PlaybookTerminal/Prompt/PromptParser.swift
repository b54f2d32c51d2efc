import CEL
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Reads what was typed at a question. Pure: the same line at the same question always means the same.
struct PromptParser {
  let kind: Question.Kind
  /// Reads a typed value.
  let parse: InputParser
  /// Whether the question is part of another, so that no step can be skipped at it.
  var isPart = false
  /// Whether `/back` alone leaves the question.
  var leavesWithBack = false

  /// Whether any text is an answer, so that `q` and `?` behind other words are nothing special.
  var isFreeText: Bool {
    switch kind {
    case .text: true
    case .value(let declaration): declaration.type == .string
    default: false
    }
  }

  func entry(_ line: String) -> PromptEntry {
    let typed = Self.trimmed(line)
    if typed.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" && $0 != "\n" }) {
      return .wrong(
        "The line holds control characters (arrow keys do not edit here: backspace and Ctrl-U do); type it again")
    }
    // A secret may begin with a slash, and no message may show one.
    if kind.isSecret, typed.hasPrefix("/"), !SlashWord.begins(typed) { return text(typed) }
    if isFreeText, typed.hasPrefix("//") { return text(String(typed.dropFirst())) }
    if leavesWithBack, typed.lowercased() == "/back" { return .command(.back("")) }
    if typed.hasPrefix("/") { return SlashWord.parse(typed, isFreeText: isFreeText) }
    if typed == "?" { return .explain }
    if let entry = choice(typed) { return entry }
    if !isFreeText, ["q", "quit"].contains(typed.lowercased()) { return .command(.pause) }
    switch kind {
    case .option(let options, let suggested): return option(typed, options, suggested)
    case .yesNo: return yesNo(typed, hint: "y for yes, n for no")
    case .approval(let approval): return self.approval(typed, approval)
    case .item(let approval, _, _): return item(typed, approval)
    case .checkpoint: return yesNo(typed, hint: "y where it is done, n where it is not")
    case .text, .value: return text(typed)
    }
  }

  static func trimmed(_ text: String) -> String {
    let blanks: Set<Unicode.Scalar> = [" ", "\t", "\r", "\n"]
    let scalars = text.unicodeScalars.drop { blanks.contains($0) }
    guard let last = scalars.lastIndex(where: { !blanks.contains($0) }) else { return "" }
    return String(String.UnicodeScalarView(scalars[...last]))
  }

  /// What matches exactly comes before any key: an option's name, the text of an approval.
  private func choice(_ typed: String) -> PromptEntry? {
    switch kind {
    case .option(let options, _): options.first { Self.isSame($0.name, typed) }.map { .answer(.string($0.name)) }
    case .approval(let approval): Self.isTyped(typed, approval) ? .answer(true) : nil
    case .item(let approval, _, _): Self.isTyped(typed, approval) ? .answer("yes") : nil
    case .value(let declaration) where declaration.options.contains(typed): text(typed)
    default: nil
    }
  }

  private func option(_ typed: String, _ options: [Question.Option], _ suggested: String?) -> PromptEntry {
    let keys = options.count == 1 ? "1" : "1 to \(options.count)"
    if typed.isEmpty {
      guard let position = options.firstIndex(where: { $0.name == suggested }) else {
        return .wrong("Enter alone chooses nothing: type \(keys)")
      }
      if options[position].changes {
        return .wrong("Enter alone does not choose what leads to a change: type \(position + 1)")
      }
      return .answer(.string(options[position].name))
    }
    let parts = typed.split(separator: " ", maxSplits: 1)
    let word = parts.first.map(String.init) ?? ""
    let reason = parts.count > 1 ? Self.trimmed(String(parts[1])) : nil
    let isReason = reason.map { $0.contains { $0.isLetter } } ?? true
    if isReason, let number = Int(word), options.indices.contains(number - 1) {
      return .answer(.string(options[number - 1].name), reason: reason)
    }
    let named = options.filter { $0.name.lowercased() == typed.lowercased() }
    if named.count == 1 { return .answer(.string(named[0].name)) }
    // A sentence may begin with an option's name and say the opposite, so a reason goes with the number alone.
    if let position = options.firstIndex(where: { $0.name.lowercased() == word.lowercased() }) {
      return .wrong("a reason goes behind the number: \(position + 1) REASON chooses \(options[position].name)")
    }
    let nearest = Suggestion.nearest(to: typed, in: options.map(\.name)).map { "; did you mean \($0)?" } ?? ""
    return .wrong("\(Self.quoted(typed)) is none of the options: type \(keys)\(nearest)")
  }

  private func yesNo(_ typed: String, hint: String) -> PromptEntry {
    if typed.isEmpty { return .wrong("Enter alone answers nothing: type \(hint)") }
    switch Self.yesOrNo(typed) {
    case (true, nil)?: return .answer(true)
    case (false, let reason)?: return .answer(false, reason: reason)
    default: return .wrong("\(Self.quoted(typed)) is no answer: type \(hint)")
    }
  }

  private func approval(_ typed: String, _ approval: Approval) -> PromptEntry {
    let hint =
      approval.typed.map { "type \(Self.shown($0)) to do it, n to leave it" } ?? "type y to do it, n to leave it"
    if typed.isEmpty { return .wrong("Enter alone approves nothing: \(hint)") }
    switch Self.yesOrNo(typed) {
    case (true, nil)? where approval.typed == nil: return .answer(true)
    case (true, nil)?: return .wrong("A y is not enough here: \(hint)")
    case (false, let reason)?: return .answer(false, reason: reason)
    default: return .wrong("\(Self.quoted(typed)) is no answer: \(hint)")
    }
  }

  private func item(_ typed: String, _ approval: Approval) -> PromptEntry {
    let yes = approval.typed.map(Self.shown) ?? "y"
    let all = approval.typed.map { "a " + Self.shown($0) } ?? "a"
    let hint = "\(yes) this one, n not this one, \(all) all the rest, d done with the loop"
    if typed.isEmpty { return .wrong("Enter alone approves nothing: \(hint)") }
    switch typed.lowercased() {
    case "d", "done": return .answer("done")
    case "a", "all": return approval.typed == nil ? .answer("all") : .wrong("An a is not enough here: \(hint)")
    default: break
    }
    if approval.typed != nil {
      for word in ["a ", "all "]
      where typed.hasPrefix(word) && Self.isTyped(String(typed.dropFirst(word.count)), approval) {
        return .answer("all")
      }
    }
    switch Self.yesOrNo(typed) {
    case (true, nil)? where approval.typed == nil: return .answer("yes")
    case (true, nil)?: return .wrong("A y is not enough here: \(hint)")
    case (false, let reason)?: return .answer("no", reason: reason)
    default: return .wrong("\(Self.quoted(typed)) is no answer: \(hint)")
    }
  }

  private func text(_ typed: String) -> PromptEntry {
    switch kind {
    case .value(let declaration):
      switch parse(declaration, typed) {
      case .success(let value): return .answer(value)
      // The reason quotes what was typed.
      case .failure where declaration.isSecret:
        return .wrong("That does not fit: it must be \(declaration.expectation)")
      case .failure(let rejection): return .wrong(rejection.message)
      }
    case .text(let isOptional):
      if typed.isEmpty, !isOptional {
        return .wrong("A text is needed here" + (isPart ? "" : "; /skip REASON goes on without it"))
      }
      return .answer(.string(typed))
    default:
      return .wrong("\(Self.quoted(typed)) is no answer")
    }
  }

  /// `y`, `yes`, `n`, `no`, and a reason behind a no; nil for anything else.
  private static func yesOrNo(_ typed: String) -> (Bool, String?)? {
    let parts = typed.split(separator: " ", maxSplits: 1)
    let reason = parts.count > 1 ? trimmed(String(parts[1])) : nil
    switch parts.first?.lowercased() {
    case "y", "yes": return reason == nil ? (true, nil) : nil
    case "n", "no": return (false, reason)
    default: return nil
    }
  }

  /// Compared by code points: what merely looks or normalises alike is not what was asked for.
  private static func isSame(_ one: String, _ other: String) -> Bool {
    one.unicodeScalars.elementsEqual(other.unicodeScalars)
  }

  /// Whether the text that an approval asks for was typed, as it is or, where it can't be typed, as it is shown.
  private static func isTyped(_ typed: String, _ approval: Approval) -> Bool {
    guard let wanted = approval.typed.map(trimmed), !wanted.isEmpty else { return false }
    return isSame(wanted, typed) || isSame(Visible.exact(wanted), typed)
  }

  private static func shown(_ text: String) -> String { "`" + Visible.exact(trimmed(text)) + "`" }
  private static func quoted(_ text: String) -> String { "`" + TextLayout.cell(text, width: 30) + "`" }
}
