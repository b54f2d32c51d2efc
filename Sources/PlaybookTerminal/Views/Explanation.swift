import PlaybookRecord

/// What `?` and `/help` say.
enum Explanation {
  /// `meaning` says what yes and no do at a question of that kind.
  static func lines(of kind: Question.Kind, meaning: Question.Meaning? = nil, width: Int) -> [Line] {
    keys(kind, meaning).flatMap { row($0.0, $0.1, width: width) }
      + row("/…", "words that work everywhere: /help lists them", width: width)
  }

  static func words(width: Int) -> [Line] {
    SlashWord.allCases.flatMap { row($0.usage.form, $0.usage.meaning, width: width) }
  }

  private static func row(_ key: String, _ meaning: String, width: Int) -> [Line] {
    var lead = Line("    ")
    lead.append(TextLayout.pad(key, to: 13) + " ", .strong)
    return Line.paragraph(meaning, lead: lead, width: width)
  }

  /// Of a gate, a step that asks whether to go on.
  static let gate = Question.Meaning(yes: "go on", no: "what follows is left out")

  private static func keys(_ kind: Question.Kind, _ meaning: Question.Meaning?) -> [(String, String)] {
    let pause = ("q", "stop here; the run can be resumed")
    switch kind {
    case .option(let options, let suggested):
      var keys = options.enumerated().map {
        ("\($0 + 1), \($1.name)", $1.text + ($1.changes ? " (leads to changes)" : ""))
      }
      if let taken = options.first(where: { $0.name == suggested }), !taken.changes {
        keys.append(("Enter", "the suggestion, \(taken.name)"))
      }
      return keys + [("1 REASON", "a choice and why, for the record"), pause]
    case .yesNo:
      let (yes, no) = (meaning?.yes ?? "yes", meaning?.no ?? "no")
      return [("y, yes", yes), ("n, no", no), ("n REASON", "no and why, for the record"), pause]
    case .approval(let approval):
      let yes = approval.typed.map { ($0, "typed exactly: make the change") } ?? ("y, yes", "make the change")
      return [yes, ("n, no", "leave it; a reason may follow: n REASON"), ("/all", "every call in full"), pause]
    case .item(let approval, _, _):
      return [
        (approval.typed ?? "y, yes", "this one"), ("n, no", "not this one"),
        (approval.typed.map { "a \($0)" } ?? "a, all", "this one and all the rest"), ("d, done", "none of the rest"),
        pause,
      ]
    case .checkpoint:
      return [("y, yes", "it is done; what shows it is asked next"), ("n, no", "it is not done"), pause]
    case .text, .value:
      return [
        ("TEXT", "the answer; a \\ at a line's end goes on in the next"), ("//TEXT", "a text that begins with a slash"),
        ("/pause", "stop here; the run can be resumed"),
      ]
    }
  }
}
