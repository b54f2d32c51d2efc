import SourceText

extension LintRule {
  /// Values, templates and expressions.
  static let grammarOfValues: [LintRule] = [
    LintRule(
      code: "wrong-type",
      summary: "something else stands where a text, a list, a mapping or a number belongs",
      explanation: """
        Plain YAML values are typed by the YAML 1.2 core schema: `yes`, `no` and `on` are text, `true` is a boolean, \
        `1` a number. A text that begins with `{`, `[`, `*`, `&`, `!` or `%`, or holds `: ` or ` #`, is quoted.
        """,
      bad: """
        steps:
          - act: clean
            shell: clean
            idempotent: yes
        """,
      good: """
        steps:
          - act: clean
            shell: clean
            idempotent: true
        """),
    LintRule(
      code: "wrong-value",
      summary: "a value is none of those that the key takes",
      explanation: """
        The message names the accepted values. Durations have a unit (`30s`, `1h30m`, `7d`); choices are one of a few \
        words; `for_each` is `NAME in EXPRESSION`.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            timeout: 30
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            timeout: 30s
        """),
    LintRule(
      code: "number-spelling", .warning,
      summary: "a number is written in a way that may get lost",
      explanation: """
        Where a field is text (`query`, `headers`, `form` and `env` of a call, arguments, an input of the type `string`), \
        a plain number goes out as it was written. In `json`, `value` and `with` of a statement it is a number: its reader \
        may take `1.10` for 1.1 and `007` for 7. A version, a code or a mode is text: quote it.
        """,
      bad: """
        steps:
          - query: release
            value: {version: 1.10}
        """,
      good: """
        steps:
          - query: release
            value: {version: "1.10"}
        """),
    LintRule(
      code: "empty-expression",
      summary: "an expression is empty",
      explanation: "`${}`, or a condition of nothing but spaces, has no value.",
      bad: """
        steps:
          - document: told
            text: "There were ${} of them"
        """,
      good: """
        steps:
          - document: told
            text: "The run is ${run.id}"
        """),
    LintRule(
      code: "unclosed-expression",
      summary: "a `${` is never closed",
      explanation:
        "`${…}` holds an expression up to the `}` that closes it. `$${` writes the two characters themselves.",
      bad: """
        steps:
          - document: told
            text: "The run is ${run.id"
        """,
      good: """
        steps:
          - document: told
            text: "The run is ${run.id}"
        """),
    LintRule(
      code: "unclosed-quote",
      summary: "a quote in a command is never closed",
      explanation: """
        A command in short form is split into words as a POSIX shell does it: single quotes, double quotes and \
        backslashes. Nothing else has a meaning, and no shell is involved.
        """,
      bad: """
        steps:
          - query: answer
            shell: "echo it's over"
        """,
      good: """
        steps:
          - query: answer
            shell: "echo \\"it's over\\""
        """),
    LintRule(
      code: "evaluation",
      summary: "an expression failed in a run",
      explanation: """
        With the values of the run an expression had no value: a key that is not there, a division by zero, a text \
        that is not a number, or it took too much time or memory.
        """,
      bad: "", good: ""),
  ]
}
