import CEL
import FoundationEssentials
import Testing

@Suite struct ReferenceTests {
  @Test func `the page lists every function that can be called`() {
    let page = CEL.Expression.referenceMarkdown()
    for word in [
      "list(A).sum() -> A", "`string.matches(string) -> bool`", "lists.range(int) -> list(int)", "optMap", "`<` `<=`",
    ] {
      #expect(page.contains(word), "\(word)")
    }
    #expect(!page.contains("\n\n\n") && page.split(separator: "\n").allSatisfy { !$0.contains("| |") })
  }

  @Test func `the documentation has the tables that are evaluated`() throws {
    let file = #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/expressions.md"
    let page = try #require(FileManager.default.contents(atPath: "/" + file))
    let tables = CEL.Expression.referenceMarkdown()
    #expect(
      String(decoding: page, as: UTF8.self).hasSuffix(tables),
      "docs/expressions.md is old: put what `playbook eval --reference` prints in the place of its tables")
  }

  @Test func `words, types, macros, functions and namespaces are reserved`() {
    let reserved = CEL.Expression.reservedNames
    for name in [
      "in", "true", "while", "int", "math", "size", "has", "exists_one", "cel", "lists", "bind", "cidr", "google",
    ] {
      #expect(reserved.contains(name), "\(name)")
    }
    #expect(!reserved.contains("rows") && !reserved.contains("attack"))
  }
}
