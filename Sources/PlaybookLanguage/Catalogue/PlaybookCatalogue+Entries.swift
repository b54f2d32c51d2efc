public import SourceText
import YAMLTree

extension PlaybookCatalogue {
  /// A scenario as the catalogue shows it: its head, read without its steps.
  public struct Entry: Sendable {
    public var name: String
    public var title: String
    public var category: String?
    public var section: String?
    public var severity: Playbook.Severity?
    public var summary: String?
    public var symptoms: [String]
    public var alerts: [String]
    public var file: SourceFile
  }

  /// All scenarios by name, and the reasons why others can't be read. A head with mistakes is shown as far as it goes;
  /// `lint` is where they are reported.
  public func entries() -> (entries: [Entry], diagnostics: [Diagnostic]) {
    var entries: [Entry] = []
    var diagnostics: [Diagnostic] = []
    for name in names {
      do {
        guard let source = try named(name) else { continue }
        let (root, problems) = YAML.parse(source.file)
        if let root { entries.append(Self.entry(name, root, source.file)) } else { diagnostics += problems }
      } catch {
        diagnostics.append(Diagnostic(code: "wrong-file", error.description, help: error.help))
      }
    }
    return (entries, diagnostics)
  }

  private static func entry(_ name: String, _ root: YAMLNode, _ file: SourceFile) -> Entry {
    var ignored: [Diagnostic] = []
    func text(_ key: String) -> String? { root[key]?.readText(key, &ignored) }
    func texts(_ key: String) -> [String] { root[key]?.readTexts(key, &ignored) ?? [] }
    return Entry(
      name: name, title: text("title") ?? name, category: text("category"), section: text("section"),
      severity: text("severity").flatMap(Playbook.Severity.init), summary: text("summary"), symptoms: texts("symptoms"),
      alerts: texts("alerts"), file: file)
  }
}
