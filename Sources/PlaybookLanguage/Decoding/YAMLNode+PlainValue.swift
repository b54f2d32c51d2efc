package import CEL
package import YAMLTree

extension YAMLNode {
  /// A scalar as it was written: `True`, `1.10`. Nil of nothing and of a list or a mapping.
  package var writtenText: String? {
    guard let scalar, scalar.value != .null else { return nil }
    return scalar.text
  }

  /// The node as plain data, without templates and expressions; numbers stay the text that was written.
  package var plainValue: Value {
    switch content {
    case .sequence(let items): return .list(items.map(\.plainValue))
    case .mapping(let entries):
      var map = MapValue()
      for entry in entries { map[entry.key.text] = entry.value.plainValue }
      return .map(map)
    case .scalar(let scalar):
      switch scalar.value {
      case .null: return .null
      case .bool(let flag): return .bool(flag)
      case .int, .float: return .string(scalar.text)
      case .string(let text): return .string(text)
      }
    }
  }
}
