extension Function {
  /// The functions that the specification itself has, without conversions and those of time.
  static let standard: [Function] = [
    Function(
      "size", .standard, "How many code points, bytes, elements or entries there are.",
      [
        .function(.string, to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .function(.bytes, to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .function(.list(.a), to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .function(.map(.any("K"), .a), to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .method(.string, to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .method(.bytes, to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .method(.list(.a), to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
        .method(.map(.any("K"), .a), to: .int) { (values, evaluator) throws(Fault) in try size(values, evaluator) },
      ]),
    Function(
      "contains", .standard, "Whether the text has the other in it.",
      [
        .method(.string, .string, to: .bool) { (values, evaluator) throws(Fault) in
          let (text, part) = try Arguments(values, evaluator).texts()
          return .bool(Search.first(part, in: text, from: 0) != nil)
        }
      ]),
    Function(
      "startsWith", .standard, "Whether the text begins with the other.",
      [
        .method(.string, .string, to: .bool) { (values, evaluator) throws(Fault) in
          let (text, part) = try Arguments(values, evaluator).texts()
          return .bool(text.starts(with: part))
        }
      ]),
    Function(
      "endsWith", .standard, "Whether the text ends with the other.",
      [
        .method(.string, .string, to: .bool) { (values, evaluator) throws(Fault) in
          let (text, part) = try Arguments(values, evaluator).texts()
          return .bool(text.count >= part.count && text.suffix(part.count).elementsEqual(part))
        }
      ]),
    Function(
      "matches", .standard, "Whether the regular expression (RE2) is found in the text; `^` and `$` ask for all of it.",
      [
        .method(.string, .string, to: .bool) { (values, evaluator) throws(Fault) in try matches(values, evaluator) },
        .function(.string, .string, to: .bool) { (values, evaluator) throws(Fault) in try matches(values, evaluator) },
      ]),
    Function(
      "type", .standard, "The type of a value.", [.function(.a, to: .type) { (values, _) in .type(values[0].typeName) }]
    ),
    Function(
      "dyn", .standard, "The value itself; the checker then takes it as any type.",
      [.function(.a, to: .dyn) { (values, _) in values[0] }]),
  ]

  private static func size(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    switch values[0] {
    case .string(let text):
      try evaluator.charge(text.utf8.count / 64)
      return .int(Int64(text.unicodeScalars.count))
    case .bytes(let bytes): return .int(Int64(bytes.count))
    case .list(let items): return .int(Int64(items.count))
    case .map(let map):
      if let absent = map.absent { return .unknown(absent) }
      return .int(Int64(map.count))
    default: throw Fault("this has no size")
    }
  }

  private static func matches(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let pattern = try evaluator.pattern(arguments.string(1))
    return .bool(try pattern.isFound(in: arguments.string(0), evaluator))
  }
}

/// The arguments of a call, which the overload's types have been checked for.
struct Arguments {
  let values: [Value]
  let evaluator: Evaluator

  init(_ values: [Value], _ evaluator: Evaluator) {
    self.values = values
    self.evaluator = evaluator
  }

  private func mismatch(_ wanted: String) -> Fault { Fault("this must be \(wanted)") }

  /// The text at `position`, its length counted as work.
  func string(_ position: Int) throws(Fault) -> String {
    guard case .string(let text) = values[position] else { throw mismatch("string") }
    try evaluator.charge(text.utf8.count / 64)
    return text
  }

  /// The UTF-8 of the first two arguments.
  func texts() throws(Fault) -> ([UInt8], [UInt8]) {
    (Array(try string(0).utf8), Array(try string(1).utf8))
  }

  /// The code points of the text at `position`.
  func scalars(_ position: Int) throws(Fault) -> [Unicode.Scalar] { Array(try string(position).unicodeScalars) }

  func int(_ position: Int) throws(Fault) -> Int {
    guard case .int(let number) = values[position] else { throw mismatch("int") }
    return Int(number)
  }

  /// The list at `position`, its length counted as work.
  func list(_ position: Int) throws(Fault) -> [Value] {
    guard case .list(let items) = values[position] else { throw mismatch("list") }
    try evaluator.charge(items.count / 16)
    return items
  }

  func bytes(_ position: Int) throws(Fault) -> [UInt8] {
    guard case .bytes(let bytes) = values[position] else { throw mismatch("bytes") }
    try evaluator.charge(bytes.count / 64)
    return bytes
  }

  func timestamp(_ position: Int) throws(Fault) -> Timestamp {
    guard case .timestamp(let timestamp) = values[position] else { throw mismatch("timestamp") }
    return timestamp
  }
}

/// Finding one sequence in another.
enum Search {
  /// Where `part` first begins in `whole` at or behind `start`. Linear time (Knuth, Morris and Pratt).
  static func first<Element: Equatable>(_ part: [Element], in whole: [Element], from start: Int) -> Int? {
    guard start >= 0, start <= whole.count else { return nil }
    if part.isEmpty { return start }
    guard part.count <= whole.count - start else { return nil }
    let borders = borders(part)
    var matched = 0
    for position in start..<whole.count {
      while matched > 0, part[matched] != whole[position] { matched = borders[matched - 1] }
      if part[matched] == whole[position] { matched += 1 }
      if matched == part.count { return position - matched + 1 }
    }
    return nil
  }

  /// For each prefix of `part`, the length of the longest proper one that also ends it.
  private static func borders<Element: Equatable>(_ part: [Element]) -> [Int] {
    var borders = [0]
    for position in 1..<max(1, part.count) {
      var length = borders[position - 1]
      while length > 0, part[length] != part[position] { length = borders[length - 1] }
      borders.append(part[length] == part[position] ? length + 1 : 0)
    }
    return borders
  }
}
