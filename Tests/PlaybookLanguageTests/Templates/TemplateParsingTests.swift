import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

/// The value under `v` of a small file.
func node(_ text: String) throws -> YAMLNode {
  try #require(YAML.parse(SourceFile(path: "t.yaml", text: text)).root?["v"])
}

@Suite struct `Parsing a template` {
  private func parse(_ text: String) throws -> Template {
    var diagnostics: [Diagnostic] = []
    let template = Template.parse(try node(text), diagnostics: &diagnostics)
    #expect(diagnostics.isEmpty)
    return try #require(template)
  }

  private func rendered(_ text: String) throws -> String {
    var diagnostics: [Diagnostic] = []
    #expect(Template.parse(try node(text), diagnostics: &diagnostics) == nil)
    return DiagnosticRenderer().render(diagnostics)
  }

  @Test func `text and expressions become pieces`() throws {
    let template = try parse("v: \"a ${x} b${ y.z }\"")
    #expect(template.pieces.count == 4)
    #expect(template.expressions.map(\.expression.source) == ["x", " y.z "])
  }

  @Test func `a template that is only an expression is known as such`() throws {
    #expect(try parse("v: ${x}").soleExpression?.expression.source == "x")
    #expect(try parse("v: ' ${x}'").soleExpression == nil)
  }

  @Test(arguments: [
    ("v: $${x}", "${x}"), ("v: a$b", "a$b"), ("v: $$", "$$"), ("v: $$${x}", "$${x}"), ("v: ''", ""), ("v: 007", "007"),
    ("v: true", "true"), ("v: a}b", "a}b"),
  ])
  func `text without an expression is literal`(_ text: String, _ literal: String) throws {
    #expect(try parse(text).literal == literal)
  }

  @Test func `braces and quotes within an expression don't end it`() throws {
    let template = try parse(#"v: '${ {"a}": 1}["a}"] }!'"#)
    #expect(template.expressions.map(\.expression.source) == [#" {"a}": 1}["a}"] "#])
  }

  @Test func `an expression that isn't closed is pointed at`() throws {
    #expect(
      try rendered("v: a ${x") == """
        t.yaml:1:6: error: this `${` has no `}` [unclosed-expression]
          1 | v: a ${x
            |      ^~
          help: `$${` writes a literal one
        1 error

        """)
  }

  @Test func `a comment that ate the end of an expression is named`() throws {
    #expect(
      try rendered("v: ${x # y}") == """
        t.yaml:1:4: error: this `${` has no `}` [unclosed-expression]
          1 | v: ${x # y}
            |    ^~
          help: ` #` starts a comment in YAML: quote this expression
        1 error

        """)
  }

  @Test(arguments: [
    ("v: é ${x +}", "1:10"), ("v: |\n  a\n\n    ${b}\n  c ${x +}", "5:8"), ("v: 'it''s ${x +}'", "1:15"),
    ("v: >\n  a\n  ${x +}", "3:8"), ("v: \"\\\"a\\\" ${x +}\"", "1:16"),
  ])
  func `a mistake in an expression has its own place`(_ text: String, _ place: String) throws {
    var diagnostics: [Diagnostic] = []
    #expect(Template.parse(try node(text), diagnostics: &diagnostics) == nil)
    let start = try #require(diagnostics.first?.span).start
    let (line, column) = (place.split(separator: ":")[0], place.split(separator: ":")[1])
    #expect(start.line == Int(line))
    // The parser may point at the operator or behind it.
    #expect(abs(start.column - (Int(column) ?? 0)) <= 2)
  }

  @Test func `every mistake of a tree is reported`() throws {
    var diagnostics: [Diagnostic] = []
    let tree = TemplateTree.parse(try node("v: {a: '${}', b: ['${', 1], c: '${)}'}"), diagnostics: &diagnostics)
    #expect(tree == nil)
    #expect(diagnostics.map(\.code) == ["empty-expression", "unclosed-expression", "wrong-expression"])
  }

  @Test func `a tree keeps the types of plain values`() throws {
    var diagnostics: [Diagnostic] = []
    let tree = try #require(
      TemplateTree.parse(try node("v: {a: 1, b: true, c: null, d: 1.5, e: '1', f: [x]}"), diagnostics: &diagnostics))
    #expect(try tree.resolve(Bindings()).jsonText() == #"{"a":1,"b":true,"c":null,"d":1.5,"e":"1","f":["x"]}"#)
  }

  @Test func `lists and null are not text`() throws {
    #expect(try rendered("v: [a]").contains("text is needed here, not a list"))
    #expect(try rendered("v:").contains("text is needed here, not nothing"))
  }
}

@Suite struct `Parsing a bare expression` {
  private func parse(_ text: String) throws -> (LocatedExpression?, String) {
    var diagnostics: [Diagnostic] = []
    let expression = LocatedExpression.parse(try node(text), diagnostics: &diagnostics)
    return (expression, DiagnosticRenderer().render(diagnostics))
  }

  @Test(arguments: ["v: true", "v: 5", "v: 1.5", "v: x.y > 3", "v: '!x.yes'", "v: 'a # b'.size() > 1"])
  func `plain values are expressions`(_ text: String) throws {
    guard YAML.parse(SourceFile(path: "t", text: text)).root != nil else { return }
    #expect(try parse(text).0 != nil)
  }

  @Test(arguments: ["v:", "v: [a]", "v: {a: b}", "v: ''", "v: '  '"])
  func `what holds no expression is refused`(_ text: String) throws {
    let (expression, message) = try parse(text)
    #expect(expression == nil)
    #expect(!message.isEmpty)
  }

  @Test func `a comment that ate half of it is named`() throws {
    #expect(try parse("v: x.all(y, # z)").1.contains("` #` starts a comment in YAML: quote this expression"))
  }

  @Test func `a part of it has its place over several lines`() throws {
    let expression = try #require(try parse("v: |\n  a &&\n  bc\n").0)
    #expect(expression.span(of: 5..<7).location == "t.yaml:3:3")
  }
}
