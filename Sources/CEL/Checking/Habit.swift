/// Forms that authors of other languages write, and CEL's own.
enum Habit {
  /// Of a function that is not there.
  static func function(_ name: String) -> String? {
    if let form = Macro.forms.first(where: { $0.name == name })?.form { return "write `\(form)`" }
    return functions[name]
  }

  /// Of a field that a list, a text or a number does not have.
  static func field(_ name: String) -> String? {
    switch name {
    case "length", "size", "count", "len", "Length", "Count": "write `size()`"
    case "first": "write `[0]`"
    case "last": "write `[x.size() - 1]`"
    default: nil
    }
  }

  /// Of a name that nothing has.
  static func name(_ name: String) -> String? {
    switch name {
    case "True", "TRUE": "write `true`"
    case "False", "FALSE": "write `false`"
    case "None", "nil", "NULL", "Null", "undefined", "nullptr": "write `null`; `has(a.b)` asks whether a field is there"
    case "NaN", "nan": "write `math.isNaN(x)`"
    default: nil
    }
  }

  /// Of a word where an operator belongs, or the end.
  static func word(_ word: String) -> String? { words[word] ?? words[word.lowercased()] }

  private static let condition = "write `condition ? one : other`"
  private static let macros = "`all`, `exists`, `filter` and `map` go over a list: `list.exists(x, x > 1)`"
  static let macroComma = "a macro takes a comma: `list.all(p, p.ok)`"

  private static let words: [String: String] = [
    "and": "write `&&`", "or": "write `||`", "not": "write `!x`, `!(x in list)`", "is": "write `==` or `!=`",
    "eq": "write `==`", "ne": "write `!=`", "lt": "write `<`", "le": "write `<=`", "gt": "write `>`",
    "ge": "write `>=`", "mod": "write `%`", "if": condition, "then": condition, "else": condition, "unless": condition,
    "like": "write `x.contains('…')` or `x.matches('…')`", "contains": "write `x.contains('…')`",
    "startswith": "write `x.startsWith('…')`", "endswith": "write `x.endsWith('…')`",
    "matches": "write `x.matches('…')`", "between": "write `a <= x && x <= b`", "for": macros, "lambda": macroComma,
    "while": macros, "function": macroComma, "var": "write `cel.bind(name, value, expression)`",
    "let": "write `cel.bind(name, value, expression)`", "const": "write `cel.bind(name, value, expression)`",
  ]

  private static let functions: [String: String] = [
    "len": "write `size(x)` or `x.size()`", "length": "write `size(x)` or `x.size()`",
    "count": "write `size(x)` or `x.filter(y, …).size()`", "any": "write `list.exists(x, …)`",
    "some": "write `list.exists(x, …)`", "every": "write `list.all(x, …)`", "none": "write `!list.exists(x, …)`",
    "where": "write `list.filter(x, …)`", "select": "write `list.filter(x, …)` or `list.map(x, …)`",
    "includes": "write `value in list`, or `text.contains('…')`", "contains": "write `value in list`",
    "include": "write `value in list`, or `text.contains('…')`", "has_key": "write `'key' in map`",
    "hasOwnProperty": "write `'key' in map`, or `has(a.b)`", "containsKey": "write `'key' in map`",
    "get": "write `map[?'key'].orValue(…)`", "not": "write `!x`", "str": "write `string(x)`",
    "toString": "write `string(x)`", "float": "write `double(x)`", "parseInt": "write `int(x)`",
    "parseFloat": "write `double(x)`", "Number": "write `double(x)`", "boolean": "write `bool(x)`",
    "lower": "write `lowerAscii()`", "toLowerCase": "write `lowerAscii()`", "downcase": "write `lowerAscii()`",
    "upper": "write `upperAscii()`", "toUpperCase": "write `upperAscii()`", "upcase": "write `upperAscii()`",
    "strip": "write `trim()`", "match": "write `matches('…')`", "test": "write `matches('…')`",
    "isEmpty": "write `size() == 0`", "empty": "write `size() == 0`", "is_empty": "write `size() == 0`",
    "coalesce": "write `a[?'key'].orValue(…)`, or `has(a.b) ? a.b : …`",
    "nvl": "write `a[?'key'].orValue(…)`, or `has(a.b) ? a.b : …`",
    "default": "write `a[?'key'].orValue(…)`, or `has(a.b) ? a.b : …`",
    "exist": "write `list.exists(x, …)`, or `has(a.b)`", "defined": "write `has(a.b)`", "isset": "write `has(a.b)`",
    "first_or_null": "write `list[?0]`", "keys": "write `map.map(key, key)`",
    "values": "write `map.map(key, map[key])`",
    "now": "write `now`, without parentheses", "date": "write `timestamp('2026-01-01T00:00:00Z')`",
    "avg": "write `sum(x) / size(x)`", "average": "write `sum(x) / size(x)`", "abs": "write `math.abs(x)`",
    "ceil": "write `math.ceil(x)`", "floor": "write `math.floor(x)`", "round": "write `math.round(x)`",
    "reduce": "write `sum(list)`, `min(list)` or `max(list)`", "replaceAll": "write `replace(…)`",
    "substr": "write `substring(…)`", "fromJson": "write `json(text)`", "parse_json": "write `json(text)`",
  ]
}
