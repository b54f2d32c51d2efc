import CEL
import Testing

@Suite struct EvaluationTests {
  /// A step that was skipped, one that ran, and its unknown part.
  private var bindings: Bindings {
    var skipped = MapValue([("ok", false), ("state", "skipped")])
    skipped.absent = Unknown(["`spraying` was skipped"])
    let check: Value = ["yes": .unknown(Unknown(["`attack` is unknown"])), "verdict": "unknown"]
    return Bindings(
      ["skipped": .map(skipped), "check": check, "rows": [["n": 1], ["n": 5]], "nothing": .null],
      now: Timestamp(seconds: 1000))
  }

  private func value(_ text: String) throws -> Value {
    try CEL.Expression(parsing: text).evaluate(bindings)
  }

  @Test(arguments: [
    "skipped.rows", "skipped.rows.size() > 0", "skipped['rows']", "skipped.?rows", "has(skipped.rows)",
    "'rows' in skipped",
    "skipped.rows + [1]", "[skipped.rows]", "{'a': skipped.rows}", "skipped.rows.map(x, x)", "skipped.value == 1",
    "skipped.value != 1", "check.yes && true", "check.yes || false", "!check.yes", "check.yes ? 1 : 2",
    "-skipped.value",
    "true && skipped.x", "[1, 2].all(x, check.yes)", "rows.exists(r, r.n == skipped.n)", "skipped.rows.exists(r, true)",
    "rows.filter(r, check.yes)", "cel.bind(a, skipped.x, a)", "skipped.x.orValue(1)", "1 in [skipped.x, 1]",
    "skipped.all(k, k == 'ok')", "check.yes == check.yes", "1/0 == 1 || check.yes", "size(skipped) > 1",
    "{'a': check} == {'a': {'yes': true, 'verdict': 'unknown'}}",
  ])
  func `a field of a step that did not run is unknown, and what depends on it`(text: String) throws {
    guard case .unknown(let unknown) = try value(text) else {
      Issue.record("\(text) is \(try value(text))")
      return
    }
    #expect(!unknown.reasons.isEmpty)
  }

  @Test(arguments: [
    "skipped.ok == false", "skipped.state == 'skipped'", "true || skipped.rows", "skipped.rows || true",
    "!(skipped.rows && false)", "true ? true : skipped.x", "[1, 2].exists(x, x == 2 || skipped.y)",
    "![1, 2].all(x, check.yes && x == 1)", "check.verdict == 'unknown'", "has(skipped.ok)",
    "cel.bind(a, skipped.x, true)",
    "{'a': check} != {'a': {'yes': true, 'verdict': 'no'}}", "[1, 2] != [skipped.x, 2] || true",
    "(1 / 0 == 0) || true", "!((1 / 0 == 0) && false)",
  ])
  func `and, or and the conditional absorb an unknown where the other side decides`(text: String) throws {
    #expect(try value(text) == true)
  }

  @Test(arguments: [
    "cel.bind(a, 1 / 0, true)", "cel.bind(a, skipped.x, true)",
    "cel.bind(a, rows[9].n, rows.size() > 9 ? a > 1 : true)",
    "cel.bind(a, 1, cel.bind(b, a + 1, [5].all(a, b == 2 && a == 5)))", "cel.bind(a, 1, cel.bind(a, a + 1, a == 2))",
    "cel.bind(a, rows.size(), [1, 2].map(i, i + a) == [3, 4])",
    "[1, 2].map(i, cel.bind(a, i * 2, a + a)) == [4, 8]",
  ])
  func `what is bound is evaluated when it is read, with the names around it`(text: String) throws {
    #expect(try value(text) == true)
  }

  @Test func `unknowns name all their reasons once`() throws {
    #expect(
      try value("check.yes && skipped.a && skipped.b")
        == .unknown(Unknown(["`attack` is unknown", "`spraying` was skipped"])))
  }

  @Test(arguments: [
    ("rows[0].nn > 1", "rows[0].nn", "there is no field `nn`"), ("row.size()", "row", "there is no `row` here"),
    ("1 + 1 / 0", "1 / 0", "this divides by zero"), ("rows[7]", "rows[7]", "there is no element 7 in a list of 2"),
    ("rows.sizes()", "sizes", "there is no function `sizes`"), ("'a' + 1", "'a' + 1", "there is no `string + int`"),
    ("1 + 1.0", "1 + 1.0", "there is no `int + double`"),
    ("rows.map(r, r.x)", "r.x", "there is no field `x` (position 0)"),
    ("true && 1", "1", "this is int, not bool"), ("nothing.x", "nothing.x", "null_type has no field `x`"),
    ("'a'.size(1)", "'a'.size(1)", "there is no `string.size(int)`"),
    ("{1: 2, 1u: 3}", "1u", "the key 1 is there twice"),
    ("9223372036854775807 + 1", "9223372036854775807 + 1", "the result is beyond 64 bits"),
    ("rows.sort()", "rows.sort()", "map and map can't be sorted together"),
    ("duration('1y')", "duration('1y')", "this is not a duration, or one beyond 292 years"),
    ("'a'.matches('(')", "'a'.matches('(')", "this regular expression can't be used: missing ): ("),
  ])
  func `an error says where and why`(text: String, place: String, message: String) throws {
    let problem = #expect(throws: CEL.Expression.Problem.self) { try value(text) }
    let range = try #require(problem).range
    #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == place)
    #expect(problem?.message == message)
  }

  @Test func `a slip of the pen is answered with the right name`() throws {
    func help(_ text: String) -> String? {
      do throws(CEL.Expression.Problem) {
        _ = try CEL.Expression(parsing: text).evaluate(bindings)
        return nil
      } catch {
        return error.help
      }
    }
    #expect(help("rwos.size()") == "did you mean `rows`?")
    #expect(help("check.verdikt") == "did you mean `verdict`?")
    #expect(help("rows.sise()") == "did you mean `size`?")
    #expect(help("xyzzy") == nil)
  }

  @Test func `a NaN is never more, less or equal where the specification is asked for`() throws {
    var bindings = bindings
    bindings.comparesNaN = true
    for mark in ["<", "<=", ">", ">=", "=="] {
      #expect(try CEL.Expression(parsing: "0.0/0.0 \(mark) 1.0").evaluate(bindings) == false)
    }
  }

  @Test func `base64 is read with the line ends that programs put into it`() throws {
    #expect(try value("base64.decode('YWJj\\nZGVm\\r\\n')") == .bytes(Array("abcdef".utf8)))
    #expect(throws: CEL.Expression.Problem.self) { try value("base64.decode('YW Jj')") }
  }

  @Test func `texts of any code points pass through every function`() throws {
    #expect(try value("'a\\u0000b'.size()") == 3)
    #expect(try value("'e\\u0301'.size()") == 2)
    #expect(try value("'e\\u0301' == '\\u00e9'") == false)
    #expect(try value("'e\\u0301x'.substring(1)") == "\u{301}x")
    #expect(try value("'\\r\\n'.size()") == 2)
    #expect(try value("'👨‍👩‍👧'.size()") == 5)
    #expect(try value("'e\\u0301'.contains('e')") == true)
    #expect(try value("'ab\\u0000c'.matches('b.c')") == true)
  }
}
