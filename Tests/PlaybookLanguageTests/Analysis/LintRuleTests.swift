import FoundationEssentials
import PlaybookLanguage
import SourceText
import Testing

@Suite struct LintRuleTests {
  @Test(arguments: LintRules.all.filter { !$0.bad.isEmpty }.map(\.code))
  func `the bad example of a rule is found, and only by it`(_ code: String) throws {
    let rule = try #require(LintRules.rule(code))
    let found = Reading().load(LintRules.exampleHead + rule.bad + "\n").diagnostics
    #expect(Set(found.filter { $0.severity != .note || rule.severity == .note }.codes) == [code], "\(found.rendered)")
    #expect(found.filter { $0.code == code }.allSatisfy { $0.severity == rule.severity }, "\(found.rendered)")
  }

  @Test(arguments: LintRules.all.filter { !$0.bad.isEmpty }.map(\.code))
  func `the good example of a rule has no diagnostic`(_ code: String) throws {
    let rule = try #require(LintRules.rule(code))
    #expect(Reading().load(LintRules.exampleHead + rule.good + "\n").diagnostics.rendered == "")
  }

  // Each of many slips against each of many names would be quadratic.
  @Test func `among very many names no slip is looked for`() {
    let names = (0..<2000).map { "name\($0)" }
    #expect(Suggestion.help(for: "nam1", in: names) == nil)
    #expect(Suggestion.help(for: "nam1", in: Array(names.prefix(100))) == "did you mean `name1`?")
  }

  @Test func `every rule has its own code, a summary and an explanation`() {
    #expect(Set(LintRules.all.map(\.code)).count == LintRules.all.count)
    for rule in LintRules.all {
      #expect(!rule.summary.isEmpty && !rule.summary.hasSuffix("."))
      #expect(rule.explanation.hasSuffix(".") && !rule.explanation.contains("\n"))
    }
  }

  @Test func `every code that is reported has a rule`() throws {
    let sources = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")
    var found: Set<String> = []
    for module in ["PlaybookLanguage", "YAMLTree"] {
      let root = sources.appending(path: module).resolvingSymlinksInPath().path
      for case let name in try FileManager.default.subpathsOfDirectory(atPath: root) where name.hasSuffix(".swift") {
        let bytes = try #require(FileManager.default.contents(atPath: root + "/" + name))
        let text = String(decoding: bytes, as: UTF8.self)
        for marker in ["code: \"", "report(\""] {
          found.formUnion(
            text.components(separatedBy: marker).dropFirst().compactMap {
              $0.split(separator: "\"").first.map(String.init)
            })
        }
      }
    }
    #expect(found.count > 50)
    #expect(found.subtracting(LintRules.all.map(\.code)).sorted() == [])
  }
}
