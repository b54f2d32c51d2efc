import CEL
import PlaybookLanguage
import SourceText
import Testing

@Suite struct CallDecodingTests {
  private func call(_ body: String, reading: Reading = Reading()) -> (Call?, String) {
    let indented = body.split(separator: "\n").map { "    " + $0 }.joined(separator: "\n")
    let text = LintRules.exampleHead + "steps:\n  - query: q\n" + indented + "\n"
    let (playbook, diagnostics) = reading.decode(text)
    guard case .query(let query)? = playbook?.steps.first?.kind else { return (nil, diagnostics.rendered) }
    return (query.call, diagnostics.rendered)
  }

  @Test func `words are split before values go in`() throws {
    let (call, findings) = call(#"shell: "grep -e '${run.id + \" x\"}' \"a b\" c${run.id}d""#)
    #expect(findings == "")
    guard case .list(let words, _)? = call?.form.fields["args"] else {
      Issue.record("no words")
      return
    }
    let templates = words.compactMap { word -> Template? in
      if case .template(let template) = word { template } else { nil }
    }
    #expect(templates.count == 5)
    #expect(templates[3].literal == "a b")
    #expect(templates[4].pieces.count == 3)
  }

  @Test func `no value enters a statement`() {
    let (_, findings) = call("sql: |\n  SELECT *\n  FROM t WHERE a = '${run.id}'")
    #expect(
      findings == """
        playbook.yaml:7:25: error: no value goes into `statement` by `${…}`: it would become code [value-in-code]
          7 |       FROM t WHERE a = '${run.id}'
            |                         ^~~~~~~~~
          help: write `:name`, and give the value under `with`; `$${` writes a literal one

        """)
  }

  @Test func `an executor's problem is at its place, also behind an escape and in a file`() {
    #expect(
      call("sql: SELECT '$${x}'; DELETE FROM t").1.hasPrefix(
        "playbook.yaml:5:26: error: a query only reads [query-writes]"))
    let reading = Reading(files: ["clean.sql": "-- all of it\n  DELETE FROM t\n"])
    #expect(
      call("sql: {file: clean.sql}", reading: reading).1 == """
        clean.sql:2:3: error: a query only reads [query-writes]
          2 |   DELETE FROM t
            |   ^~~~~~
          help: use an act

        """)
  }

  @Test func `a parameter that nothing gives is pointed at`() {
    #expect(
      call("sql:\n  statement: SELECT :since, :sinse, now()::date\n  with: {since: 5}").1 == """
        playbook.yaml:6:33: error: `:sinse` is neither under `with` nor an input [unknown-parameter]
          6 |       statement: SELECT :since, :sinse, now()::date
            |                                 ^~~~~~
          help: did you mean `:since`?

        """)
  }

  @Test(arguments: ["../x.sql", "/etc/passwd", "a/../../x.sql", "~/x.sql", "a//b.sql"])
  func `a file outside of the folder is never read`(_ path: String) {
    let reading = Reading(files: [path: "SELECT 1"])
    #expect(call("sql: {file: \"\(path)\"}", reading: reading).1.contains("[file-outside]"))
  }

  @Test func `a command of the environment is used like an executor`() throws {
    var reading = Reading()
    let file = SourceFile(path: "environments.yaml", text: "")
    let span = SourceSpan(file: file, range: 0..<0)
    var address = InputDeclaration(name: "address", nameSpan: span, type: .ip)
    address.describe = "which"
    let inner = Call(executor: "shell", form: CallForm(fields: [:]), target: TargetReference(), span: span)
    reading.commands = [
      .init(name: "block_address", nameSpan: span, call: inner, writes: true, parameters: [address]),
      .init(name: "look", nameSpan: span, call: inner, writes: false, parameters: []),
    ]
    let good = """
      steps:
        - query: seen
          look:
        - act: block
          block_address: {address: 203.0.113.7}
          irreversible: true
        - check: fine
          that: block.exit == 0 && seen.lines.size() > 0

      """
    #expect(reading.findings(good) == "")
    #expect(
      reading.findings("steps:\n  - query: a\n    block_address: {adress: 203.0.113.7}\n") == """
        playbook.yaml:5:5: error: `block_address` changes its target, so a query can't use it [query-writes]
          5 |     block_address: {adress: 203.0.113.7}
            |     ^~~~~~~~~~~~~
          help: make the step an `act`
        playbook.yaml:5:5: error: `block_address` needs `address` [missing-key]
          5 |     block_address: {adress: 203.0.113.7}
            |     ^~~~~~~~~~~~~
        playbook.yaml:5:21: error: `block_address` has no key `adress` [unknown-key]
          5 |     block_address: {adress: 203.0.113.7}
            |                     ^~~~~~
          help: did you mean `address`?

        """)
  }

  @Test func `without an environment an unknown call may be a command, but a slip is none`() {
    var reading = Reading()
    reading.commands = nil
    #expect(
      reading.findings(
        "steps:\n  - query: a\n    lookup_address: {address: x}\n  - check: b\n    that: a.anything == 1\n")
          == """
          playbook.yaml:5:5: note: `lookup_address` is taken to be a command or a plugin of the environment [unknown-command]
            5 |     lookup_address: {address: x}
              |     ^~~~~~~~~~~~~~
            help: give the environment to have it checked

          """)
    #expect(reading.findings("steps:\n  - query: a\n    shel: {address: x}\n").contains("did you mean `shell`?"))
  }

  @Test func `a field's type is kept to`() {
    let (_, findings) = call("redis: {scan: 'a:*', limit: many, ttl: maybe, type: lists, pipline: [GET a]}")
    #expect(findings.contains("`limit` is a whole number, not text"))
    #expect(findings.contains("`ttl` is true or false, not text"))
    #expect(findings.contains("`type` is `string` or `hash`, not `lists`"))
    #expect(findings.contains("`redis` has no key `pipline`"))
    #expect(call("http: GET").1.contains("is a method and a path"))
    #expect(call("http: PATCH /x").1 == "" || call("http: PATCH /x").1.contains("wrong-value"))
  }

  @Test func `undo and verify go where their act goes`() throws {
    let (playbook, diagnostics) = Reading().decode(
      LintRules.exampleHead + """
        steps:
          - act: a
            shell: x
            on: edge
            undo: {shell: y}
            verify: {redis: GET a, that: value == 1}
        """)
    #expect(diagnostics.rendered == "")
    guard case .act(let act)? = playbook?.steps.first?.kind else {
      Issue.record("no act")
      return
    }
    #expect(act.undos.first?.call.target.name == "shell.edge")
    #expect(act.verify?.call.target.name == nil)
  }
}
