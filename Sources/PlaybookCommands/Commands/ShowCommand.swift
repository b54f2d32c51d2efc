import ArgumentParser
import PlaybookLanguage
import SourceText

/// `playbook show NAME`.
struct ShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a playbook as a readable page. Executes nothing.")

  @Argument(help: "The playbook's name, or a path to its file.", completion: .custom(Completions.playbooks))
  var name: String

  @Option(name: .long, help: "text, markdown or html.")
  var format = Format.text

  @OptionGroup var playbooks: PlaybookOptions

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, markdown, html
  }

  func run() throws {
    let catalogue = playbooks.catalogue
    let playbook = try Loading.playbook(name, catalogue, executors: Executors.schemas, commands: nil)
    let page = PlaybookPage(
      playbook, executors: Executors.schemas, contacts: try Loading.contacts(for: playbook, catalogue))
    switch format {
    case .text: Output.data(Visible.text(page.text(width: min(Output.width ?? 80, 100)), keepingLineBreaks: true))
    case .markdown: Output.data(page.markdown)
    case .html: Output.data(page.html)
    }
  }
}
