package import CEL

/// What changed between two outcomes of the same call: the question asked `before` and again `after`.
package struct OutcomeDifferences: Sendable {
  /// One thing that is not as it was.
  package enum Change: Sendable {
    /// A row that is there no more.
    case went(Value)
    /// A row that is new.
    case came(Value)
    /// A row that has other values, called by its key's: its columns that differ.
    case row(String, [Field])
    /// A field with another value.
    case field(Field)
  }

  /// A field or column with another value, `from` nil where it is new and `to` nil where it is gone.
  package struct Field: Sendable {
    package let name: String
    package let from: Value?
    package let to: Value?
  }

  /// Rows (items, keys, lines) with other values, those that went, then those that came; where there are none, fields
  /// in the order of `after`.
  package let changes: [Change]

  package init(before: MapValue, after: MapValue) {
    let lists = ["rows", "items", "keys", "lines"].lazy.compactMap { name in
      before[name]?.listValue.flatMap { old in after[name]?.listValue.map { (name, old, $0) } }
    }
    if let (name, old, new) = lists.first {
      // Of a loop's items each has the time of its own call.
      changes = name == "items" ? Self.rows(old.map(Self.timeless), new.map(Self.timeless)) : Self.rows(old, new)
    } else {
      changes = Self.fields(before["fields"]?.mapValue ?? before, after["fields"]?.mapValue ?? after).map(Change.field)
    }
  }

  private static func rows(_ old: [Value], _ new: [Value]) -> [Change] {
    var left = Dictionary(old.map { ($0.rendered, 1) }, uniquingKeysWith: +)
    var came: [Value] = []
    for row in new {
      let text = row.rendered
      if let count = left[text], count > 0 { left[text] = count - 1 } else { came.append(row) }
    }
    var went: [Value] = []
    for row in old where left[row.rendered, default: 0] > 0 {
      left[row.rendered, default: 0] -= 1
      went.append(row)
    }
    guard !went.isEmpty, !came.isEmpty, let key = key(of: old, and: new) else {
      return went.map(Change.went) + came.map(Change.came)
    }
    return pairs(of: went, and: came, by: key)
  }

  /// The first column whose values tell the rows apart on both sides, and of which at least half are on both.
  private static func key(of old: [Value], and new: [Value]) -> String? {
    for column in old.first?.mapValue?.entries.map(\.key.rendered) ?? [] {
      guard let before = names(in: column, of: old), let after = names(in: column, of: new) else { continue }
      if before.intersection(after).count * 2 >= min(before.count, after.count) { return column }
    }
    return nil
  }

  /// The values of a column, where each row has one of its own.
  private static func names(in column: String, of rows: [Value]) -> Set<String>? {
    var names: Set<String> = []
    for row in rows {
      switch row[column] {
      case .string, .int, .uint, .decimal: if let name = row[column]?.rendered, names.insert(name).inserted { continue }
      default: break
      }
      return nil
    }
    return names
  }

  private static func pairs(of went: [Value], and came: [Value], by key: String) -> [Change] {
    func name(_ row: Value) -> String { row[key]?.rendered ?? "" }
    let earlier = Dictionary(went.map { (name($0), $0) }, uniquingKeysWith: { $1 })
    let later = Set(came.map(name))
    let changed = came.compactMap { row in
      earlier[name(row)].map {
        Change.row(name(row), fields($0.mapValue ?? MapValue(), row.mapValue ?? MapValue(), without: []))
      }
    }
    return changed + went.filter { !later.contains(name($0)) }.map(Change.went)
      + came.filter { earlier[name($0)] == nil }.map(Change.came)
  }

  /// What differs at every call and says nothing.
  private static let ignored: Set<String> = ["started", "duration", "before"]

  private static func timeless(_ item: Value) -> Value {
    guard var map = item.mapValue else { return item }
    for name in ignored { map[name] = nil }
    return .map(map)
  }

  private static func fields(
    _ old: MapValue, _ new: MapValue, without ignored: Set<String> = ignored
  ) -> [Field] {
    var fields: [Field] = []
    for (key, value) in new.entries where !ignored.contains(key.rendered) {
      let earlier = old.value(for: key)
      if earlier?.rendered != value.rendered { fields.append(Field(name: key.rendered, from: earlier, to: value)) }
    }
    for (key, value) in old.entries where new.value(for: key) == nil && !ignored.contains(key.rendered) {
      fields.append(Field(name: key.rendered, from: value, to: nil))
    }
    return fields
  }
}

extension [OutcomeDifferences.Change] {
  /// `2 rows changed, 1 gone, 1 new`, `3 changed`.
  package var tally: String {
    var (rows, gone, new, fields) = (0, 0, 0, 0)
    for change in self {
      switch change {
      case .row: rows += 1
      case .went: gone += 1
      case .came: new += 1
      case .field: fields += 1
      }
    }
    let parts = [
      (rows, rows == 1 ? "row changed" : "rows changed"), (gone, "gone"), (new, "new"), (fields, "changed"),
    ]
    return parts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
  }
}
