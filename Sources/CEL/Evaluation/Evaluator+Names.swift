extension Evaluator {
  private func local(_ name: String) -> Int? {
    locals.lastIndex { Texts.areEqual($0.name, name) }
  }

  private func value(ofLocal index: Int) throws(Expression.Problem) -> Value {
    switch locals[index].state {
    case .value(let value): return value
    case .failed(let problem): throw problem
    case .pending(let node):
      boundDepth += node.depth
      defer { boundDepth -= node.depth }
      if boundDepth > 2 * Parser.depthLimit {
        isExhausted = true
        throw Expression.Problem("`cel.bind` nests deeper than \(2 * Parser.depthLimit) levels here", node.range)
      }
      // The names that are bound behind this one are not seen from its expression.
      let inner = locals[index...]
      locals.removeSubrange(index...)
      let outcome = Result { () throws(Expression.Problem) in try evaluate(node) }
      locals += inner
      switch outcome {
      case .success(let value): locals[index].state = .value(value)
      case .failure(let problem): locals[index].state = .failed(problem)
      }
      return try outcome.get()
    }
  }

  private func bound(_ name: String, isAbsolute: Bool) -> Value? {
    if isAbsolute || prefixes.count == 1 { return bindings[name] }
    for prefix in prefixes {
      if let value = bindings[prefix + name] { return value }
    }
    return nil
  }

  func variable(_ name: String, isAbsolute: Bool, _ node: Node) throws(Expression.Problem) -> Value {
    if !isAbsolute, !locals.isEmpty, let index = local(name) { return try value(ofLocal: index) }
    if let value = bound(name, isAbsolute: isAbsolute) { return value }
    if let type = Words.types[name] { return .type(type) }
    let names = bindings.keys.filter { !$0.utf8.contains(UInt8(ascii: ".")) }
    throw Expression.Problem("there is no `\(name)` here", node.range, help: Suggestion.help(for: name, among: names))
  }

  /// The variable or type that names with dots between them are as a whole.
  func qualified(_ path: Node.Path) -> Value? {
    if !path.isAbsolute, !locals.isEmpty, local(path.root) != nil { return nil }
    if hasDottedNames, let value = bound(path.text, isAbsolute: path.isAbsolute) { return value }
    return Words.types[path.text].map(Value.type)
  }
}
