import CEL
import Testing

@Suite struct ParserTests {
  private func problem(_ text: String) -> CEL.Expression.Problem? {
    do throws(CEL.Expression.Problem) {
      _ = try CEL.Expression(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  /// The part of `text` that the problem points at.
  private func part(_ text: String, _ problem: CEL.Expression.Problem?) -> String? {
    problem.map { String(decoding: Array(text.utf8)[$0.range], as: UTF8.self) }
  }

  @Test(arguments: [
    ("a = b", "=", "did you mean `==`?"), ("a & b", "&", "did you mean `&&`?"), ("a | b", "|", "did you mean `||`?"),
    ("a # b", "#", "a comment starts with `//`; in YAML, quote the whole expression"),
    ("größe > 1", "ö", nil), ("'abc", "'abc", "a text over several lines stands between three quotes"),
    ("f(1", "(", nil), ("[1, 2", "[", nil), ("1 +", "", "expected a value"), ("a b", "b", nil),
    ("99999999999999999999", "99999999999999999999", nil), ("9223372036854775808", "9223372036854775808", nil),
    ("package.x", "package", "no name may be it"), ("a.in", "in", "write `['in']`"),
    ("has(a)", "has(a)", "write `has(value.field)`"),
    ("l.map(1, 2)", "1", nil), ("'\\q'", "\\q", "a backslash itself is `\\\\`, or use a raw text: r'…'"),
    ("a{b: 1}", "a{", "a map is `{'key': value}`"), ("l.all(x, x, x)", "x", nil), ("'\\ud800'", "\\ud800", nil),
  ])
  func `a problem says where it is and what may help`(text: String, place: String, help: String?) {
    let problem = problem(text)
    #expect(part(text, problem) == place, "\(problem?.message ?? "no problem")")
    #expect(problem?.help == help)
  }

  @Test(arguments: ["", "  ", "// nothing"])
  func `nothing is no expression`(text: String) {
    #expect(problem(text)?.message == "there is no expression")
  }

  @Test func `the end of an expression is found whatever it holds`() {
    func rest(_ text: String) -> String? {
      let bytes = Array(text.utf8)
      return CEL.Expression.end(in: bytes, from: 0).map { String(decoding: bytes[$0...], as: UTF8.self) }
    }
    #expect(rest("a.b} tail") == "} tail")
    #expect(rest("{'a': {'b': 1}}['a']} {") == "} {")
    #expect(rest("'}' + \"}\" + r'\\' + '''}'\n'''} x") == "} x")
    #expect(rest("a # b}") == "}")
    #expect(rest("a // }\n}") == "}")
    #expect(rest("'never closed}") == nil)
    #expect(rest("a + 1") == nil)
    #expect(rest("ü}") == "}")
    #expect(rest("}") == "}")
  }

  @Test func `free names are found with the fields selected from them`() throws {
    let expression = try CEL.Expression(
      parsing:
        "spraying.rows.size() > inputs.n && l.map(x, x.a + y.b['c'].d).exists(i, v, v == cel.bind(z, w, z)) && has(s.t)"
    )
    #expect(expression.references.map(\.name) == ["spraying", "inputs", "l", "y", "w", "s"])
    #expect(expression.references.map(\.path) == [["rows"], ["n"], [], ["b", "c", "d"], [], ["t"]])
    #expect(try CEL.Expression(parsing: "type(x) == google.protobuf.Timestamp").references.map(\.name) == ["x"])
    let mixed = try CEL.Expression(parsing: "fingerprint(a.b[0]) + c + a.b[0]").references
    #expect(mixed.map(\.isFingerprinted) == [true, false, false])
    #expect(try CEL.Expression(parsing: "  foo.bar").references.first?.range == 2..<9)
    #expect(try CEL.Expression(parsing: "[1].map(x, .x)").references.map(\.name) == ["x"])
  }

  @Test(arguments: ["(", "[", "{1:", "-(", "!", "f(", "a?b:", "a[", "1+(", "[1].map(x,", "{'a':"])
  func `deep nesting is refused and not crashed on`(opening: String) {
    let problem = problem(String(repeating: opening, count: 200_000))
    #expect(problem != nil)
  }

  @Test(arguments: ["+ a", ".a", "[0]", ".f()", " == a"])
  func `a long chain is refused and not crashed on`(link: String) {
    #expect(problem("a" + String(repeating: link, count: 100_000))?.message == "this expression nests deeper than 100")
  }

  @Test func `a long chain of conditions is fine`() throws {
    let text = Array(repeating: "a == 1", count: 20_000).joined(separator: " || ")
    #expect(try CEL.Expression(parsing: text).evaluate(Bindings(["a": 2])) == false)
  }

  @Test func `an expression as deep as allowed is evaluated`() async throws {
    for (open, close) in [
      ("(", ")"), ("[", "][0]"), ("false?0:", ""), ("[1].map(x,", ")[0]"), ("{1:", "}[1]"), ("dyn(", ")"),
    ] {
      let depth = open.hasPrefix("false") ? 90 : 30
      let text = String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
      let value = try await Task.detached { try CEL.Expression(parsing: text).evaluate(Bindings()) }.value
      #expect(value == 1)
    }
  }
}
