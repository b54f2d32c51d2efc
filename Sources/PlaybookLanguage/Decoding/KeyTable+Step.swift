extension KeyTable {
  /// The kinds of steps, in the order of the reference.
  package static let kinds = ["query", "check", "confirm", "act", "document", "group", "use"]

  private static let calling: Set = ["query", "act"]

  /// All keys of all kinds of steps; `Key.kinds` says which go where. An executor's key comes on top.
  package static let step = KeyTable(
    "a step",
    [
      Key("query", .name, for: ["query"], "Evidence: a read that its executor keeps from writing. The step's name."),
      Key("check", .name, for: ["check"], "A question that evidence answers. The step's name."),
      Key("confirm", .name, for: ["confirm"], "A human decision. The step's name."),
      Key("act", .name, for: ["act"], "A change, which asks for its own yes. The step's name."),
      Key("document", .name, for: ["document"], "A record by a human. The step's name."),
      Key("group", .name, for: ["group"], "Steps under one title. The step's name."),
      Key("use", .text, for: ["use"], "Another playbook, by its name."),
      Key("as", .name, for: ["use"], "The step's name, in place of the playbook's."),
      Key("title", .template, "The line that the operator reads first."),
      Key(
        "label", .template, for: ["query", "act", "group"],
        "The name of an item of the loop on screen and in the record: `${pod.name}`."),
      Key("why", .template, "Why the step is there, shown to the operator; Markdown."),
      Key("when", .expression, "The step runs only where this holds."),
      Key(
        "for_each", .loop, for: ["query", "act", "group"],
        "Runs the step once for each item of a list: `NAME in EXPRESSION`."),
      Key("on", .either([.text, .object(.target)]), for: calling, "Which target of the environment."),
      Key("show", .either([.choice(Self.styles), .object(.show)]), for: calling, "How the outcome is shown."),
      Key("repeat", .name, for: ["query"], "Asks an earlier query again and shows the differences."),
      Key("until", .object(.until), for: ["query"], "Asks again until a condition holds."),
      Key("timeout", .duration, for: calling, "How long one attempt may take; by default 30s."),
      Key("retry", .object(.retry), for: calling, "Tries again after an error."),
      Key("on_error", .choice(["ask", "continue", "stop"]), for: calling, "The reaction to an error."),
      Key("fresh", .duration, for: ["query"], "How old it may be when an act depends on it; by default 10m."),
      Key("partial", .choice(["ok"]), for: ["query"], "`ok`: truncated evidence may feed checks and acts."),
      Key("secret", .boolean, for: ["query", "act", "document"], "Its outcome is used, never shown or recorded."),
      Key(
        "that", .either([.expression, .map(.expression)]), isRequired: true, for: ["check"],
        "The condition, or several by name."),
      Key("yes", .template, for: ["check"], "The meaning of a yes."),
      Key("no", .template, for: ["check"], "The meaning of a no."),
      Key("expect", .choice(["yes", "no"]), for: ["check"], "The expected answer: makes it an assertion."),
      Key("on_fail", .choice(["continue", "stop"]), for: ["check"], "Whether a failed assertion ends the run."),
      Key(
        "ask", .template, for: ["confirm", "document"], "The question. A confirm needs one."),
      Key(
        "options", .map(.either([.template, .object(.option)])), for: ["confirm"],
        "The answers by name, each a text, or a text with `when` and `steps`. Without them it is a gate."),
      Key("suggest", .template, for: ["confirm"], "The option that the evidence speaks for."),
      Key("approver", .choice(["required"]), for: ["confirm"], "Records the approver and the ticket."),
      Key("approve", .choice(["once", "each"]), for: ["act"], "One yes for all items, or one for each."),
      Key("limit", .integer(minimum: 1), for: ["act"], "The most items that one yes may cover."),
      Key("pace", .object(.pace), for: ["act"], "How a loop of changes is driven."),
      Key(
        "undo", .either([.call, .list(.call)]), for: ["act"],
        "The call that undoes it; of several the first whose `when` holds."),
      Key("verify", .object(.verify), for: ["act"], "A call and a condition on its outcome after the change."),
      Key("idempotent", .boolean, for: ["act"], "A second time does no harm."),
      Key("irreversible", .boolean, for: ["act"], "No undo reverses it, so a text is typed."),
      Key("typed", .template, for: ["act"], "The text to type; by default the count or the target."),
      Key("text", .template, for: ["document"], "The text to record."),
      Key("fields", .inputs, for: ["document"], "Typed answers."),
      Key("checklist", .map(.template), for: ["document"], "Points to tick off, by name."),
      Key(
        "follow_up", .either([.object(.followUp), .list(.object(.followUp))]), for: ["document"],
        "Work that remains after the run."),
      Key("steps", .steps, isRequired: true, for: ["group"], "The steps of the group."),
      Key("with", .map(.tree), for: ["use"], "The inputs of the playbook used."),
      Key("links", .list(.either([.text, .object(.link)])), "Dashboards, pages, tickets."),
    ])

  static let styles = ["table", "fields", "text", "json", "none"]

  package static let target = KeyTable(
    "`on`",
    [
      Key("target", .text, "The target's name: `redis`, `redis.replica` or, for short, `replica`."),
      Key("host", .template, "A host found at run time, which must match the target's `hosts`."),
    ])

  package static let show = KeyTable(
    "`show`",
    [
      Key("style", .choice(Self.styles), "The form."),
      Key("bars", .text, "The column that gives each bar its length."),
      Key("by", .text, "The column that names each bar."),
      Key("columns", .list(.text), "Only these columns, in this order."),
    ])

  package static let until = KeyTable(
    "`until`",
    [
      Key("that", .expression, isRequired: true, "The condition; sees the outcome's fields as bare names."),
      Key("every", .duration, "How often to ask; by default 5s."),
      Key("within", .duration, "How long to continue; by default 5m. Running out is `met: false`, not an error."),
    ])

  package static let retry = KeyTable(
    "`retry`",
    [
      Key("times", .integer(minimum: 1), isRequired: true, "Attempts after the first."),
      Key("wait", .duration, "Between attempts; by default 1s."),
    ])

  package static let option = KeyTable(
    "an option",
    [
      Key("text", .template, isRequired: true, "The meaning of choosing it."),
      Key("when", .expression, "It is offered only where this holds."),
      Key("steps", .steps, "The steps that run when it is chosen."),
    ])

  package static let pace = KeyTable(
    "`pace`",
    [
      Key("first", .integer(minimum: 1), "Do so many, then look and ask."),
      Key("at_once", .integer(minimum: 1), "How many run side by side; by default 1."),
      Key("wait", .duration, "Between two items."),
      Key("stop_after_errors", .integer(minimum: 1), "Errors after which the loop ends."),
    ])

  /// An executor's key comes on top.
  package static let undo = KeyTable(
    "`undo`",
    [
      Key("when", .expression, "It is the one only where this holds; sees the same names as the call."),
      Key(
        "on", .either([.text, .object(.target)]), "Which target; by default the act's, if it has the same executor."),
    ])

  /// An executor's key comes on top.
  package static let verify = KeyTable(
    "`verify`",
    [
      Key(
        "on", .either([.text, .object(.target)]), "Which target; by default the act's, if it has the same executor."),
      Key("that", .expression, isRequired: true, "The condition; sees the call's outcome fields as bare names."),
      Key("every", .duration, "How often to look again."),
      Key("within", .duration, "How long to continue looking."),
    ])

  package static let followUp = KeyTable(
    "a follow-up",
    [
      Key("text", .template, isRequired: true, "The work."),
      Key("due", .template, "A date, a timestamp, or a duration from now."),
      Key("owner", .template, "The person or team that does it."),
    ])
}
