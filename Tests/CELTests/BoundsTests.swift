import CEL
import Testing

@Suite struct BoundsTests {
  private func message(_ text: String, _ change: (inout Limits) -> Void = { _ in }) -> String? {
    var limits = Limits()
    // The other bounds must be met first, on a busy machine too.
    limits.time = .seconds(60)
    change(&limits)
    let numbers = Value.list((0..<10_000).map { .int($0) })
    let values: [String: Value] = ["big": numbers, "text": .string(String(repeating: "abcdefghi ", count: 100_000))]
    do throws(CEL.Expression.Problem) {
      _ = try CEL.Expression(parsing: text).evaluate(Bindings(values, limits: limits))
      return nil
    } catch {
      return error.message
    }
  }

  @Test(arguments: [
    "big.all(a, big.all(b, big.all(c, true)))", "big.map(a, big.map(b, text.contains('zz'))).size()",
    "big.all(a, text == text)", "big.all(a, big.sort() != [])", "big.all(a, big == big)", "big.map(a, text.split(''))",
    "big.all(a, text.findAll('a') != [])", "big.exists(a, big.exists(b, 1 / 0 == 1))", "big.map(a, text.reverse())",
    "big.map(a, big.distinct())", "big.map(a, '%s'.format([big]))", "big.map(a, big + big)", "big.map(a, a in big)",
    "big.map(a, fingerprint(big))", "big.map(a, text.matches('(x+x+)+y'))", "big.map(a, json(text))",
  ])
  func `work without end stops at the bound of time or of steps`(text: String) {
    let message = message(text) { $0.time = .milliseconds(50) }
    #expect(message?.contains("takes") == true || message?.contains("no valid JSON") == true, "\(message ?? "nothing")")
  }

  @Test func `steps are bounded`() {
    #expect(message("big.map(a, a)") { $0.steps = 1000 } == "this takes more than 1000 steps")
  }

  @Test func `nothing absorbs a passed bound`() {
    #expect(message("big.all(a, true) || true") { $0.steps = 1000 } == "this takes more than 1000 steps")
  }

  @Test func `texts and lists are bounded`() {
    #expect(message("text + text") { $0.size = 1_000_000 } == "this builds a text of more than 1000000 bytes")
    #expect(message("big.map(x, text).join('')") == "this builds a text of more than 10000000 bytes")
    #expect(
      message("'%s%s'.format([text, text])") { $0.size = 1_000_000 } == "this builds a text of more than 1000000 bytes")
    #expect(message("text.replace('', 'xxxxxxxxxxxxxxxxxxxxxxx')") == "this builds a text of more than 10000000 bytes")
    #expect(message("lists.range(1000001)") == "this builds a list or map of more than 1000000 elements")
    #expect(message("lists.range(9223372036854775807)") == "this builds a list or map of more than 1000000 elements")
    #expect(message("big + big") { $0.elements = 15_000 } == "this builds a list or map of more than 15000 elements")
    #expect(message("'%.1001f'.format([1.0])") == "the digits of a clause are a number up to 1000")
  }

  /// Ten elements that are each the ten of the level before, `depth` levels.
  private func bomb(_ depth: Int, _ body: String) -> String {
    var text = body
    for level in (1..<depth).reversed() {
      let inner = Array(repeating: "a\(level - 1)", count: 10).joined(separator: ",")
      text = "cel.bind(a\(level), [\(inner)], \(text))"
    }
    return "cel.bind(a0, [0,0,0,0,0,0,0,0,0,0], \(text))"
  }

  @Test func `a small expression with a giant value is refused`() {
    #expect(message(bomb(12, "a11")) == "the result is larger than 64000000 bytes")
    for use in ["a11 == a11", "fingerprint(a11)", "'%s'.format([a11])", "a11.flatten(100)", "[a11].distinct()"] {
      let message = message(bomb(12, use)) { $0.time = .milliseconds(50) }
      #expect(message != nil, "\(use)")
    }
  }

  /// As many nested bindings, each of the one around it, `nesting` levels deep.
  private func chain(_ count: Int, nesting: Int) -> String {
    let (open, close) = (String(repeating: "[", count: nesting), String(repeating: "][0]", count: nesting))
    var text = "a\(count)"
    for level in (1...count).reversed() {
      let inner = level == 1 ? "1" : "\(open)a\(level - 1)\(close)"
      text = "cel.bind(a\(level), \(inner), \(text))"
    }
    return text
  }

  @Test func `bindings of bindings are bounded, and evaluated once`() {
    #expect(message(chain(60, nesting: 1)) == nil)
    #expect(message(chain(60, nesting: 15)) == "`cel.bind` nests deeper than 200 levels here")
    #expect(message(chain(60, nesting: 15) + " == 1 || true") == "`cel.bind` nests deeper than 200 levels here")
    let doubled = (1...60).reversed().reduce("a60") { "cel.bind(a\($1), a\($1 - 1) + a\($1 - 1), \($0))" }
    #expect(message("cel.bind(a0, 0, \(doubled))") { $0.steps = 1000 } == nil)
    let failing = (1...60).reversed().reduce("a60") { "cel.bind(a\($1), a\($1 - 1) || a\($1 - 1), \($0))" }
    #expect(message("cel.bind(a0, 1 / 0 == 1, \(failing))") { $0.steps = 1000 } == "this divides by zero")
  }

  @Test func `large regular expressions are refused`() {
    #expect(message("'a'.matches('((a{1,100}){1,100}){1,100}')") != nil)
    #expect(message("text.matches('(a|b|c|d)*x{1,500}')")?.contains("too large") == true)
  }

  @Test func `integers at their ends don't trap`() {
    let ends = [
      "-9223372036854775808", "9223372036854775807", "18446744073709551615u", "0", "-1", "0u", "1e308", "-0.0",
    ]
    for one in ends {
      for other in ends {
        for mark in ["+", "-", "*", "/", "%", "<", "=="] { _ = message("\(one) \(mark) (\(other))") }
        for call in [
          "'abc'.substring(X, Y)", "'abc'.charAt(X)", "'abc'.indexOf('', X)", "'abc'.lastIndexOf('a', X)",
          "[1,2].slice(X, Y)", "[1][X]", "math.bitShiftLeft(X, Y)", "math.bitShiftRight(X, Y)", "'a,b'.split(',', X)",
          "'aaa'.replace('a', 'b', X)", "[[1]].flatten(X)", "lists.range(X)", "timestamp(X)", "math.abs(X)", "int(X)",
          "uint(X)",
          "'%d %x %b %o %e %f'.format([X, X, X, X, X, X])", "'a'.findAll('a', X)", "{X: 1}[Y]",
        ] where call.contains("Y") || other == ends[0] {
          _ = message(call.replacing("X", with: one).replacing("Y", with: other))
        }
      }
    }
  }
}
