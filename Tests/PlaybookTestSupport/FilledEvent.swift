public import CEL
public import PlaybookRecord

extension Event {
  /// One event of each kind, in which every field has a value and every text is `text`.
  public static func all(of text: String, at time: Timestamp, path: StepPath) -> [Event] {
    EventBody.examples.map { body in
      var (body, filling) = (body, Filling(text: text))
      do {
        try body.visit(&filling)
      } catch {
        fatalError("\(error)")
      }
      return Event(at: time, path: path, body)
    }
  }
}

/// Gives every field a value.
private struct Filling: FieldVisitor {
  let text: String

  private func value<V: FieldValue>(_: V.Type) -> V? {
    let row: Value = ["a": .string(text), "b": .string(text)]
    let outcome = MapValue([("rows", .list([row])), ("text", .string(text)), ("a", .string(text))])
    var candidates: [Value] = [
      .string(text), .list([.string(text)]), .map(outcome), .list([row]), 1, .list([1]), true,
      .timestamp(Timestamp(seconds: 100)), .duration(.seconds(1)),
    ]
    candidates += ["run", "done", "yes", "retry", "redo", "pause", "completed", "happened"]
    return candidates.lazy.compactMap { V(wire: $0) }.first
  }

  func field<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole, _ about: String) {
    if let filled = self.value(V.self) { value = filled }
  }

  func field<V: FieldValue>(_ name: String, _ value: inout V?, _ role: FieldRole, _ about: String) {
    value = self.value(V.self)
  }

  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) throws(FieldProblem) {
    try value.visit(&self)
  }

  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) throws(FieldProblem) {
    var group = G()
    try group.visit(&self)
    value = group
  }

  mutating func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) throws(FieldProblem) {
    var group = G()
    try group.visit(&self)
    value = [group]
  }
}
