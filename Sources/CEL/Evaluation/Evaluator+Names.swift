extension Evaluator {
  private func local(_ name: String) -> Value? {
    locals.last { Texts.areEqual($0.name, name) }?.value
  }

  private func bound(_ name: String, isAbsolute: Bool) -> Value? {
    if isAbsolute || prefixes.count == 1 { return bindings[name] }
    for prefix in prefixes {
      if let value = bindings[prefix + name] { return value }
    }
    return nil
  }

  func variable(_ name: String, isAbsolute: Bool, _ node: Node) throws(Expression.Problem) -> Value {
    if !isAbsolute, !locals.isEmpty, let value = local(name) { return value }
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
