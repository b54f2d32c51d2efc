/// The calls that are not functions: they bind names or look at the form of their arguments.
///
/// Source: the CEL specification, "Macros", and the extensions for bindings, optionals and two-variable comprehensions.
enum Macro {
  /// All of them, for the reference page.
  static let forms: [(name: String, form: String, summary: String)] = [
    ("has", "has(a.b)", "Whether the field is there."),
    (
      "all", "list.all(x, p)",
      "Whether `p` holds for every element or key; an error is absorbed by one that it fails for."
    ),
    ("all", "list.all(i, x, p)", "The same with the index or key as `i`."),
    (
      "exists", "list.exists(x, p)",
      "Whether `p` holds for one at least; an error is absorbed by one that it holds for."
    ),
    ("exists", "list.exists(i, x, p)", "The same with the index or key as `i`."),
    ("exists_one", "list.exists_one(x, p)", "Whether `p` holds for exactly one."),
    ("existsOne", "list.existsOne(i, x, p)", "The same with the index or key as `i`."),
    ("map", "list.map(x, f)", "The list of `f` for every element or key."),
    ("map", "list.map(x, p, f)", "The list of `f` for those for which `p` holds."),
    ("filter", "list.filter(x, p)", "Those for which `p` holds."),
    ("transformList", "list.transformList(i, x, f)", "The list of `f`, with the index or key as `i`."),
    ("transformList", "list.transformList(i, x, p, f)", "The same of those for which `p` holds."),
    ("transformMap", "map.transformMap(k, x, f)", "The map with `f` for every value."),
    ("transformMap", "map.transformMap(k, x, p, f)", "The same of those for which `p` holds."),
    ("transformMapEntry", "map.transformMapEntry(k, x, {key: f})", "The map of the entries that are built."),
    ("transformMapEntry", "map.transformMapEntry(k, x, p, {key: f})", "The same of those for which `p` holds."),
    ("sortBy", "list.sortBy(x, key)", "In ascending order of `key`."),
    ("bind", "cel.bind(x, value, body)", "`body` with `x` for the value, which is evaluated when `x` is first read."),
    ("optMap", "optional.optMap(x, f)", "The optional of `f` of the value, if there is one."),
    ("optFlatMap", "optional.optFlatMap(x, f)", "`f` of the value, which is an optional itself, if there is one."),
  ]

  /// The macro `name(arguments)` or `target.name(arguments)`, or nil.
  static func expand(
    _ name: String, target: Node?, arguments: [Node], range: Range<Int>
  ) throws(Expression.Problem) -> Node.Kind? {
    guard let target else { return name == "has" ? try has(arguments, range) : nil }
    switch (name, arguments.count) {
    case ("bind", 3) where target.path?.text == "cel":
      return .bind(try variable(arguments[0]), arguments[1], arguments[2])
    case ("optMap", 2), ("optFlatMap", 2):
      return .optionalMap(target, try variable(arguments[0]), arguments[1], isFlat: name == "optFlatMap")
    case ("sortBy", 2):
      return try loop(.sortBy, target, [arguments[0]], nil, arguments[1])
    case ("all", 2), ("exists", 2), ("filter", 2), ("map", 2), ("exists_one", 2), ("existsOne", 2):
      guard let macro = named(name) else { return nil }
      return try loop(macro, target, [arguments[0]], nil, arguments[1])
    case ("map", 3):
      return try loop(.map, target, [arguments[0]], arguments[1], arguments[2])
    case ("all", 3), ("exists", 3), ("exists_one", 3), ("existsOne", 3), ("transformList", 3), ("transformMap", 3),
      ("transformMapEntry", 3):
      guard let macro = named(name) else { return nil }
      return try loop(macro, target, [arguments[0], arguments[1]], nil, arguments[2])
    case ("transformList", 4), ("transformMap", 4), ("transformMapEntry", 4):
      guard let macro = named(name) else { return nil }
      return try loop(macro, target, [arguments[0], arguments[1]], arguments[2], arguments[3])
    default:
      return nil
    }
  }

  private static func named(_ name: String) -> Node.Loop.Macro? {
    name == "exists_one" ? .existsOne : Node.Loop.Macro(rawValue: name)
  }

  private static func has(_ arguments: [Node], _ range: Range<Int>) throws(Expression.Problem) -> Node.Kind {
    if arguments.count == 1, case .select(let selection) = arguments[0].kind { return .has(selection) }
    let help =
      "of a field write `has(a.b)`, of a key `'key' in map`; `map[?'key'].orValue('')` gives its value where it is there"
    throw Expression.Problem("`has` asks for a field", range, help: help)
  }

  private static func loop(
    _ macro: Node.Loop.Macro, _ range: Node, _ variables: [Node], _ filter: Node?, _ body: Node
  ) throws(Expression.Problem) -> Node.Kind {
    let first = try variable(variables[0])
    let second = variables.count > 1 ? try variable(variables[1]) : nil
    if first == second {
      throw Expression.Problem("the two names must differ", variables[1].range)
    }
    return .loop(Node.Loop(macro: macro, range: range, first: first, second: second, filter: filter, body: body))
  }

  private static func variable(_ node: Node) throws(Expression.Problem) -> String {
    if case .name(let name, isAbsolute: false) = node.kind { return name }
    throw Expression.Problem("this must be a plain name, the one to bind", node.range)
  }
}
