extension KeyTable {
  /// The top level of a playbook's file.
  package static let playbook = KeyTable(
    "a playbook",
    [
      Key("playbook", .text, isRequired: true, "The name, which is the folder's name: `[a-z0-9][a-z0-9-]*`."),
      Key("title", .text, isRequired: true, "Its title in the written runbook."),
      Key("category", .text, "Its heading in the catalogue."),
      Key("section", .text, "The section of the paper runbook."),
      Key(
        "severity", .choice(["critical", "high", "medium", "low"]),
        "Ties the run to its contact and response clock."),
      Key("alerts", .list(.text), "Alerts that lead here; `playbook find` searches them."),
      Key("summary", .text, "A paragraph on its purpose."),
      Key("symptoms", .list(.text), "Signs of the incident; `playbook find` searches them."),
      Key("links", .list(.either([.text, .object(.link)])), "Dashboards, pages, tickets."),
      Key("owner", .text, "The person or team that keeps this playbook right."),
      Key("inputs", .inputs, "Typed parameters."),
      Key("steps", .steps, isRequired: true, "The procedure."),
      Key("finally", .steps, "Steps that run when the run completes, fails or is aborted."),
    ])

  package static let link = KeyTable(
    "a link",
    [
      Key("title", .text, "The text of the link; by default its address."),
      Key("url", .text, isRequired: true, "Where it leads."),
    ])
}
