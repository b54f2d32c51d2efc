import CEL
import Testing

@Suite struct CheckerTests {
  private var scope: Scope {
    let query = StaticType.object(
      .init(
        name: "the outcome of `spraying`",
        fields: ["rows": .list(.map(key: .string, value: .dyn)), "count": .int, "ok": .bool, "truncated": .bool]))
    let open = StaticType.object(.init(name: "the outcome of `probe`", fields: ["status": .int], isOpen: true))
    return Scope([
      "spraying": query, "probe": open,
      "inputs": .object(.init(name: "`inputs`", fields: ["window": .duration, "n": .int])),
      "now": .timestamp, "any": .dyn, "name": .string, "names": .list(.string),
    ])
  }

  private func problems(_ text: String) throws -> [CEL.Expression.Problem] {
    try CEL.Expression(parsing: text).check(scope).problems
  }

  @Test(arguments: [
    ("sprayng.rows", "sprayng", "there is no `sprayng` here", "did you mean `spraying`?"),
    ("spraying.row.size() > 0", "row", "the outcome of `spraying` has no field `row`", "did you mean `rows`?"),
    ("spraying['rws']", "'rws'", "the outcome of `spraying` has no field `rws`", "did you mean `rows`?"),
    ("has(spraying.rws)", "rws", "the outcome of `spraying` has no field `rws`", "did you mean `rows`?"),
    ("spraying.rows.sise()", "sise", "there is no function `sise`", "did you mean `size`?"),
    ("name.size('x')", "size", "there is no `string.size(string)`", nil),
    ("spraying.count > 'x'", "spraying.count > 'x'", "there is no `int > string`", nil),
    ("spraying.count == 'x'", "spraying.count == 'x'", "int and string are never equal", nil),
    (
      "spraying.count + 1.0", "spraying.count + 1.0", "there is no `int + double`",
      "convert one of them: `double(x)`, `int(x)`"
    ),
    ("spraying.count && true", "spraying.count", "this is int, not bool", nil),
    ("!name", "name", "this is string, not bool", nil),
    ("name ? 1 : 2", "name", "this is string, not bool", nil),
    ("name.all(x, true)", "name", "this is string, not a list or map", nil),
    ("names.all(x, x)", "x", "this is string, not bool", nil),
    ("names.exists(x, y == 1)", "y", "there is no `y` here", nil),
    ("1 in names", "1 in names", "a list of string never has int in it", nil),
    ("names['a']", "'a'", "a list's index is int, not string", nil),
    ("name.matches('(')", "'('", "this regular expression can't be used: missing ): (", nil),
    (
      "now - duration('1y') > now", "'1y'", "this is not a duration, or one beyond 292 years",
      "write it like `90s` or `1h30m`; a day is `24h`"
    ),
    ("now > inputs.window", "now > inputs.window", "there is no `timestamp > duration`", nil),
    ("-name", "-name", "`-` takes int, double or decimal, not string", nil),
    ("{[1]: 2}", "[1]", "a map's key can't be list(int)", "bool, int, uint, decimal or string"),
    ("cidr('10.0.0.0/40')", "'10.0.0.0/40'", "this text is not a block of addresses", "write it like `10.0.0.0/8`"),
  ])
  func `tells what is wrong, where, and what may be meant`(
    text: String, place: String, message: String, help: String?
  ) throws {
    let found = try problems(text)
    let problem = try #require(found.first)
    #expect(found.count == 1, "\(found.map(\.message))")
    #expect(String(decoding: Array(text.utf8)[problem.range], as: UTF8.self) == place)
    #expect(problem.message == message)
    if let help { #expect(problem.help == help) }
  }

  @Test(arguments: [
    "spraying.rows.size() > inputs.n", "spraying.rows.all(r, r.n > 1 && r['x'] == 'a')", "probe.other.deep[0] == 1",
    "any.x + 1",
    "any == 1 || any == 'x'", "spraying.count == 1.0", "name == null", "now - inputs.window < now",
    "names.map(n, size(n)).max() > 3",
    "names.filter(n, n != '')[0].startsWith('a')", "cel.bind(x, names, x.size() == 1)", "has(probe.whatever)",
    "type(any) == string",
    "{'a': 1}.a == 1", "[1, 'a'][1] == 'a'", "optional.of(1).orValue(2) + 1", "names.first().orValue('x').size()",
    "age(now) > duration('5m')", "json(name).a.b", "quantity(name) > 3", "ip(name).family() == 4",
    "names.?[0] == 1 || true",
    "spraying.?rows.orValue([]).size()", "'%d'.format([1])", "any.map(x, x.y).sum() > 1", "names.sort() == names",
    "{'a': 1}.exists(k, v, k == 'a' && v == 1)", "names.transformList(i, n, i + n.size())",
  ])
  func `finds nothing wrong with what may work`(text: String) throws {
    guard let expression = try? CEL.Expression(parsing: text) else { return }
    #expect(expression.check(scope).problems.isEmpty, "\(expression.check(scope).problems.map(\.message))")
  }

  @Test(arguments: [
    ("spraying.rows.size() > 0", StaticType.bool), ("any", .dyn), ("spraying.count + 1", .int),
    ("names.map(n, n.size())", .list(.int)),
    ("true ? 1 : 'a'", .dyn), ("names[0]", .string), ("now - now", .duration), ("any && any", .bool),
    ("{'a': 1}", .map(key: .string, value: .int)), ("names.first()", .optional(.string)), ("[1, 'a']", .list(.dyn)),
  ])
  func `knows the type`(text: String, type: StaticType) throws {
    #expect(try CEL.Expression(parsing: text).check(scope).type == type)
  }
}
