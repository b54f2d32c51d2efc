import SourceText

extension LintRule {
  /// Calls: executors, their fields, targets.
  static let grammarOfCalls: [LintRule] = [
    LintRule(
      code: "no-executor",
      summary: "a query or an act makes no call",
      explanation: """
        A query, an act, an `undo` and a `verify` have one key that names an executor (`redis`, `sql`, `http`, \
        `shell`, `manual`, `value`) or a command of the environment, and holds the call.
        """,
      bad: """
        steps:
          - query: failures
            title: Look at the failures
        """,
      good: """
        steps:
          - query: failures
            title: Look at the failures
            sql: SELECT 1 AS n
        """),
    LintRule(
      code: "two-calls",
      summary: "a step makes two calls",
      explanation: "Each call is approved, shown and recorded by itself, so each is a step of its own.",
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            redis: GET failures
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
          - query: cached
            redis: GET failures
        """),
    LintRule(
      code: "unknown-executor",
      summary: "a key names no executor and no command",
      explanation: """
        Calls are made by the executors that are built in, by plugins, and by commands of the environment. Commands \
        belong to an environment, so a playbook that uses one runs only where it is defined.
        """,
      bad: "", good: ""),
    LintRule(
      code: "unknown-command", .note,
      summary: "a key is taken to be a command or a plugin of an environment that was not given",
      explanation: """
        Without an environment its commands and plugins are not known, so an unknown key of a step that has no other call \
        is taken to be one. With `--environments` it is checked.
        """,
      bad: "", good: ""),
    LintRule(
      code: "odd-space", .warning,
      summary: "a no-break space or the like stands in a call",
      explanation: """
        A call that is one text is split at spaces, tabs and line breaks. A no-break space, which comes along where a \
        command is copied from a document or a chat, looks the same and is a part of a word. In quotes it is meant.
        """,
      bad: "", good: ""),
    LintRule(
      code: "unknown-plugin", .note,
      summary: "a key of an environments file is taken to be a plugin's executor",
      explanation: """
        Lint starts the plugins of the file that `--environments` names, to ask for the form of their calls. It starts \
        no program for a file that it only finds, such as the one of a drill, so an executor that is not known is \
        taken to be one of the plugins that the file lists.
        """,
      bad: "", good: ""),
    LintRule(
      code: "query-writes",
      summary: "a query would change its target",
      explanation: """
        Queries run without being approved, so nothing that writes may be one. The executor refuses such a call in a \
        run as well; all that can be told before is told here. Make the step an `act`.
        """,
      bad: """
        steps:
          - query: clean
            sql: DELETE FROM sessions
        """,
      good: """
        steps:
          - act: clean
            sql: DELETE FROM sessions
            irreversible: true
        """),
    LintRule(
      code: "value-in-code",
      summary: "`${…}` stands in a statement or a script",
      explanation: """
        A value that becomes part of a statement or a script can change its effect. A statement takes values by \
        `:name` and `with`, an identifier by `:"name"`, a script by its environment (`env`, and `$NAME` in the \
        script). `$${` writes the two characters themselves.
        """,
      bad: """
        inputs:
          user: {type: string}
        steps:
          - query: failures
            sql: SELECT * FROM logs WHERE user_id = '${inputs.user}'
        """,
      good: """
        inputs:
          user: {type: string}
        steps:
          - query: failures
            sql: "SELECT * FROM logs WHERE user_id = :user"
        """),
    LintRule(
      code: "unknown-parameter",
      summary: "a statement names a parameter that nothing gives",
      explanation: """
        `:name` in a statement takes the value that `with` gives to `name`, or else the input of that name. Outcomes \
        of steps come in by `with`.
        """,
      bad: """
        inputs:
          window: {type: duration, default: 1h}
        steps:
          - query: failures
            sql: SELECT * FROM logs WHERE age < :window AND address = :adress
        """,
      good: """
        inputs:
          window: {type: duration, default: 1h}
        steps:
          - query: failures
            sql:
              statement: SELECT * FROM logs WHERE age < :window AND address = :address
              with: {address: 203.0.113.7}
        """),
    LintRule(
      code: "wrong-target",
      summary: "`on` names a target of another executor",
      explanation: """
        `on: replica` sends a `redis` call to the environment's target `redis.replica`; the full name does as well. A \
        call can't go to a target of another executor.
        """,
      bad: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            on: redis.replica
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
            on: replica
        """),
    LintRule(
      code: "file-outside",
      summary: "a call names a file outside of the playbook's folder",
      explanation: """
        A scenario is a folder that holds all it needs. A `file` is named by its path within that folder: no absolute \
        path, no `..`, and no link that leads out.
        """,
      bad: """
        steps:
          - query: failures
            sql: {file: ../other/failures.sql}
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
        """),
    LintRule(
      code: "wrong-file",
      summary: "a file can't be read",
      explanation:
        "The file is not there, is not a plain file, is too large, is not UTF-8, or may not be read by this user.",
      bad: """
        steps:
          - query: failures
            sql: {file: missing.sql}
        """,
      good: """
        steps:
          - query: failures
            sql: SELECT 1 AS n
        """),
  ]
}
