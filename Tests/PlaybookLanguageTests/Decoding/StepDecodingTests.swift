import CEL
import PlaybookLanguage
import SourceText
import Testing

@Suite struct StepDecodingTests {
  @Test func `a slip in a key is pointed at, and reading goes on`() {
    let findings = Reading().findings(
      """
      steps:
        - qeury: failures
          sql: SELECT 1 AS n
          for_eech: x in [1]
        - check: many
          that: failures.rows.size() > 3
          exspect: yes
        - confirm: verdict
          aks: What is it?
      """)
    #expect(
      findings == """
        playbook.yaml:4:5: error: there is no kind of step `qeury` [unknown-key]
          4 |   - qeury: failures
            |     ^~~~~
          help: did you mean `query`?
        playbook.yaml:6:5: error: a `query` has no key `for_eech` [unknown-key]
          6 |     for_eech: x in [1]
            |     ^~~~~~~~
          help: did you mean `for_each`?
        playbook.yaml:9:5: error: a `check` has no key `exspect` [unknown-key]
          9 |     exspect: yes
            |     ^~~~~~~
          help: did you mean `expect`?
        playbook.yaml:10:5: error: a `confirm` needs `ask` [missing-key]
          10 |   - confirm: verdict
             |     ^~~~~~~
        playbook.yaml:11:5: error: a `confirm` has no key `aks` [unknown-key]
          11 |     aks: What is it?
             |     ^~~
          help: did you mean `ask`?

        """)
  }

  @Test func `a key of another kind says where it belongs`() {
    let findings = Reading().findings(
      """
      steps:
        - check: many
          that: run.id != ''
          undo: {shell: nothing}
          sql: SELECT 1 AS n
        - confirm: verdict
          ask: Well?
          for_each: x in [1]
      """)
    #expect(
      findings == """
        playbook.yaml:6:5: error: `undo` belongs to `act`, not to `check` [misplaced-key]
          6 |     undo: {shell: nothing}
            |     ^~~~
        playbook.yaml:7:5: error: a `check` makes no call, so it has no `sql` [misplaced-key]
          7 |     sql: SELECT 1 AS n
            |     ^~~
          help: make it a step of its own: a `query` reads, an `act` changes
        playbook.yaml:10:5: error: `for_each` belongs to `query`, `act` or `group`, not to `confirm` [misplaced-key]
          10 |     for_each: x in [1]
             |     ^~~~~~~~
          help: put the step into a `group` that has the `for_each`

        """)
  }

  @Test func `wrong kinds of values are named with what was found`() {
    let findings = Reading().findings(
      """
      steps:
        - query: a
          sql: SELECT 1 AS n
          timeout: 30
          until: rows.size() > 0
          retry: {times: 0}
          show: tabel
          secret: yes
        - query: {b: c}
          sql: SELECT 1 AS n
        - act: c
          shell:
      """)
    #expect(
      findings == """
        playbook.yaml:6:14: error: `timeout` is a duration such as `30s` or `1h30m`, not `30` [wrong-value]
          6 |     timeout: 30
            |              ^~
          help: write the unit: `30s`
        playbook.yaml:7:12: error: `until` is a mapping, not text [wrong-type]
          7 |     until: rows.size() > 0
            |            ^~~~~~~~~~~~~~~
        playbook.yaml:8:20: error: `times` is at least 1, not 0 [wrong-value]
          8 |     retry: {times: 0}
            |                    ^
        playbook.yaml:9:11: error: `show` is `table`, `fields`, `text`, `json` or `none`, not `tabel` [wrong-value]
          9 |     show: tabel
            |           ^~~~~
          help: did you mean `table`?
        playbook.yaml:10:13: error: `secret` is true or false, not text [wrong-type]
          10 |     secret: yes
             |             ^~~
          help: `yes` and `no` are text here
        playbook.yaml:11:12: error: `query` holds the step's name, not a mapping [wrong-type]
          11 |   - query: {b: c}
             |            ^~~~~~
          help: for example `query: failures`
        playbook.yaml:14:5: error: `shell` needs a call, but there is nothing [wrong-type]
          14 |     shell:
             |     ^~~~~

        """)
  }

  @Test func `names are shared by the whole playbook`() {
    let findings = Reading().findings(
      """
      steps:
        - confirm: verdict
          ask: Well?
          options:
            one:
              text: One
              steps:
                - document: told
                  text: once
            two:
              text: Two
              steps:
                - document: told
                  text: twice
      finally:
        - document: verdict
          text: again
        - document: size
          text: reserved
        - document: inputs
          text: reserved
      """)
    #expect(
      findings == """
        playbook.yaml:15:23: error: there is a step `told` already, at line 10 [duplicate-step]
          15 |           - document: told
             |                       ^~~~
          help: names are shared by the whole playbook, options and groups included
        playbook.yaml:18:15: error: there is a step `verdict` already, at line 4 [duplicate-step]
          18 |   - document: verdict
             |               ^~~~~~~
          help: names are shared by the whole playbook, options and groups included
        playbook.yaml:20:15: error: `size` is a word of the expression language [reserved-name]
          20 |   - document: size
             |               ^~~~
          help: name a step otherwise, such as `size_1`
        playbook.yaml:22:15: error: `inputs` means something already in expressions [reserved-name]
          22 |   - document: inputs
             |               ^~~~~~
          help: name a step otherwise

        """)
  }

  @Test func `every key of every kind is read`() throws {
    let (playbook, diagnostics) = Reading().load(
      """
      playbook: everything
      title: Everything
      links: [https://wiki.internal/lockouts, {title: Board, url: "https://board.internal"}]
      alerts: One
      section: 3.1
      owner: identity
      steps:
        - query: before
          why: To know
          redis: [GET, "key:${run.id}", 5]
          timeout: 2s
          retry: {times: 2, wait: 100ms}
          on_error: continue
          on: {target: replica, host: "${run.environment}"}
          fresh: 1m
          partial: ok
          secret: true
          show: {style: fields, columns: [a, b]}
          links: [https://wiki.internal]
        - query: after
          repeat: before
        - check: several
          that: {one: before.ok, two: "after.value == null"}
          expect: no
          on_fail: stop
        - confirm: gate
          ask: Go on?
          approver: required
        - group: each_unit
          for_each: unit in ['api', 'db']
          when: run.environment != ''
          steps:
            - query: state
              shell: systemctl is-active ${unit}
              until: {that: exit == 0, every: 1s, within: 5s}
            - act: restart
              when: state.exit != 0
              http: POST "/units/${unit}/restart now"
              irreversible: true
              typed: restart
              verify: {shell: "systemctl is-active ${unit}", that: exit == 0, every: 1s, within: 1m}
        - document: notes
          text: "There were ${each_unit.count}"
          fields: {tickets: integer}
          checklist: {told: The customers were told}
          follow_up: [{text: Write it up, due: 7d, owner: identity}]
        - query: computed
          value:
            units: "${each_unit.items.map(i, i.state.exit)}"
            tickets: "${notes.tickets}"
            done: "${notes.told.done}"
      """)
    #expect(diagnostics.rendered == "")
    let steps = try #require(playbook?.steps)
    #expect(steps.map(\.name) == ["before", "after", "several", "gate", "each_unit", "notes", "computed"])
    #expect(playbook?.links.map(\.title) == ["https://wiki.internal/lockouts", "Board"])
    #expect(playbook?.section == "3.1")
    #expect(steps[0].timeout == .seconds(2))
    #expect(steps[0].retry?.wait == .milliseconds(100))
    #expect(steps[0].onError == .continue)
    #expect(steps[1].isSecret)
    #expect(steps[1].allowsPartial)
    guard case .query(let before) = steps[0].kind, case .query(let after) = steps[1].kind,
      case .check(let check) = steps[2].kind, case .confirm(let gate) = steps[3].kind,
      case .group(let inner) = steps[4].kind, case .act(let restart) = inner[1].kind,
      case .document(let notes) = steps[5].kind, case .query(let computed) = steps[6].kind
    else {
      Issue.record("other kinds")
      return
    }
    #expect(before.call.target.name == "redis.replica")
    #expect(before.call.target.host?.soleExpression?.expression.source == "run.environment")
    #expect(after.repeats == "before")
    #expect(after.call.target.name == "redis.replica")
    #expect(check.conditions.map(\.name) == ["one", "two"])
    #expect(check.expect == false)
    #expect(check.stopsOnFailure)
    #expect(gate.options.isEmpty && gate.needsApprover)
    #expect(restart.call.form.literal("method") == "POST")
    #expect(restart.typed?.literal == "restart")
    #expect(restart.verify?.within == .seconds(60))
    #expect(notes.followUps.count == 1)
    #expect(notes.checklist.map(\.name) == ["told"])
    guard case .map(let entries, _) = computed.call.form.fields["value"] else {
      Issue.record("no tree")
      return
    }
    #expect(entries.map(\.key) == ["units", "tickets", "done"])
  }
}
