extension Expression {
  /// Every free name, in the order written.
  public var references: [Reference] {
    var found: [Reference] = []
    Self.collect(root, bound: [], into: &found)
    return found
  }

  private static func collect(_ node: Node, bound: Set<String>, into found: inout [Reference]) {
    if let reference = reference(node, bound: bound, into: &found) {
      if let reference { found.append(reference) }
      return
    }
    switch node.kind {
    case .call(let call) where call.target == nil && call.name == "fingerprint":
      let first = found.count
      for child in node.children { collect(child, bound: bound, into: &found) }
      for index in found.indices[first...] { found[index].isFingerprinted = true }
    case .loop(let loop):
      collect(loop.range, bound: bound, into: &found)
      let inner = bound.union([loop.first]).union(loop.second.map { [$0] } ?? [])
      if let filter = loop.filter { collect(filter, bound: inner, into: &found) }
      collect(loop.body, bound: inner, into: &found)
    case .bind(let name, let value, let body):
      collect(value, bound: bound, into: &found)
      collect(body, bound: bound.union([name]), into: &found)
    case .optionalMap(let target, let name, let body, _):
      collect(target, bound: bound, into: &found)
      collect(body, bound: bound.union([name]), into: &found)
    default:
      for child in node.children { collect(child, bound: bound, into: &found) }
    }
  }

  /// The reference that `node` is as a whole: a name with fields selected from it, by dot or by a literal text. Nil where it
  /// is none, and `.some(nil)` where its name is bound by a macro or is a type.
  private static func reference(
    _ node: Node, bound: Set<String>, into found: inout [Reference]
  ) -> Reference?? {
    var path: [String] = []
    var current = node
    while true {
      switch current.kind {
      case .select(let selection), .has(let selection):
        path.append(selection.field)
        current = selection.operand
      case .index(let operand, let index, _):
        guard case .literal(.string(let field)) = index.kind else { return nil }
        path.append(field)
        current = operand
      case .name(let name, let isAbsolute):
        if bound.contains(name), !isAbsolute { return .some(nil) }
        let dotted = ([name] + path.reversed()).joined(separator: ".")
        if Words.types[dotted] != nil { return .some(nil) }
        return Reference(name: name, path: path.reversed(), range: node.range)
      default:
        return nil
      }
    }
  }
}
