package import CEL
package import YAMLTree

extension YAMLNode {
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
