import ArgumentParser
import CEL
import PlaybookLanguage
import SourceText

/// `playbook` alone, `playbook find WORDS`.
struct FindCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "find", abstract: "Finds the playbook for an alert, a symptom or a status code.",
    discussion: "Examples:\n  playbook find 429\n  playbook find AuthLockoutsHigh\n  playbook find users cannot log in")

  @Argument(help: "Words of an alert, a symptom or a title.")
  var words: [String] = []

  @OptionGroup var playbooks: PlaybookOptions

  func run() throws {
    let catalogue = playbooks.catalogue
    let entries = try Loading.entries(catalogue)
    guard !words.isEmpty else {
      Output.data(CatalogueText.list(entries, width: Output.width))
      if entries.isEmpty {
        Output.operatorLines("no playbooks in \(catalogue.roots.joined(separator: ", "))\n")
      } else {
        Output.operatorText("\nplaybook find WORDS   playbook show NAME   playbook run NAME   playbook --help\n")
      }
      return
    }
    let found = CatalogueSearch.find(words, in: entries)
    guard !found.isEmpty else {
      throw CommandFailure.failed("no playbook mentions \(words.joined(separator: " ")); `playbook list` shows all")
    }
    for match in found { Output.data(CatalogueText.text(match.entry, because: match.reason, width: Output.width)) }
  }
}

/// `playbook list`.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the playbooks by category, with their symptoms.")

  @Option(name: .long, help: "text or json.")
  var format = OutputFormat.text

  @OptionGroup var playbooks: PlaybookOptions

  func run() throws {
    let catalogue = playbooks.catalogue
    let entries = try Loading.entries(catalogue)
    switch format {
    case .text: Output.data(CatalogueText.list(entries, width: Output.width))
    case .json: for entry in entries { Output.json(CatalogueText.json(entry)) }
    }
    if entries.isEmpty { Output.operatorLines("no playbooks in \(catalogue.roots.joined(separator: ", "))\n") }
  }
}
