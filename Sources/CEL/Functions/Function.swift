/// A function of the language: the evaluator calls it, the checker knows it, the reference page lists it.
struct Function: Sendable {
  /// Where the reference page lists it.
  enum Chapter: String, Sendable, CaseIterable {
    case standard = "Standard"
    case time = "Time"
    case strings = "Texts"
    case lists = "Lists"
    case numbers = "Numbers"
    case encoders = "Encoders"
    case optionals = "Optionals"
    case network = "Addresses"
    case own = "Of this tool"
  }

  /// With dots where it stands in a namespace: `math.abs`.
  let name: String
  let chapter: Chapter
  /// One line of Markdown.
  let summary: String
  let overloads: [Overload]

  init(_ name: String, _ chapter: Chapter, _ summary: String, _ overloads: [Overload]) {
    self.name = name
    self.chapter = chapter
    self.summary = summary
    self.overloads = overloads
  }

  /// All functions by chapter.
  static let all: [Function] =
    standard + conversions + time + strings + lists + numbers + encoders + optionals + network + own

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  static func named(_ name: String) -> Function? { byName[name] }

  static var names: [String] { Array(byName.keys) }

  /// The value for `arguments`, the first of which is the target of a method.
  func apply(_ arguments: [Value], isMethod: Bool, _ evaluator: Evaluator) throws(Fault) -> Value {
    for overload in overloads where overload.isMethod == isMethod && overload.takes(arguments) {
      return try overload.body(arguments, evaluator)
    }
    throw noOverload(arguments.map(\.typeName.name), isMethod: isMethod)
  }

  /// That no overload takes these types, and which do.
  func noOverload(_ types: [String], isMethod: Bool) -> Fault {
    let given =
      isMethod
      ? "\(types[0]).\(name)(\(types.dropFirst().joined(separator: ", ")))"
      : "\(name)(\(types.joined(separator: ", ")))"
    let known = overloads.map { "`\($0.signature(name))`" }
    return Fault("there is no `\(given)`", help: "there is " + known.prefix(4).joined(separator: ", "))
  }
}

/// One way to call a function.
struct Overload: Sendable {
  typealias Body = @Sendable ([Value], Evaluator) throws(Fault) -> Value

  /// Called as `parameters[0].name(parameters[1…])`.
  let isMethod: Bool
  let parameters: [TypePattern]
  /// Whether the last parameter may come any number of times, once at least.
  let isVariadic: Bool
  let result: TypePattern
  let body: Body

  static func function(
    _ parameters: TypePattern..., to result: TypePattern, variadic: Bool = false, _ body: @escaping Body
  ) -> Overload {
    Overload(isMethod: false, parameters: parameters, isVariadic: variadic, result: result, body: body)
  }

  static func method(_ parameters: TypePattern..., to result: TypePattern, _ body: @escaping Body) -> Overload {
    Overload(isMethod: true, parameters: parameters, isVariadic: false, result: result, body: body)
  }

  func takes(_ arguments: [Value]) -> Bool {
    guard arguments.count == parameters.count || isVariadic && arguments.count > parameters.count else { return false }
    for (position, argument) in arguments.enumerated()
    where !parameters[min(position, parameters.count - 1)].takes(argument) { return false }
    return true
  }

  /// As the reference page and messages write it.
  func signature(_ name: String) -> String {
    let rest = parameters.dropFirst(isMethod ? 1 : 0).map(\.description).joined(separator: ", ")
    let call = isMethod ? "\(parameters[0]).\(name)" : name
    return "\(call)(\(rest)\(isVariadic ? ", …" : "")) -> \(result)"
  }
}

/// A type in a function's signature. Letters stand for any type, the same one wherever the letter is.
indirect enum TypePattern: Sendable, Hashable, CustomStringConvertible {
  case dyn, null, bool, int, uint, double, decimal, string, bytes, timestamp, duration, type, ip, cidr
  /// int, uint, double or decimal.
  case number
  case list(TypePattern)
  case map(TypePattern, TypePattern)
  case optional(TypePattern)
  case any(String)

  static let a = TypePattern.any("A")

  /// Whether a value may be this, by its outermost type.
  func takes(_ value: Value) -> Bool {
    switch (self, value) {
    case (.dyn, _), (.any, _), (.null, .null), (.bool, .bool), (.int, .int), (.uint, .uint), (.double, .double),
      (.decimal, .decimal),
      (.string, .string), (.bytes, .bytes), (.timestamp, .timestamp), (.duration, .duration), (.type, .type),
      (.ip, .ip),
      (.cidr, .cidr), (.list, .list), (.map, .map), (.optional, .optional), (.number, .int), (.number, .uint),
      (.number, .double), (.number, .decimal):
      true
    default: false
    }
  }

  var description: String {
    switch self {
    case .dyn: "dyn"
    case .null: "null_type"
    case .bool: "bool"
    case .int: "int"
    case .uint: "uint"
    case .double: "double"
    case .decimal: "decimal"
    case .string: "string"
    case .bytes: "bytes"
    case .timestamp: "timestamp"
    case .duration: "duration"
    case .type: "type"
    case .ip: "ip"
    case .cidr: "cidr"
    case .number: "number"
    case .list(let element): "list(\(element))"
    case .map(let key, let value): "map(\(key), \(value))"
    case .optional(let value): "optional(\(value))"
    case .any(let letter): letter
    }
  }
}
