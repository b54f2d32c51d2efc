import PlaybookRecord
import SourceText

/// The words that work at every prompt.
enum SlashWord: String, CaseIterable {
  case note, did, call, all, back, skip, redo, query, undo, pause, abort, help

  /// How it is written and what it does, for `/help`.
  var usage: (form: String, meaning: String) {
    switch self {
    case .note: ("/note TEXT", "write a remark into the record")
    case .did: ("/did TEXT", "record something done outside playbook")
    case .call: ("/call [E2]", "show the call as it was sent, of the last evidence or of E2")
    case .all: ("/all [E2]", "show all of the evidence, or at an approval all calls")
    case .back: ("/back E2", "go back to that evidence or step")
    case .skip: ("/skip REASON", "go on without this step")
    case .redo: ("/redo STEP", "ask that step's query again")
    case .query: ("/query CALL", "a read of your own, recorded: /query redis TTL key")
    case .undo: ("/undo", "take back what was changed, newest first")
    case .pause: ("/pause", "stop here; the run can be resumed (also q)")
    case .abort: ("/abort", "end the run")
    case .help: ("/help", "this list (? explains the question)")
    }
  }

  /// Whether a line begins with one of the words.
  static func begins(_ line: String) -> Bool {
    SlashWord(rawValue: line.dropFirst().prefix { $0 != " " }.lowercased()) != nil
  }

  /// What a line that begins with a slash means.
  static func parse(_ line: String, isFreeText: Bool) -> PromptEntry {
    let parts = line.dropFirst().split(separator: " ", maxSplits: 1)
    let written = parts.first.map(String.init) ?? ""
    let rest = parts.count > 1 ? PromptParser.trimmed(String(parts[1])) : ""
    guard let word = SlashWord(rawValue: written.lowercased()) else {
      let nearest = Suggestion.nearest(to: written, in: allCases.map(\.rawValue))
      let hint = nearest.map { "did you mean /\($0)?" } ?? "/help lists the words"
      let escape = isFreeText ? "; a text that begins with a slash is written //" : ""
      return .wrong("There is no /\(TextLayout.cell(written, width: 30)): \(hint)\(escape)")
    }
    return word.entry(rest)
  }

  private func entry(_ rest: String) -> PromptEntry {
    let hasRest = !rest.isEmpty
    switch self {
    case .note where hasRest: return .command(.note(rest))
    case .did where hasRest: return .command(.did(rest))
    case .skip where hasRest: return .command(.skip(reason: rest))
    case .redo where hasRest: return .command(.redo(rest))
    case .back where hasRest: return .command(.back(rest))
    case .query where hasRest: return .command(.query(rest))
    case .note, .did, .skip, .redo, .back, .query: return .wrong("\(usage.form): something is missing behind it")
    case .call: return .showCall(hasRest ? rest : nil)
    case .all: return .showAll(hasRest ? rest : nil)
    case .undo where !hasRest: return .command(.undo)
    case .pause where !hasRest: return .command(.pause)
    case .abort where !hasRest: return .command(.abort)
    case .undo, .pause, .abort: return .wrong("\(usage.form) stands alone; /note TEXT records a remark")
    case .help: return .words
    }
  }
}
