extension Function {
  /// The extension for strings. Positions count code points from 0.
  static let strings: [Function] = [
    Function(
      "charAt", .strings, "The code point at a position, as a text; behind the last one the empty text.",
      [
        .method(.string, .int, to: .string) { (values, evaluator) throws(Fault) in
          let arguments = Arguments(values, evaluator)
          let (scalars, position) = (try arguments.scalars(0), try arguments.int(1))
          guard (0...scalars.count).contains(position) else { throw outOfRange(position, scalars.count) }
          return .string(position == scalars.count ? "" : String(scalars[position]))
        }
      ]),
    Function(
      "indexOf", .strings,
      "Where the other text (or an equal element) first begins, at or behind a position; −1 where nowhere.",
      [
        .method(.string, .string, to: .int) { (values, evaluator) throws(Fault) in try indexOf(values, evaluator) },
        .method(.string, .string, .int, to: .int) { (values, evaluator) throws(Fault) in try indexOf(values, evaluator)
        },
      ]),
    Function(
      "lastIndexOf", .strings, "Where the other text last begins, at or before a position; −1 where nowhere.",
      [
        .method(.string, .string, to: .int) { (values, evaluator) throws(Fault) in try lastIndexOf(values, evaluator) },
        .method(.string, .string, .int, to: .int) { (values, evaluator) throws(Fault) in
          try lastIndexOf(values, evaluator)
        },
      ]),
    Function(
      "join", .strings, "The texts one after the other, with another text between them.",
      [
        .method(.list(.string), to: .string) { (values, evaluator) throws(Fault) in try join(values, evaluator) },
        .method(.list(.string), .string, to: .string) { (values, evaluator) throws(Fault) in try join(values, evaluator)
        },
      ]),
    Function(
      "lowerAscii", .strings, "With the letters A to Z in lower case.",
      [.method(.string, to: .string) { (values, evaluator) throws(Fault) in try ascii(values, 65...90, evaluator) }]),
    Function(
      "upperAscii", .strings, "With the letters a to z in upper case.",
      [.method(.string, to: .string) { (values, evaluator) throws(Fault) in try ascii(values, 97...122, evaluator) }]),
    Function(
      "replace", .strings,
      "With another text for every occurrence, or for the first so many; a negative number means all.",
      [
        .method(.string, .string, .string, to: .string) { (values, evaluator) throws(Fault) in
          try replace(values, evaluator)
        },
        .method(.string, .string, .string, .int, to: .string) { (values, evaluator) throws(Fault) in
          try replace(values, evaluator)
        },
      ]),
    Function(
      "split", .strings, "The parts between occurrences of a text, at most so many; a negative number means all.",
      [
        .method(.string, .string, to: .list(.string)) { (values, evaluator) throws(Fault) in
          try split(values, evaluator)
        },
        .method(.string, .string, .int, to: .list(.string)) { (values, evaluator) throws(Fault) in
          try split(values, evaluator)
        },
      ]),
    Function(
      "substring", .strings, "From a position to the end, or up to another position.",
      [
        .method(.string, .int, to: .string) { (values, evaluator) throws(Fault) in try substring(values, evaluator) },
        .method(.string, .int, .int, to: .string) { (values, evaluator) throws(Fault) in
          try substring(values, evaluator)
        },
      ]),
    Function(
      "trim", .strings, "Without white space (of Unicode) at both ends.",
      [
        .method(.string, to: .string) { (values, evaluator) throws(Fault) in
          let scalars = try Arguments(values, evaluator).scalars(0)
          let start = scalars.firstIndex { !$0.properties.isWhitespace } ?? scalars.count
          let end = scalars.lastIndex { !$0.properties.isWhitespace } ?? start - 1
          return .string(text(scalars[start..<end + 1]))
        }
      ]),
    Function(
      "reverse", .strings, "The code points, or the elements of a list, from the last to the first.",
      [
        .method(.string, to: .string) { (values, evaluator) throws(Fault) in
          .string(text(try Arguments(values, evaluator).scalars(0).reversed()))
        },
        .method(.list(.a), to: .list(.a)) { (values, evaluator) throws(Fault) in
          .list(try Arguments(values, evaluator).list(0).reversed())
        },
      ]),
    Function(
      "strings.quote", .strings, "As a literal of CEL, in double quotes with escapes.",
      [
        .function(.string, to: .string) { (values, evaluator) throws(Fault) in
          .string(Quoting.quoted(try Arguments(values, evaluator).string(0)))
        }
      ]),
    Function(
      "format", .strings,
      "The text with its clauses filled in: `%s` any value, `%d` whole numbers, `%f` and `%e` with `.digits`, `%b`, `%o`, `%x`, `%X`, `%%`.",
      [
        .method(.string, .list(.dyn), to: .string) { (values, evaluator) throws(Fault) in
          let arguments = Arguments(values, evaluator)
          return .string(try Formatter.format(arguments.string(0), arguments.list(1), evaluator))
        }
      ]),
  ]

