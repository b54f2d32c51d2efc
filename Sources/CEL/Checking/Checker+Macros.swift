extension Checker {
  mutating func loop(_ loop: Node.Loop) -> StaticType {
    let range = type(of: loop.range)
    let (first, second) = variables(of: range, loop)
    let names = [(loop.first, first)] + (loop.second.map { [($0, second)] } ?? [])
    return with(names) { checker in
      if let filter = loop.filter { checker.wantBool(filter) }
      switch loop.macro {
      case .all, .exists, .existsOne:
        checker.wantBool(loop.body)
        return .bool
      case .filter:
        checker.wantBool(loop.body)
        return .list(first)
      case .map, .transformList: return .list(checker.type(of: loop.body))
      case .transformMap: return .map(key: first, value: checker.type(of: loop.body))
      case .transformMapEntry:
        let body = checker.type(of: loop.body)
        if case .map = body { return body }
        if body != .dyn { checker.report("this is \(body), not a map of one entry", loop.body.range) }
        return .map(key: .dyn, value: .dyn)
      case .sortBy:
        _ = checker.type(of: loop.body)
        return .list(first)
      }
    }
  }

  /// The types of the names of a loop over `range`.
  private mutating func variables(of range: StaticType, _ loop: Node.Loop) -> (StaticType, StaticType) {
    let isPair = loop.second != nil
    switch range {
    case .dyn: return (.dyn, .dyn)
    case .list(let element): return isPair ? (.int, element) : (element, .dyn)
    case .map(let key, let value): return (key, value)
    case .object: return (.string, .dyn)
    default:
      report("this is \(range), not a list or map", loop.range.range)
      return (.dyn, .dyn)
    }
  }

  mutating func optionalMap(_ target: Node, _ name: String, _ body: Node, _ isFlat: Bool) -> StaticType {
    var inner = StaticType.dyn
    switch type(of: target) {
    case .dyn: break
    case .optional(let value): inner = value
    case let other: report("this is \(other), not an optional", target.range)
    }
    let result = with([(name, inner)]) { $0.type(of: body) }
    guard isFlat else { return .optional(result) }
    if case .optional = result { return result }
    if result != .dyn { report("this is \(result), not an optional", body.range) }
    return .optional(.dyn)
  }
}
