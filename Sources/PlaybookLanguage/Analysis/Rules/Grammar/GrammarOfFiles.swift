extension LintRule {
  /// Playbooks as files, used playbooks, and environments.
  static let grammarOfFiles: [LintRule] = [
    LintRule(
      code: "wrong-folder",
      summary: "a playbook is not called like its folder",
      explanation: "A scenario is found by the name of its folder, so `playbook:` says the same name.",
      bad: "", good: ""),
    LintRule(
      code: "unknown-playbook",
      summary: "`use` names a playbook that there is not",
      explanation: "A playbook is used by its name, and looked for where playbooks are found.",
      bad: """
        steps:
          - use: nowhere
        """,
      good: """
        steps:
          - document: told
            text: Nothing to be done
        """),
    LintRule(
      code: "use-cycle",
      summary: "a playbook uses itself",
      explanation:
        "Directly or by way of others, a playbook that uses itself would never end. The message names the circle.",
      bad: """
        steps:
          - use: example
            as: again
        """,
      good: """
        steps:
          - document: told
            text: Nothing to be done
        """),
    LintRule(
      code: "unknown-input",
      summary: "`with` gives an input that the used playbook does not have",
      explanation: "The names under `with` are inputs that the used playbook declares.",
      bad: "", good: ""),
    LintRule(
      code: "missing-input",
      summary: "a used playbook has an input that nothing gives",
      explanation: """
        An input without a default must be given under `with`: the operator is asked for the inputs of the playbook \
        that was started, not in the middle of the run for those of another.
        """,
      bad: "", good: ""),
    LintRule(
      code: "unknown-environment",
      summary: "`default` names an environment that there is not",
      explanation: "The environment that is used without `--env` is one of those in the file.",
      bad: "", good: ""),
    LintRule(
      code: "red-default",
      summary: "a red environment is the default",
      explanation: """
        A red environment is one in which a mistake hurts. It is never entered because somebody forgot to say which \
        one: runs there begin with `--env`.
        """,
      bad: "", good: ""),
    LintRule(
      code: "written-secret",
      summary: "a secret's value stands in a file",
      explanation: """
        A file of environments says where a secret comes from (`env`, `file`, `command`, `prompt`) and never its \
        is: files are copied, committed and shown.
        """,
      bad: "", good: ""),
  ]
}
