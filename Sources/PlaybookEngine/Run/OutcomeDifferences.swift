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

  /// Rows that went, then rows that came; where there are no rows, fields in the order of `after`.
  package let changes: [Change]

  package init(before: MapValue, after: MapValue) {
    if let old = before["rows"]?.listValue, let new = after["rows"]?.listValue {
      changes = Self.rows(old, new)
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
