import CEL

/// A visitor that changes values and leaves the shape.
package protocol FieldEditing: FieldVisitor {
  mutating func edit<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole)
}

extension FieldEditing {
  package mutating func field<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole, _ about: String) {
    edit(name, &value, role)
  }

  package mutating func field<V: FieldValue>(_ name: String, _ value: inout V?, _ role: FieldRole, _ about: String) {
    guard var present = value else { return }
    edit(name, &present, role)
    value = present
  }

  package mutating func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) {
    // An edit finds no fault.
    try? value.visit(&self)
  }

  package mutating func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) {
    guard var group = value else { return }
    try? group.visit(&self)
    value = group
  }

  package mutating func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) {
    guard var groups = value else { return }
    for index in groups.indices { try? groups[index].visit(&self) }
    value = groups
  }
}

/// Changes the texts of an event: words, names, paths and numbers of ours stay.
struct FieldMasking: FieldEditing {
  /// The value of a field as it may be shown, by the field's name.
  let masked: (String, Value) -> Value

  func edit<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole) {
    guard role != .own, V.isText else { return }
    if let changed = V(wire: masked(name, value.wire)) { value = changed }
  }
}

/// Finds the large texts among an event's calls, and puts others in their place.
package struct LongCalls: FieldEditing {
  private let isLarge: (String) -> Bool
  /// Those that were found, in order.
  package private(set) var large: [String] = []
  /// By text.
  package var replacements: [String: String] = [:]

  package init(isLarge: @escaping (String) -> Bool) { self.isLarge = isLarge }

  package mutating func visit(_ body: inout EventBody) {
    // An edit finds no fault.
    try? body.visit(&self)
  }

  package mutating func edit<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole) {
    guard role == .call else { return }
    switch value {
    case let text as String: if let other = seen(text) as? V { value = other }
    case let texts as [String]: if let others = texts.map({ seen($0) }) as? V { value = others }
    case let texts as [String?]: if let others = texts.map({ $0.map { seen($0) } }) as? V { value = others }
    default: break
    }
  }

  private mutating func seen(_ text: String) -> String {
    guard isLarge(text) else { return text }
    large.append(text)
    return replacements[text] ?? text
  }
}
