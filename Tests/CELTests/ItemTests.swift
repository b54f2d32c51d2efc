import CEL
import Testing

/// A problem within a macro says at which item it was met.
@Suite struct ItemTests {
  private static let pods: Value = [
    ["metadata": ["name": "web-a", "labels": ["app/version": "1.4"]]],
    ["metadata": ["name": "web-b", "labels": ["app": "x"]]],
  ]

  private func problem(_ text: String, _ more: [String: Value] = [:]) throws -> CEL.Expression.Problem? {
    let expression = try CEL.Expression(parsing: text)
    do throws(CEL.Expression.Problem) {
      _ = try expression.evaluate(Bindings(["pods": Self.pods].merging(more) { $1 }))
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    "pods.all(p, p.metadata.labels['app/version'] == '1.4')", "pods.exists(p, p.metadata.labels['app/version'] == '9')",
    "pods.filter(p, p.metadata.labels['app/version'] == '1.4')", "pods.map(p, p.metadata.labels['app/version'])",
    "pods.exists_one(p, p.metadata.labels['app/version'] == '1.4')",
    "pods.all(i, p, p.metadata.labels['app/version'] == '1.4')", "pods.sortBy(p, p.metadata.labels['app/version'])",
    "pods.map(p, p.metadata.labels['app/version'] == '1.4', p)",
  ])
  func `a key that one item lacks is named with the item`(text: String) throws {
    let problem = try problem(text)
    #expect(problem?.message == "there is no key 'app/version' (item `web-b`, position 1)")
  }

  @Test(arguments: [
    ("[1, 0].map(x, 1 / x)", "this divides by zero (item `0`, position 1)"),
    ("{'a': 1, 'b': 0}.all(k, {'a': 1}[k] > 0)", "there is no key 'b' (key b)"),
    ("[{'id': 7}].map(x, x.name)", "there is no field `name` (item `7`, position 0)"),
    ("[[1]].map(x, x[1])", "there is no element 1 in a list of 1 (position 0)"),
    ("['a'].map(x, [1].map(y, y / 0))", "this divides by zero (item `1`, position 0) (item `a`, position 0)"),
  ])
  func `an item is called by its name, its own text or its place`(text: String, message: String) throws {
    #expect(try problem(text)?.message == message)
  }

  @Test func `what decides absorbs the problem all the same`() throws {
    #expect(try problem("pods.exists(p, p.metadata.labels['app/version'] == '1.4')") == nil)
  }

  @Test(arguments: [
    ("pods.any(p, true)", "exists"), ("len(pods) > 0", "size"), ("pods.length() > 0", "size"),
    ("pods.every(p, true)", "all"), ("not(true)", "!x"), ("pods.all(true)", "list.all(x, p)"),
    ("str(1)", "string(x)"), ("coalesce(1, 2)", "orValue"),
  ])
  func `a function of another language leads to CEL's`(text: String, word: String) throws {
    let (_, problems) = try CEL.Expression(parsing: text).check(Scope(["pods": .dyn]))
    #expect(problems.contains { $0.help?.contains(word) == true }, "\(problems)")
  }

  @Test func `the length of a list is its size`() throws {
    #expect(try problem("pods.length")?.help == "write `size()`")
    let (_, problems) = try CEL.Expression(parsing: "pods.length > 0").check(Scope(["pods": .list(.dyn)]))
    #expect(problems.map(\.help) == ["write `size()`"])
  }
}
