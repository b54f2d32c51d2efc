package import CEL

/// What changed between two outcomes of the same call: the question asked `before` and again `after`.
package struct OutcomeDifferences: Sendable {
  /// One thing that is not as it was.
  package enum Change: Sendable {
    /// A row that is there no more.
    case went(Value)
    /// A row that is new.
    case came(Value)
    /// A field with another value, `from` nil where it is new and `to` nil where it is gone.
    case field(String, from: Value?, to: Value?)
  }

  /// Rows (items, keys, lines) that went, then those that came; where there are none, fields in the order of `after`.
  package let changes: [Change]

  package init(before: MapValue, after: MapValue) {
    let lists = ["rows", "items", "keys", "lines"].lazy.compactMap { name in
      before[name]?.listValue.flatMap { old in after[name]?.listValue.map { (name, old, $0) } }
    }
    if let (name, old, new) = lists.first {
      // Of a loop's items each has the time of its own call.
      changes = name == "items" ? Self.rows(old.map(Self.timeless), new.map(Self.timeless)) : Self.rows(old, new)
    } else {
      changes = Self.fields(before["fields"]?.mapValue ?? before, after["fields"]?.mapValue ?? after)
    }
  }

  private static func rows(_ old: [Value], _ new: [Value]) -> [Change] {
    var left = Dictionary(old.map { ($0.rendered, 1) }, uniquingKeysWith: +)
    var came: [Change] = []
    for row in new {
      let text = row.rendered
      if let count = left[text], count > 0 { left[text] = count - 1 } else { came.append(.came(row)) }
    }
    var went: [Change] = []
    for row in old where left[row.rendered, default: 0] > 0 {
      left[row.rendered, default: 0] -= 1
      went.append(.went(row))
    }
    return went + came
  }

  /// What differs at every call and says nothing.
  private static let ignored: Set<String> = ["started", "duration", "before"]

  private static func timeless(_ item: Value) -> Value {
    guard var map = item.mapValue else { return item }
    for name in ignored { map[name] = nil }
    return .map(map)
  }

  private static func fields(_ old: MapValue, _ new: MapValue) -> [Change] {
    var changes: [Change] = []
    for (key, value) in new.entries where !ignored.contains(key.rendered) {
      let earlier = old.value(for: key)
      if earlier?.rendered != value.rendered { changes.append(.field(key.rendered, from: earlier, to: value)) }
    }
    for (key, value) in old.entries where new.value(for: key) == nil && !ignored.contains(key.rendered) {
      changes.append(.field(key.rendered, from: value, to: nil))
    }
    return changes
  }
}
