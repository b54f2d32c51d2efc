extension Evaluator {
  /// A macro that goes over the elements of a list or the keys of a map.
  func loop(_ loop: Node.Loop, _ node: Node) throws(Expression.Problem) -> Value {
    let range = try evaluate(loop.range)
    let pairs: [Item]
    switch range {
    case .unknown: return range
    case .list(let items):
      try at(node) { () throws(Fault) in try charge(items.count / 4) }
      pairs = items.enumerated().map { position, item in
        loop.second == nil
          ? Item(first: item, second: .null, position: position)
          : Item(first: .int(Int64(position)), second: item, position: position)
      }
    case .map(let map) where loop.macro != .sortBy:
      if let absent = map.absent { return .unknown(absent) }
      pairs = map.entries.map { Item(first: $0.key, second: $0.value, position: nil) }
    default:
      throw Expression.Problem("this is \(range.typeName.name), not a list or map", loop.range.range)
    }
    switch loop.macro {
    case .all: return try quantify(loop, pairs, decisive: false)
    case .exists: return try quantify(loop, pairs, decisive: true)
    case .existsOne: return try existsOne(loop, pairs)
    case .filter: return try filter(loop, pairs)
    case .map, .transformList: return try transform(loop, pairs)
    case .transformMap: return try transformMap(loop, pairs)
    case .transformMapEntry: return try transformMapEntry(loop, pairs)
    case .sortBy: return try sortBy(loop, pairs)
    }
  }

  /// The values that a loop's names are bound to in turn.
  private struct Item {
    var first: Value
    var second: Value
    /// From 0; nil for the entry of a map.
    var position: Int?

    /// Its name in messages: its own, and its place.
    func label(_ loop: Node.Loop) -> String {
      guard let position else { return "key \(Self.shortened(first.rendered))" }
      let value = loop.second == nil ? first : second
      return Self.name(of: value).map { "item `\($0)`, position \(position)" } ?? "position \(position)"
    }

    private static func name(of value: Value) -> String? {
      switch value {
      case .map(let map):
        let metadata = map["metadata"]?.mapValue
        let named = [map["name"], metadata?["name"], map["id"]].compactMap { $0 }.first { $0.isNaming }
        return (named ?? map.entries.first { $0.value.stringValue != nil }?.value).map { shortened($0.rendered) }
      case _ where value.isNaming: return shortened(value.rendered)
      default: return nil
      }
    }

    private static func shortened(_ text: String) -> String {
      text.unicodeScalars.count > 60 ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(57))) + "…" : text
    }
  }

  /// Evaluates `node` with the loop's names bound to one item, which a problem then names.
  private func body(
    _ node: Node, _ loop: Node.Loop, _ item: Item, isNamed: Bool = true
  ) throws(Expression.Problem) -> Value {
    do throws(Expression.Problem) {
      return try with(loop.first, .value(item.first)) { () throws(Expression.Problem) in
        guard let second = loop.second else { return try evaluate(node) }
        return try with(second, .value(item.second)) { () throws(Expression.Problem) in try evaluate(node) }
      }
    } catch {
      throw isExhausted || !isNamed ? error : error.of(item.label(loop))
    }
  }

  private func quantify(
    _ loop: Node.Loop, _ pairs: [Item], decisive: Bool
  ) throws(Expression.Problem) -> Value {
    var outcome = Absorption()
    for pair in pairs {
      do throws(Expression.Problem) {
        // Only the first problem is told.
        let value = try body(loop.body, loop, pair, isNamed: outcome.problem == nil)
        if case .bool(decisive) = value { return value }
        outcome.add(value, loop.body.range)
      } catch {
        if isExhausted { throw error }
        outcome.problem = outcome.problem ?? error
      }
    }
    return try outcome.result(else: !decisive)
  }

  /// A condition's value for one pair; an unknown is noted and counts as false.
  private func holds(
    _ condition: Node, _ loop: Node.Loop, _ pair: Item, _ unknown: inout Unknown?
  ) throws(Expression.Problem) -> Bool {
    switch try body(condition, loop, pair) {
    case .bool(let flag): return flag
    case .unknown(let reasons):
      unknown = unknown?.merging(reasons) ?? reasons
      return false
    case let value: throw Expression.Problem("this is \(value.typeName.name), not bool", condition.range)
    }
  }

  private func existsOne(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var (count, unknown) = (0, Unknown?.none)
    for pair in pairs where try holds(loop.body, loop, pair, &unknown) { count += 1 }
    if let unknown { return .unknown(unknown) }
    return .bool(count == 1)
  }

  private func filter(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var (kept, unknown) = ([Value](), Unknown?.none)
    for pair in pairs where try holds(loop.body, loop, pair, &unknown) { kept.append(pair.first) }
    if let unknown { return .unknown(unknown) }
    return .list(kept)
  }

  /// Calls `work` with the body's value for each pair that passes the filter. The result is the unknown, if there was one.
  private func each(
    _ loop: Node.Loop, _ pairs: [Item],
    _ work: (Item, Value) throws(Expression.Problem) -> Void
  ) throws(Expression.Problem) -> Unknown? {
    var unknown: Unknown?
    for pair in pairs {
      if let filter = loop.filter, !(try holds(filter, loop, pair, &unknown)) { continue }
      let value = try body(loop.body, loop, pair)
      if case .unknown(let reasons) = value {
        unknown = unknown?.merging(reasons) ?? reasons
      } else if unknown == nil {
        try work(pair, value)
      }
    }
    return unknown
  }

  private func transform(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var items: [Value] = []
    let unknown = try each(loop, pairs) { (_, value) throws(Expression.Problem) in items.append(value) }
    if let unknown { return .unknown(unknown) }
    return .list(items)
  }

  private func transformMap(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var map = MapValue()
    let unknown = try each(loop, pairs) { (pair, value) throws(Expression.Problem) in map.insert(value, for: pair.first)
    }
    if let unknown { return .unknown(unknown) }
    return .map(map)
  }

  private func transformMapEntry(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var map = MapValue()
    let unknown = try each(loop, pairs) { (_, value) throws(Expression.Problem) in
      guard case .map(let entry) = value, entry.count == 1 else {
        throw Expression.Problem("this must be a map of one entry", loop.body.range)
      }
      for (key, value) in entry.entries {
        try at(loop.body) { () throws(Fault) in try Selecting.add(value, for: key, to: &map) }
      }
    }
    if let unknown { return .unknown(unknown) }
    return .map(map)
  }

  private func sortBy(_ loop: Node.Loop, _ pairs: [Item]) throws(Expression.Problem) -> Value {
    var keyed: [(key: Value, value: Value)] = []
    let unknown = try each(loop, pairs) { (pair, key) throws(Expression.Problem) in keyed.append((key, pair.first)) }
    if let unknown { return .unknown(unknown) }
    return try at(loop.body) { () throws(Fault) in .list(try Sorting.sorted(keyed, self)) }
  }
}

extension Value {
  /// Whether an item can be called by it.
  fileprivate var isNaming: Bool {
    switch self {
    case .string, .int, .uint, .ip, .cidr, .timestamp: true
    default: false
    }
  }
}
