import PlaybookLanguage
import SourceText
import Testing

/// A text that an answer, a verdict, a state or a choice never is.
@Suite struct KnownTextTests {
  private func findings(_ when: String) -> [Diagnostic] {
    let used = """
      playbook: other
      title: Other
      steps:
        - confirm: again
          ask: Again?
          options: {sure: Yes, never: No}
      """
    let text =
      LintRules.exampleHead + """
        inputs:
          kind: {type: choice, options: [prod, test]}
        steps:
          - confirm: c
            ask: What is this?
            options: {attack: An attack, benign: Ours}
          - check: up
            that: {one: "inputs.kind == 'prod'"}
          - use: other
          - document: d
            fields: {level: {type: choice, options: [low, high]}}
          - query: q
            when: "\(when)"
            redis: GET a

        """
    return Reading(playbooks: ["other": used]).load(text).diagnostics
  }

  @Test(arguments: [
    ("c.answer == 'atack'", "`c` has no option `atack`", "did you mean `attack`?"),
    ("c.answer != 'atack'", "`c` has no option `atack`", "did you mean `attack`?"),
    ("'atack' == c.answer", "`c` has no option `atack`", "did you mean `attack`?"),
    ("c.answer in ['attack', 'bening']", "`c` has no option `bening`", "did you mean `benign`?"),
    ("c['answer'] == 'atack'", "`c` has no option `atack`", "did you mean `attack`?"),
    ("c.answer.startsWith('attc')", "`c` is never a text that starts with `attc`", nil),
    ("c.answer == (up.yes ? 'atack' : 'benign')", "`c` has no option `atack`", "did you mean `attack`?"),
    ("(c.answer == 'x' ? 1 : c.answer == 'benign' ? 2 : 3) > 1", "`c` has no option `x`", nil),
    ("{'attack': true, 'beningn': false}[c.answer]", "`c` has no option `beningn`", "did you mean `benign`?"),
    ("c.suggested == 'atack'", "`c` has no option `atack`", "did you mean `attack`?"),
    ("up.verdict == 'maybe'", "`up` never has the verdict `maybe`", nil),
    (
      "up.verdict == 'true'", "`up` never has the verdict `true`",
      "`yes`, as a YAML 1.1 tool writes it: quote it there"
    ),
    ("up.parts.one == 'ye'", "`up` never has the verdict `ye`", nil),
    ("c.state == 'dnoe'", "`c` is never in the state `dnoe`", "did you mean `done`?"),
    ("other.again.answer == 'sur'", "`again` has no option `sur`", "did you mean `sure`?"),
    ("inputs.kind == 'prd'", "the input `kind` has no option `prd`", "did you mean `prod`?"),
    ("d.level == 'hihg'", "`level` of `d` has no option `hihg`", "did you mean `high`?"),
  ])
  func `is an error with the nearest`(when: String, message: String, help: String?) {
    let found = findings(when)
    #expect(found.map(\.message) == [message])
    #expect(found.allSatisfy { $0.severity == .error && $0.code == "unknown-option" })
    if let help { #expect(found.first?.help == help) }
  }

  @Test(arguments: [
    "c.answer == 'attack'", "c.answer in ['attack', 'benign']", "c.answer.startsWith('att')",
    "c.answer.contains('nig')",
    "up.verdict == 'unknown'", "up.parts.one == 'no'", "c.state == 'by hand'", "inputs.kind != 'test'",
    "['x'].exists(z, z == 'atack' && c.ok)", "other.again.answer == 'never'",
  ])
  func `what can be is not`(when: String) {
    #expect(findings(when).rendered == "")
  }

  @Test func `a suggestion's branches are options`() {
    let text =
      LintRules.exampleHead + """
        inputs: {n: {type: integer}}
        steps:
          - confirm: c
            ask: What is this?
            suggest: "${inputs.n > 3 ? 'atack' : inputs.n > 1 ? 'benign' : inputs.n > 0 ? '' : 'none'}"
            options: {attack: An attack, benign: Ours}

        """
    let found = Reading().load(text).diagnostics
    #expect(found.map(\.message) == ["`c` has no option `atack`", "`c` has no option `none`"])
  }
}
