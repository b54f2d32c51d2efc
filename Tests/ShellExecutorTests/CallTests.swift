import CEL
import ExecutorKit
import PlaybookLanguage
import ShellExecutor
import SourceText
import Testing

@Suite struct DisplayTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  @Test func `words are quoted so that they can be pasted`() async throws {
    let words: [Value] = [
      "firewall", "block", "203.0.113.7", "", "a b", "it's", "$(id)", "~root", "a=b", "*", "#x", "line\nbreak", "é",
    ]
    let text = bench.executor.display(bench.call(words), on: nil)
    #expect(
      text == #"firewall block 203.0.113.7 '' 'a b' 'it'\''s' '$(id)' '~root' a=b '*' '#x' 'line"# + "\n" + "break' 'é'"
    )
    // A shell reads the quoted words back as they were.
    try bench.program("show", #"for word in "$@"; do printf '<%s>' "$word"; done"#)
    let pasted = bench.executor.display(bench.call(["show"] + Array(words.dropFirst())), on: nil)
    let outcome = try await bench.executor.perform(bench.script(pasted), context: bench.context())
    let expected = words.dropFirst().compactMap(\.stringValue).map { "<\($0)>" }.joined()
    #expect(outcome.fields["stdout"] == .string(expected))
  }

  @Test func `a call that makes no sense is shown as it is`() {
    #expect(bench.executor.display(bench.call([]), on: nil) == #"shell {"args":[]}"#)
  }
}

@Suite struct SchemaTests {
  private let span = SourceSpan(file: SourceFile(path: "test", text: ""), range: 0..<0)

  private func text(_ text: String) -> TemplateTree {
    .template(Template(text.isEmpty ? [] : [.text(text)], at: span))
  }

  private func computed() throws -> TemplateTree {
    .template(Template([.expression(LocatedExpression(try Expression(parsing: "a"), at: span))], at: span))
  }

  private func codes(_ fields: [String: TemplateTree], _ mode: CallMode = .act) -> [String] {
    ShellExecutor.schema.validate(CallForm(fields: fields), mode).map(\.code)
  }

  private func list(_ items: TemplateTree...) -> TemplateTree { .list(items, span) }

  @Test func `a call names one program`() throws {
    #expect(codes([:]) == ["shell-empty"])
    #expect(codes(["args": list()]) == ["shell-empty"])
    #expect(codes(["args": list(text(" "))]) == ["shell-empty"])
    #expect(codes(["script": text("\n")]) == ["shell-empty"])
    #expect(codes(["args": list(text("a")), "script": text("b")]) == ["shell-two-calls"])
    #expect(codes(["args": list(text("a"), try computed())]) == [])
    #expect(codes(["args": list(try computed(), text("a"))]) == ["shell-computed-program"])
    #expect(codes(["args": list(list(text("a")))]) == ["shell-word"])
  }

  @Test func `a script in a query is warned of, in an act it is not`() {
    let problems = ShellExecutor.schema.validate(CallForm(fields: ["script": text("ls")]), .query)
    #expect(problems.map(\.code) == ["shell-script-query"])
    #expect(problems.map(\.severity) == [.warning])
    #expect(codes(["script": text("ls")]) == [])
  }

  @Test func `names of variables, folders and exit codes are checked`() {
    let entry = TemplateTree.Entry(key: "LD_PRELOAD", keySpan: span, value: text("x"))
    let nested = TemplateTree.Entry(key: "OK", keySpan: span, value: list())
    let problems = ShellExecutor.schema.validate(
      CallForm(fields: ["args": list(text("a")), "env": .map([entry, nested], span)]), .act)
    #expect(problems.map(\.path) == [["env", "LD_PRELOAD"], ["env", "OK"]])
    #expect(codes(["args": list(text("a")), "cwd": text("work")]) == ["shell-relative-folder"])
    #expect(codes(["args": list(text("a")), "expect": .value(0, span)]) == [])
    #expect(
      codes(["args": list(text("a")), "expect": list(.value(1, span), .value(256, span))]) == ["shell-exit-code"])
    #expect(codes(["args": list(text("a")), "expect": list()]) == ["shell-exit-code"])
    #expect(codes(["args": list(text("a")), "expect": text("one")]) == ["shell-exit-code"])
  }
}
