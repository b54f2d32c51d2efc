extension LintRule {
  /// Steps: their kinds, keys and names.
  static let grammarOfSteps: [LintRule] = [
    LintRule(
      code: "no-kind",
      summary: "a step does not say of which kind it is",
      explanation: """
        A step has exactly one of the keys `query`, `check`, `confirm`, `act`, `document`, `group` and `use`; its \
        value is the step's name, or of `use` the playbook's.
        """,
      bad: """
        steps:
          - title: Look at the failures
            sql: SELECT 1 AS n
        """,
      good: """
        steps:
          - query: failures
            title: Look at the failures
            sql: SELECT 1 AS n
        """),
    LintRule(
      code: "two-kinds",
      summary: "a step is of two kinds",
      explanation: """
        A step is one thing: evidence, a question, a decision, a change. The result of a query is judged by a `check` \
        that follows it.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            check: many
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
          - check: many
            that: failures.count > 10
        """),
    LintRule(
      code: "no-steps",
      summary: "a list of steps is empty",
      explanation:
        "A procedure, a group or an option with `steps` has at least one. An option that does nothing has none.",
      bad: "steps: []",
      good: """
        steps:
          - document: told
            text: Nothing to be done
        """),
    LintRule(
      code: "unknown-key",
      summary: "a mapping has a key that it can't have",
      explanation: """
        Every key has a meaning, and one without a meaning is most often an input mistake: the step would do \
        something else than its author means. The message names the nearest key. `playbook schema` gives editors all \
        keys.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            for_eech: row in [1, 2]
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            for_each: row in [1, 2]
        """),
    LintRule(
      code: "misplaced-key",
      summary: "a key stands at a step of a kind that doesn't take it",
      explanation: """
        Some keys belong to some kinds of steps: `options` to a decision, `undo` to a change, `that` to a check. \
        Elsewhere they would do nothing.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            limit: 10
        """,
      good: """
        steps:
          - query: failures
            sql: {statement: SELECT 1 AS n, rows: 10}
        """),
    LintRule(
      code: "missing-key",
      summary: "a key that is needed is not there",
      explanation: """
        A check needs `that`, a decision `ask`, a group `steps`, a document something to say or ask; `limit` and \
        `pace` need a `for_each`, `typed` needs `irreversible`, `on_fail` needs `expect`.
        """,
      bad: """
        steps:
          - confirm: verdict
            options: {attack: An attack, benign: Ours}
        """,
      good: """
        steps:
          - confirm: verdict
            ask: What is this?
            options: {attack: An attack, benign: Ours}
        """),
    LintRule(
      code: "both-keys",
      summary: "two keys contradict each other",
      explanation: """
        A query that repeats another has no call of its own, an irreversible act no `undo`, and a call either a \
        statement or a `file`.
        """,
      bad: """
        steps:
          - act: rotate
            shell: rotate-keys
            irreversible: true
            undo: {shell: restore-keys}
        """,
      good: """
        steps:
          - act: rotate
            shell: rotate-keys
            undo: {shell: restore-keys}
        """),
    LintRule(
      code: "wrong-name",
      summary: "a name is spelt in a way that names can't be",
      explanation: """
        Names of steps, items, inputs and conditions are read by expressions: small letters, digits and underscores, a \
        letter first. Names of playbooks are names of folders: small letters, digits and hyphens.
        """,
      bad: """
        steps:
          - query: Login-Failures
            sql: SELECT 1 AS n
        """,
      good: """
        steps:
          - query: login_failures
            sql: SELECT 1 AS n
        """),
    LintRule(
      code: "reserved-name",
      summary: "a name means something already",
      explanation: """
        Words, macros and functions of CEL, and `inputs`, `run`, `now`, `secrets` and `call`, can't be names: an \
        expression would mean something else than it seems to say.
        """,
      bad: """
        steps:
          - query: size
            sql: SELECT 1 AS n
        """,
      good: """
        steps:
          - query: table_size
            sql: SELECT 1 AS n
        """),
    LintRule(
      code: "duplicate-step",
      summary: "two steps have one name",
      explanation: """
        Names are shared by the whole playbook: steps of groups and options are visible to later steps, and answers \
        and transcripts name steps. So each name is given once, also under different options.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
          - query: failures
            sql: SELECT 2 AS n
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
          - query: failures_after
            sql: SELECT 2 AS n
        """),
    LintRule(
      code: "repeat-without-query",
      summary: "`repeat` names no earlier query",
      explanation: """
        `query: after` with `repeat: before` asks the query `before` again and shows the differences. `before` is a \
        query that is written earlier.
        """,
      bad: """
        steps:
          - query: after
            repeat: before
        """,
      good: """
        steps:
          - query: before
            sql: SELECT 1 AS n
          - query: after
            repeat: before
        """),
    LintRule(
      code: "retry-of-act",
      summary: "an act is tried again although a second time may do harm",
      explanation: """
        An attempt that failed may have done its work all the same. Only an act that says `idempotent: true` is tried \
        again.
        """,
      bad: """
        steps:
          - act: block
            shell: firewall block 203.0.113.7
            undo: {shell: firewall unblock 203.0.113.7}
            retry: {times: 2}
        """,
      good: """
        steps:
          - act: block
            shell: firewall block 203.0.113.7
            undo: {shell: firewall unblock 203.0.113.7}
            idempotent: true
            retry: {times: 2}
        """),
  ]
}
