extension Function {
  /// The extension for lists.
  static let lists: [Function] = [
    Function(
      "lists.range", .lists, "The whole numbers from 0 up to but without `n`.",
      [
        .function(.int, to: .list(.int)) { (values, evaluator) throws(Fault) in
          let count = max(0, try Arguments(values, evaluator).int(0))
          try evaluator.checkElements(count)
          return .list((0..<count).map { .int(Int64($0)) })
        }
      ]),
    Function(
      "slice", .lists, "The elements from one position up to but without another.",
      [
        .method(.list(.a), .int, .int, to: .list(.a)) { (values, evaluator) throws(Fault) in
          let arguments = Arguments(values, evaluator)
          let (items, start, end) = (try arguments.list(0), try arguments.int(1), try arguments.int(2))
          guard start >= 0, start <= end, end <= items.count else {
            throw Fault("a list of \(items.count) has no part from \(start) to \(end)")
          }
          return .list(Array(items[start..<end]))
        }
      ]),
    Function(
      "flatten", .lists, "With the elements of inner lists in their place, so many levels deep (1 if not said).",
      [
        .method(.list(.dyn), to: .list(.dyn)) { (values, evaluator) throws(Fault) in
          .list(try flatten(Arguments(values, evaluator).list(0), depth: 1, evaluator))
        },
        .method(.list(.dyn), .int, to: .list(.dyn)) { (values, evaluator) throws(Fault) in
          let arguments = Arguments(values, evaluator)
          let depth = try arguments.int(1)
          guard depth >= 0 else { throw Fault("a depth can't be negative") }
          return .list(try flatten(arguments.list(0), depth: depth, evaluator))
        },
      ]),
    Function(
      "sort", .lists, "In ascending order; all elements of one type that has an order.",
      [
        .method(.list(.a), to: .list(.a)) { (values, evaluator) throws(Fault) in
          let items = try Arguments(values, evaluator).list(0)
          return .list(try Sorting.sorted(items.map { ($0, $0) }, evaluator))
        }
      ]),
    Function(
      "distinct", .lists, "Each element once, where it comes first.",
      [
        .method(.list(.a), to: .list(.a)) { (values, evaluator) throws(Fault) in
          try distinct(Arguments(values, evaluator).list(0), evaluator)
        }
      ]),
    Function(
      "first", .lists, "The first element, as an optional.",
      [
        .method(.list(.a), to: .optional(.a)) { (values, evaluator) throws(Fault) in
          .optional(try Arguments(values, evaluator).list(0).first)
        }
      ]),
    Function(
      "last", .lists, "The last element, as an optional.",
      [
        .method(.list(.a), to: .optional(.a)) { (values, evaluator) throws(Fault) in
          .optional(try Arguments(values, evaluator).list(0).last)
        }
      ]),
  ]

  private static func flatten(_ items: [Value], depth: Int, _ evaluator: Evaluator) throws(Fault) -> [Value] {
    var flat: [Value] = []
    for item in items {
      if depth > 0, case .list(let inner) = item {
        flat += try flatten(inner, depth: depth - 1, evaluator)
      } else {
        flat.append(item)
      }
      try evaluator.charge(1)
      if flat.count > evaluator.limits.elements { try evaluator.checkElements(flat.count) }
    }
    return flat
  }

  private static func distinct(_ items: [Value], _ evaluator: Evaluator) throws(Fault) -> Value {
    var (kept, seen) = ([Value](), Set<Value>())
    for item in items {
      try evaluator.weigh(item)
      if seen.insert(item).inserted { kept.append(item) }
    }
    return .list(kept)
  }
}
