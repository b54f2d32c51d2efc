import CEL
import PlaybookLanguage
import SourceText
import Testing

/// Where a field is text, a plain scalar goes out as it was written.
@Suite struct SpellingTests {
  private static let written = [
    "1.10", "007", "1e3", "0644", "0x1F", "0o17", "+5", ".5", "5.", "1.0", "-0", "true", "True", "yes", "on",
    "2026-01-01", "1_000", "123456789012345678", ".inf",
  ]

  private func call(_ body: String) -> (call: Call?, findings: String) {
    let (playbook, diagnostics) = Reading().decode(LintRules.exampleHead + "steps:\n  - act: a\n" + body + "\n")
    guard case .act(let act)? = playbook?.steps.first?.kind else { return (nil, diagnostics.rendered) }
    return (act.call, diagnostics.rendered)
  }

  /// A leaf as a run resolves it.
  private func text(_ tree: TemplateTree?) throws -> Value? {
    try tree?.resolve(Bindings(["run": ["id": "x"]]))
  }

  @Test(arguments: written)
  func `a header, a query's value, an item of its list and a variable keep their spelling`(text: String) throws {
    let expected = Value.string(text)
    let (http, findings) = call(
      "    http: {method: PUT, path: /, query: {a: \(text), l: [\(text)]}, headers: {H: \(text)}}")
    #expect(findings == "")
    #expect(try self.text(http?.form.fields["query"]?["a"]) == expected)
    #expect(try self.text(http?.form.fields["query"]?["l"]) == .list([expected]))
    #expect(try self.text(http?.form.fields["headers"]?["H"]) == expected)
    let (shell, more) = call("    shell: {args: [pin, \(text)], env: {V: \(text)}}")
    #expect(more == "")
    #expect(try self.text(shell?.form.fields["env"]?["V"]) == expected)
    #expect(try self.text(shell?.form.fields["args"]) == .list(["pin", expected]))
  }

  @Test func `an expression keeps its type, and quoted and block texts are what they are`() throws {
    let (http, _) = call(
      "    http:\n      method: PUT\n      path: /\n      query:\n        a: '007'\n        b: \"1.10\"\n        c: |-\n          1.0\n"
        + "        d: ${1 + 1}\n        e: 1.${run.id}0")
    let query = try text(http?.form.fields["query"])
    #expect(query == ["a": "007", "b": "1.10", "c": "1.0", "d": 2, "e": "1.x0"])
  }

  @Test(arguments: [("null", "`null` is nothing"), ("~", "`~` is nothing"), ("", "there is nothing (`null`)")])
  func `null is not text`(written: String, reason: String) {
    let (_, findings) = call("    http:\n      method: PUT\n      path: /\n      query:\n        f: \(written)")
    #expect(findings.contains("error: `f` is text, and \(reason) [wrong-type]"), "\(findings)")
  }

  @Test(arguments: [
    ("1.10", "1.1"), ("007", "7"), ("0x1F", "31"), ("1e3", "1000"), ("+5", "5"), (".5", "0.5"), ("5.", "5"),
    ("1.0", "1"), ("-0.50", "-0.5"), ("00.10", "0.1"),
  ])
  func `where a number is meant a spelling that may get lost is warned of`(written: String, usual: String) {
    for body in [
      "http: {method: PUT, path: /, json: {v: \(written)}}", "sql: {statement: 'SELECT :v', with: {v: \(written)}}",
    ] {
      let (_, findings) = call("    " + body)
      let message = "warning: `\(written)` is a number here, and may reach its reader as `\(usual)`"
      #expect(findings.contains(message), "\(findings)")
    }
    let (_, findings) = Reading().decode(LintRules.exampleHead + "steps:\n  - query: q\n    value: [\(written)]\n")
    #expect(findings.codes == ["number-spelling"])
  }

  @Test(arguments: ["1", "0", "-5", "1.5", "0.25", "-0.5", "1234567", "true", "null", "'1.10'", ".inf"])
  func `a number in its usual spelling is not warned of`(written: String) {
    #expect(call("    http: {method: PUT, path: /, json: {v: \(written)}}").findings == "")
  }

