import ArgumentParser
import PlaybookLanguage
import PlaybookTranscript

/// `playbook schema`.
struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Prints a JSON Schema: of playbooks, of environments.yaml, of a transcript.",
    discussion: """
      Examples:
        playbook schema > playbook.schema.json
        playbook schema transcript
      """)

  @Argument(help: "playbook, environments or transcript.")
  var document = Document.playbook

  enum Document: String, ExpressibleByArgument, CaseIterable {
    case playbook, environments, transcript
  }

  func run() throws {
    switch document {
    case .playbook: Output.data(PlaybookSchema.json(executors: Executors.schemas))
    case .environments: Output.data(PlaybookSchema.environments(executors: Executors.schemas))
    case .transcript: Output.data(TranscriptSchema.json)
    }
  }
}