  private static func outOfRange(_ position: Int, _ count: Int) -> Fault {
    Fault("there is no position \(position) in a text of \(count)")
  }

  static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private static func indexOf(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let (whole, part) = (try arguments.scalars(0), try arguments.scalars(1))
    let start = values.count > 2 ? try arguments.int(2) : 0
    if values.count > 2, part.isEmpty, start >= whole.count, start >= 0 { return .int(Int64(whole.count)) }
    guard (0...whole.count).contains(start) else { throw outOfRange(start, whole.count) }
    return .int(Search.first(part, in: whole, from: start).map(Int64.init) ?? -1)
  }

  private static func lastIndexOf(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let (whole, part) = (try arguments.scalars(0), try arguments.scalars(1))
    let end = values.count > 2 ? try arguments.int(2) : whole.count
    if values.count > 2, part.isEmpty, end >= whole.count { return .int(Int64(whole.count)) }
    guard (0...whole.count).contains(end) else { throw outOfRange(end, whole.count) }
    // Searched backwards: the first of the reversed text.
    let length = min(whole.count, end &+ part.count)
    guard length >= part.count else { return -1 }
    let found = Search.first(Array(part.reversed()), in: Array(whole[..<length].reversed()), from: 0)
    return .int(found.map { Int64(length - $0 - part.count) } ?? -1)
  }

  private static func join(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let separator = values.count > 1 ? try arguments.string(1) : ""
    let items = try arguments.list(0)
    var joined: [UInt8] = []
    for (position, item) in items.enumerated() {
      guard case .string(let text) = item else {
        throw Fault("`join` takes texts, and here is \(item.typeName.name)", help: "map(x, string(x)) before it")
      }
      if position > 0 { joined.append(contentsOf: separator.utf8) }
      joined.append(contentsOf: text.utf8)
      if joined.count > evaluator.limits.size { break }
    }
    try evaluator.build(joined.count)
    return .string(String(decoding: joined, as: UTF8.self))
  }

  private static func ascii(
    _ values: [Value], _ letters: ClosedRange<UInt8>, _ evaluator: Evaluator
  ) throws(Fault) -> Value {
    let bytes = try Arguments(values, evaluator).string(0).utf8.map { letters.contains($0) ? $0 ^ 0x20 : $0 }
    return .string(String(decoding: bytes, as: UTF8.self))
  }

  private static func replace(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let (whole, old, new) = (try arguments.scalars(0), try arguments.scalars(1), try arguments.scalars(2))
    let limit = values.count > 3 ? try arguments.int(3) : -1
    var (result, position, count) = ([Unicode.Scalar](), 0, 0)
    while limit < 0 || count < limit, let found = Search.first(old, in: whole, from: position) {
      result += whole[position..<found]
      result += new
      position = found + old.count
      count += 1
      if old.isEmpty {
        guard position < whole.count else { break }
        result.append(whole[position])
        position += 1
      }
      try evaluator.checkSize(result.count)
      try evaluator.charge(1)
    }
    if position < whole.count { result += whole[position...] }
    try evaluator.build(result.count)
    return .string(text(result))
  }

  private static func split(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let (whole, separator) = (try arguments.scalars(0), try arguments.scalars(1))
    let limit = values.count > 2 ? try arguments.int(2) : -1
    if limit == 0 { return .list([]) }
    var (parts, position) = ([Value](), 0)
    while limit < 0 || parts.count < limit - 1 {
      // An empty separator stands between any two code points.
      let found = separator.isEmpty ? position + 1 : Search.first(separator, in: whole, from: position)
      guard let found, !separator.isEmpty || found < whole.count else { break }
      parts.append(.string(text(whole[position..<found])))
      position = found + separator.count
      try evaluator.charge(2)
      if parts.count > evaluator.limits.elements { break }
    }
    if !separator.isEmpty || !whole.isEmpty { parts.append(.string(text(whole[position...]))) }
    try evaluator.checkElements(parts.count)
    return .list(parts)
  }

  private static func substring(_ values: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    let arguments = Arguments(values, evaluator)
    let (scalars, start) = (try arguments.scalars(0), try arguments.int(1))
    let end = values.count > 2 ? try arguments.int(2) : scalars.count
    guard (0...scalars.count).contains(start) else { throw outOfRange(start, scalars.count) }
    guard (0...scalars.count).contains(end) else { throw outOfRange(end, scalars.count) }
    guard start <= end else { throw Fault("a text can't go from position \(start) to \(end)") }
    return .string(text(scalars[start..<end]))
  }
}