  @Test func `inputs of a used playbook are read by their types`() throws {
    let used = """
      playbook: other
      title: Other
      inputs:
        version: {type: string}
        mode: {type: choice, options: ["0644", "1.10"]}
        count: {type: integer}
        on: {type: boolean}
        wait: {type: duration}
      steps:
        - query: v
          value: ${inputs.version}${inputs.mode}${inputs.count}${inputs.on}${inputs.wait}
      """
    let reading = Reading(playbooks: ["other": used])
    let (playbook, diagnostics) = reading.load(
      LintRules.exampleHead
        + "steps:\n  - use: other\n    with: {version: 1.10, mode: 0644, count: 5, on: yes, wait: 7d}\n")
    #expect(diagnostics.rendered == "")
    guard case .use(let use)? = playbook?.steps.first?.kind else {
      Issue.record("no use")
      return
    }
    let given = try use.inputs.map { try $0.value.resolve(Bindings()) }
    #expect(given == ["1.10", "0644", 5, true, "7d"])
    let wrong = reading.load(
      LintRules.exampleHead
        + "steps:\n  - use: other\n    with: {version: ~, mode: 644, count: 1.5, on: maybe, wait: 5}\n")
    #expect(wrong.diagnostics.count == 5, "\(wrong.diagnostics.rendered)")
  }

  @Test func `a YAML 1.1 tool's booleans are led back to the words`() {
    let steps = LintRules.exampleHead + "inputs: {n: {type: integer}}\nsteps:\n  - check: up\n    that: inputs.n > 0\n"
    let help = "as a YAML 1.1 tool writes it: quote it there"
    #expect(Reading().load(steps + "    true: it runs\n").diagnostics.rendered.contains("help: `yes`, \(help)"))
    #expect(Reading().load(steps + "    False: it does not\n").diagnostics.rendered.contains("help: `no`, \(help)"))
    #expect(Reading().load(steps + "    expect: true\n").diagnostics.rendered.contains("help: `yes`, \(help)"))
    let query = LintRules.exampleHead + "steps:\n  - query: q\n    redis: GET a\n    true: replica\n"
    #expect(Reading().load(query).diagnostics.rendered.contains("help: `on`, \(help)"))
    #expect(BooleanWord.meant(by: "false", among: ["on", "off"]) == "off")
    #expect(BooleanWord.meant(by: "True", among: ["yes", "no", "later"]) == "yes")
    #expect(BooleanWord.meant(by: "true", among: ["true", "yes"]) == nil)
    #expect(BooleanWord.meant(by: "true", among: ["attack"]) == nil)
  }

  @Test(arguments: [
    ("on", "yes"), ("ON", "yes"), ("Yes", "yes"), ("y", "yes"), ("off", "no"), ("Off", "no"), ("NO", "no"), ("n", "no"),
  ])
  func `another word for true or false leads to the one that is meant`(_ written: String, _ meant: String) {
    let text = "steps:\n  - check: c\n    that: 1 == 1\n    expect: \(written)\n"
    #expect(Reading().load(text).diagnostics.rendered.contains("help: write `\(meant)`: here the words of YAML 1.1"))
  }

  @Test(arguments: [
    "shell: firewall\u{A0}list", "shell: firewall list\u{202F}all", "redis: GET\u{A0}key", "http: GET\u{A0}/health",
    "http: GET /health\u{3000}x",
  ])
  func `a character that only looks like a space is named in a call`(_ call: String) {
    let found = Reading().load("steps:\n  - query: q\n    \(call)\n").diagnostics.filter { $0.code == "odd-space" }
    #expect(found.count == 1 && found[0].help?.contains("write plain spaces") == true, "\(call)")
    #expect(found.first?.span?.start.line == 3 || found.first?.span?.start.line == 6, "\(found)")
  }

  @Test(arguments: [
    "shell: echo 'a\u{A0}b'", "shell: 'echo \"a\u{A0}b\"'", "shell: \"echo ${'a\u{A0}b'}\"",
    "shell: [echo, 'a\u{A0}b']",
    "sql: SELECT 'a\u{A0}b' AS x",
  ])
  func `one that is meant is left alone`(_ call: String) {
    let found = Reading().load("steps:\n  - query: q\n    \(call)\n").diagnostics.filter { $0.code == "odd-space" }
    #expect(found.isEmpty, "\(call)")
  }

  @Test func `a space that is none is named`() {
    let found = Reading().load(LintRules.exampleHead + "steps:\n  - query: q\n    \u{A0}redis: GET a\n").diagnostics
    #expect(found.rendered.contains("U+00A0 (no-break space)"), "\(found.rendered)")
  }
}
