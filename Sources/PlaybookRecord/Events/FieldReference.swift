import CEL

/// The fields of an event, as the event reference has them.
package struct FieldReference: FieldVisitor {
  package struct Field: Sendable {
    package var name: String
    package var type: String
    package var isOptional: Bool
    package var about: String
    /// Of a map, or a list of maps: what is in it.
    package var fields: [Field] = []
  }

  package private(set) var fields: [Field] = []

  /// The fields of a kind of event.
  package init(_ body: EventBody) {
    var body = body
    // A description finds no fault.
    try? body.visit(&self)
  }

  private init(_ group: some FieldGroup) {
    var group = group
    try? group.visit(&self)
  }

  private mutating func add(
    _ name: String, _ type: String, _ isOptional: Bool, _ about: String, _ inner: [Field] = []
  ) {
    // Of two shapes that a field had there is one line.
    if fields.contains(where: { $0.name == name }) { return }
    fields.append(Field(name: name, type: type, isOptional: isOptional, about: about, fields: inner))
  }

  package mutating func field<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole, _ about: String) {
    add(name, V.wireType, false, about)
  }

  package mutating func field<V: FieldValue>(_ name: String, _ value: inout V?, _ role: FieldRole, _ about: String) {
    add(name, V.wireType, true, about)
  }

  package mutating func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) {
    add(name, "map", false, about, FieldReference(G()).fields)
  }

  package mutating func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) {
    add(name, "map", true, about, FieldReference(G()).fields)
  }

  package mutating func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) {
    add(name, "list of maps", true, about, FieldReference(G()).fields)
  }
}
