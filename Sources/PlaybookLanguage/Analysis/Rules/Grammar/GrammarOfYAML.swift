import SourceText

extension LintRule {
  /// The problems of a file as YAML.
  static let grammarOfYAML: [LintRule] = [
    LintRule(
      code: "yaml-syntax",
      summary: "the file is not YAML",
      explanation: """
        The place is where the reader had to stop; the cause often stands just before: a quote that is not closed, \
        a tab for indentation, a text with `: ` in it that is not quoted, a line that is indented too far.
        """,
      bad: """
        steps:
          - document: told
            text: "not closed
        """,
      good: """
        steps:
          - document: told
            text: "closed"
        """),
    LintRule(
      code: "yaml-duplicate-key",
      summary: "a mapping has a key twice",
      explanation:
        "YAML readers take the last one in silence; here it is an error, since one of the two would be lost.",
      bad: """
        steps:
          - document: told
            text: one
            text: two
        """,
      good: """
        steps:
          - document: told
            text: one
        """),
    LintRule(
      code: "yaml-alias",
      summary: "an alias names no anchor, or is within the value that it stands for",
      explanation: "`*name` stands for the value that `&name` marks, which is written before it.",
      bad: """
        steps:
          - document: told
            text: *missing
        """,
      good: """
        steps:
          - document: told
            text: "*missing"
        """),
    LintRule(
      code: "yaml-key",
      summary: "a key of a mapping is not text",
      explanation: "Keys are names. A list or a mapping as a key means nothing here; most often a text was not quoted.",
      bad: """
        steps:
          - document: told
            ? [a, b]
            : two
        """,
      good: """
        steps:
          - document: told
            text: two
        """),
    LintRule(
      code: "yaml-merge-key",
      summary: "a mapping has the key `<<`",
      explanation: """
        YAML 1.2 has no merge keys. Parts that several steps share are written out, so that each can be read by \
        itself; a whole value can be repeated by an anchor and an alias.
        """,
      bad: """
        steps:
          - document: told
            <<: {text: two}
        """,
      good: """
        steps:
          - document: told
            text: two
        """),
    LintRule(
      code: "yaml-number",
      summary: "a number does not fit",
      explanation: "A hexadecimal or octal number has 64 bits. A longer one, such as a hash, is text: quote it.",
      bad: """
        steps:
          - query: account
            value: 0x1234567890abcdef1234
        """,
      good: """
        steps:
          - query: account
            value: "0x1234567890abcdef1234"
        """),
    LintRule(
      code: "yaml-depth",
      summary: "the file is nested too deeply",
      explanation: "No playbook needs as many levels; such a file was made to use up the reader's memory.",
      bad: "", good: ""),
    LintRule(
      code: "yaml-size",
      summary: "the file is too large",
      explanation: "No playbook is as large, or grows as large by its aliases.",
      bad: "", good: ""),
    LintRule(
      code: "yaml-encoding",
      summary: "the file is not UTF-8, or holds characters that YAML does not allow",
      explanation: "Files are read as UTF-8 and nothing else. The place is that of the first wrong byte.",
      bad: "", good: ""),
    LintRule(
      code: "yaml-version", .warning,
      summary: "the file says that it is YAML of another version",
      explanation: """
        Files are read as YAML 1.2 whatever a `%YAML` line says: `yes`, `no`, `on` and `off` are text, a number with a \
        zero before it is decimal, and `1:30` is text. A tool of YAML 1.1 (PyYAML, Ruby's Psych, Go's yaml.v2) takes `yes` \
        for true and writes it back so; yamllint's rule `truthy` is told of it by `allowed-values`.
        """,
      bad: "", good: ""),
    LintRule(
      code: "yaml-documents",
      summary: "the file holds more than one document",
      explanation: "A playbook is one YAML document; the text behind `---` would be lost.",
      bad: """
        steps:
          - document: told
            text: one
        ---
        steps: []
        """,
      good: """
        steps:
          - document: told
            text: one
        """),
    LintRule(
      code: "yaml-empty",
      summary: "the file holds nothing",
      explanation: "A file without a value is not a playbook. Copy a scenario to start from.",
      bad: "", good: ""),
    LintRule(
      code: "yaml-tag",
      summary: "a value has a tag",
      explanation: """
        YAML tags (`!name`) are refused: nothing in a playbook has one, and an expression that begins with `!` is \
        taken for one. Quote it: `that: "!attack.yes"`.
        """,
      bad: """
        steps:
          - check: quiet
            that: !run.ticket
        """,
      good: """
        steps:
          - check: quiet
            that: "!(run.id == '')"
        """),
  ]
}
