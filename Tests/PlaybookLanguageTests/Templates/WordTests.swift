import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

@Suite struct `Splitting into words` {
  private func words(_ text: String) -> [String]? {
    let file = SourceFile(path: "t.yaml", text: text)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let scalar = YAMLScalar(value: .string(text), text: text, style: .literal, lines: [(0, 0)])
    _ = lines
    var diagnostics: [Diagnostic] = []
    let words = Template.words(
      YAMLNode(.scalar(scalar), at: SourceSpan(file: file, range: 0..<1)), diagnostics: &diagnostics)
    return diagnostics.isEmpty ? words.map(\.written) : nil
  }

  @Test(
    arguments: [
      ("GET key", ["GET", "key"]),
      ("  a \t b\n\nc ", ["a", "b", "c"]),
      ("", []),
      ("''", [""]),
      ("a'b c'd", ["ab cd"]),
      (#"'a\b"c'"#, [#"a\b"c"#]),
      (#""a \" \\ \x 'b'""#, [#"a " \ \x 'b'"#]),
      (#"a\ b \'c"#, ["a b", "'c"]),
      ("a\\\nb", ["ab"]),
      ("a \\\n b", ["a", "b"]),
      ("\"a\\\nb\"", ["ab"]),
      ("a|b > c; d* # e $HOME `f`", ["a|b", ">", "c;", "d*", "#", "e", "$HOME", "`f`"]),
      ("GET user:${inputs.user_id}", ["GET", "user:${inputs.user_id}"]),
      ("x ${ a + ' b ' } y", ["x", "${ a + ' b ' }", "y"]),
      ("'${a b}'", nil),
      ("'v ${a}'", ["v ${a}"]),
      ("${a}${b}", ["${a}${b}"]),
      (#"\${a}"#, ["$${a}"]),
      (#""\${a}""#, ["$${a}"]),
      ("$${a}", ["$${a}"]),
      ("é 'ü ñ'", ["é", "ü ñ"]),
    ] as [(String, [String]?)])
  func `POSIX quoting splits, and expressions stay whole`(_ text: String, _ expected: [String]?) {
    #expect(words(text) == expected)
  }

  @Test(arguments: ["'a", "\"a", "a\\", "\"a\\", "x ${a", "'${a"])
  func `what isn't closed is an error`(_ text: String) {
    #expect(words(text) == nil)
  }

  @Test func `an open quote is pointed at`() throws {
    var diagnostics: [Diagnostic] = []
    _ = Template.words(try node("v: GET 'a b"), diagnostics: &diagnostics)
    #expect(
      DiagnosticRenderer().render(diagnostics) == #"""
        t.yaml:1:8: error: this quote is never closed [unclosed-quote]
          1 | v: GET 'a b
            |        ^
          help: write `\'` or `\"` for a quote itself
        1 error

        """#)
  }

  @Test func `a value never becomes several words`() throws {
    var diagnostics: [Diagnostic] = []
    let words = Template.words(try node("v: DEL key:${x}"), diagnostics: &diagnostics)
    let values = try words.map { try $0.resolveText(Bindings(["x": "a b' $(touch pwned) \n*"])).rendered }
    #expect(values == ["DEL", "key:a b' $(touch pwned) \n*"])
  }
}
