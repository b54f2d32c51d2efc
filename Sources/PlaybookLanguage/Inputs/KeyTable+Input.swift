extension KeyTable {
  /// The declaration of a typed parameter: an input, a field of a document, a parameter of a command.
  package static let input = KeyTable(
    "an input",
    [
      Key(
        "type", .choice(InputDeclaration.InputType.allCases.map(\.rawValue)), isRequired: true,
        "The type that its text is read as."),
      Key("default", .tree, "Its value where none is given; may hold `${…}`."),
      Key("describe", .text, "Its meaning, for the person who is asked."),
      Key("pattern", .text, "A regular expression (RE2) that the whole text must match."),
      Key("minimum", .text, "The least value of a number, duration or timestamp."),
      Key("maximum", .text, "The greatest value of a number, duration or timestamp."),
      Key("options", .list(.text), "The words that a `choice` offers."),
      Key("secret", .boolean, "It is used, and never shown or recorded."),
    ])
}
