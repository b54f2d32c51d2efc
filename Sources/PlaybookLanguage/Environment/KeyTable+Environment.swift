extension KeyTable {
  /// The top level of `environments.yaml`.
  package static let environmentFile = KeyTable(
    "an environments file",
    [
      Key("environments", .map(.object(.environment)), isRequired: true, "The worlds that playbooks run in, by name."),
      Key("default", .text, "The environment that is used without `--env`; never a red one."),
      Key("plugins", .list(.text), "Folders of executor plugins."),
    ])

  /// The targets' keys come on top.
  package static let environment = KeyTable(
    "an environment",
    [
      Key(
        "color", .choice(["red", "yellow", "green", "blue", "magenta", "cyan"]),
        "Red: never a default, approvals typed."),
      Key("commands", .map(.object(.command)), "Named calls that a team trusts, used like executors."),
      Key("protected", .object(.protected), "Things that no act is given, in spite of all evidence."),
      Key("secrets", .map(.object(.secret)), "Where secrets come from, by name."),
    ])

  /// An executor's key comes on top.
  package static let command = KeyTable(
    "a command",
    [
      Key("on", .either([.text, .object(.target)]), "Which target; by default the executor's."),
      Key(
        "writes", .boolean,
        "`true`: it may change something, so no query can use it. `false`, written out: the team vouches for its program."
      ),
      Key("call", .inputs, "Values that a step must give, by name; the call sees them as `call.NAME`."),
    ])

  package static let protected = KeyTable(
    "`protected`",
    [
      Key("addresses", .list(.text), "IP addresses."),
      Key("networks", .list(.text), "Networks such as `10.0.0.0/8`."),
      Key("accounts", .list(.text), "Accounts, by the names that evidence has."),
      Key("hosts", .list(.text), "Host names; `*.` at the start stands for any subdomain."),
    ])

  package static let secret = KeyTable(
    "a secret",
    [
      Key("env", .text, "The environment variable that holds it."),
      Key("file", .text, "The file that holds it."),
      Key("command", .list(.text), "A program and its arguments that print it; no shell is involved."),
      Key("prompt", .boolean, "`true`: the operator is asked."),
      Key("expires", .duration, "How long a fetched value is good."),
      Key("fresh", .boolean, "With `prompt`: asked each time."),
    ])

  /// A line of `escalation.yaml`.
  package static let escalation = KeyTable(
    "an escalation",
    [
      Key("contact", .text, isRequired: true, "The person or team to call."),
      Key("response_time", .duration, isRequired: true, "The time within which they answer."),
    ])
}
