import PlaybookLanguage
import SourceText
import Testing

@Suite struct VisibilityTests {
  @Test func `steps of an option and of a group are visible to what follows`() {
    #expect(
      Reading().findings(
        """
        steps:
          - confirm: verdict
            ask: Well?
            options:
              one:
                text: One
                steps:
                  - query: inside
                    when: verdict.answer == 'one'
                    sql: SELECT 1 AS n
                  - group: two_of_them
                    steps:
                      - query: deeper
                        sql: SELECT 1 AS n
              two: Two
          - check: after
            that: inside.rows.size() + deeper.count > 0 && two_of_them.ok
        finally:
          - check: at_the_end
            that: after.yes || deeper.truncated
        """) == "")
  }

  @Test func `undo and verify see the act and its item, and verify its call's fields`() {
    #expect(
      Reading().findings(
        """
        steps:
          - act: rotate
            for_each: key in ['a', 'b']
            shell: rotate ${key}
            undo: {shell: "restore ${key} ${rotate.stdout}"}
            verify:
              shell: show ${key}
              that: "key in lines && rotate.stdout != stdout"
          - check: done
            that: rotate.items.all(i, i.verified && i.item != '') && rotate.count == 2
        """) == "")
  }

  @Test func `each misreading has its own explanation`() {
    let findings = Reading().load(
      LintRules.exampleHead + """
        inputs:
          window: {type: duration, default: 1h}
        steps:
          - group: units
            for_each: unit in ['a']
            title: "${unit}"
            when: unit == 'b'
            steps:
              - query: state
                shell: is-active ${unit} ${inputs.window}
          - check: one
            that: state.exit == 0
          - check: two
            that: unit == 'a'
          - check: three
            that: window > duration('1h')
          - check: four
            that: rows.size() > 0
          - check: five
            that: five.yes
          - check: six
            that: inputs.windw > duration('1h')
          - check: seven
            that: secrets.token != ''
          - query: eight
            value: ${secrets.token}
        """
    ).diagnostics
    #expect(
      findings.map { "\($0.code): \($0.message)" } == [
        "item-outside-loop: `unit` is an item of the loop, and this is looked at once, before it",
        "loop-without-items: `state` runs once for each item of `units`",
        "item-outside-loop: `unit` is an item of the loop `units`, and this is outside of it",
        "unknown-name: `window` is an input, and inputs are read from `inputs`",
        "unknown-name: `rows` is a field of a step's outcome, and no step is named",
        "later-step: `five` is this very step, and its outcome is not known yet",
        "unknown-field: there is no input `windw`",
        "secret-place: a secret may stand only where it goes to a target, not in `that`",
        "secret-place: a secret may stand only where it goes to a target, not in `value`",
      ])
  }

  @Test(arguments: [3, 60]) func `a list of all inputs is told where it is short`(count: Int) throws {
    let inputs = (1...count).map { "  n\($0): {type: text, default: a}" }.joined(separator: "\n")
    let findings = Reading().load(
      LintRules.exampleHead + "inputs:\n\(inputs)\nsteps:\n  - check: one\n    that: inputs.window == 'a'\n"
    ).diagnostics.filter { $0.code == "unknown-field" }
    let help = try #require(findings.first).help
    #expect(findings.count == 1 && help == (count == 3 ? "it has `n1`, `n2`, `n3`" : nil), "\(help ?? "")")
  }

  @Test func `a secret goes to targets, and never to arguments`() {
    let findings = Reading().load(
      LintRules.exampleHead + """
        inputs:
          pin: {type: string, secret: true}
        steps:
          - query: token
            secret: true
            http: {method: GET, path: "/token/${inputs.pin}", headers: {Authorization: "Bearer ${secrets.admin}"}}
          - query: a
            shell: {args: [x, "${fingerprint(secrets.admin)}"], env: {T: "${secrets.admin}"}, stdin: "${token.text}"}
          - query: b
            shell: curl ${token.text} ${inputs.pin}
          - query: c
            sql: {statement: "SELECT :t", with: {t: "${secrets.admin}"}}
        """
    ).diagnostics
    #expect(findings.codes == ["secret-in-arguments", "secret-in-arguments"])
  }

  @Test func `names after a broken step are not reported again`() {
    #expect(
      Reading().load(
        LintRules.exampleHead + """
          steps:
            - query: a
              sqll: SELECT 1 AS n
            - check: b
              that: a.rows.size(
            - check: c
              that: a.rows.size() > 0 && b.yes
          """
      ).diagnostics.codes == ["unknown-key", "wrong-expression"])
  }
}
