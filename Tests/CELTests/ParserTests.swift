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
    (
      "has(a)", "has(a)",
      "of a field write `has(a.b)`, of a key `'key' in map`; `map[?'key'].orValue('')` gives its value where it is there"
    ),
    ("l.map(1, 2)", "1", nil), ("'\\q'", "\\q", "a backslash itself is `\\\\`, or use a raw text: r'…'"),
    ("a{b: 1}", "a{", "a map is `{'key': value}`"), ("l.all(x, x, x)", "x", nil), ("'\\ud800'", "\\ud800", nil),
  ])
  func `a problem says where it is and what may help`(text: String, place: String, help: String?) {
    let problem = problem(text)
    #expect(part(text, problem) == place, "\(problem?.message ?? "no problem")")
    #expect(problem?.help == help)
  }

  @Test(arguments: [
    ("a.labels?.app == 'x'", "?.", "write `a.?b`: the field where it is there; `a.?b.orValue('')` its value"),
    ("a?['k'] == 'x'", "?[", "write `a[?'key']`; `a[?'key'].orValue('')` is its value"),
    ("a ?? 'x'", "??", "write `a.?b.orValue(c)`, or `has(a.b) ? a.b : c`"),
    ("a ?: 'x'", "?:", "write `a.?b.orValue(c)`, or `has(a.b) ? a.b : c`"),
    ("a > 0 and b", "and", "write `&&`"), ("(a or b)", "or", "write `||`"), ("a > 0 AND b", "AND", "write `&&`"),
    ("not a", "a", "write `!x`, `!(x in list)`"), ("a not in b", "not", "write `!x`, `!(x in list)`"),
    ("a is null", "is", "write `==` or `!=`"), ("a if b else c", "if", "write `condition ? one : other`"),
    ("a in (1, 2)", ",", "a list stands in brackets: `[a, b]`"), ("a <> b", ">", "write `!=`"),
    ("l.all(p => p.ok)", "=", "a macro takes a comma: `list.all(p, p.ok)`"),
    ("l.all(p -> p.ok)", ">", "a macro takes a comma: `list.all(p, p.ok)`"),
    ("l.all(lambda p: p.ok)", "p", "a macro takes a comma: `list.all(p, p.ok)`"),
    ("a === b", "=", "write `==` or `!=`: nothing is converted"),
    ("a !== b", "=", "write `==` or `!=`: nothing is converted"), ("a =~ 'b'", "=", "write `x.matches('…')`"),
    ("name like 'b'", "like", "write `x.contains('…')` or `x.matches('…')`"),
    ("a == ‘b’", "‘", "write plain quotes: ' or \""),
    ("a\u{A0}== b", "\u{A0}", "a no-break space (U+00A0): write a plain one"),
  ])
  func `what another language writes leads to CEL's form`(text: String, place: String, help: String) {
    let problem = problem(text)
    #expect(part(text, problem)?.hasPrefix(place) == true, "\(problem?.message ?? "no problem")")
    #expect(problem?.help == help)
  }

  @Test(arguments: ["a?.5:1", "a ? [1] : [2]", "a?[1]:[2]", "a ? .b : .c", "a ? b : c ? d : e"])
  func `a condition is one, however its blanks are set`(text: String) {
    #expect(problem(text) == nil)
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
