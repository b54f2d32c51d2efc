package import CEL

/// A value as a field of an event has it.
package protocol FieldValue: Sendable {
  /// The type's name in the event reference.
  static var wireType: String { get }
  /// Whether it may hold text of the world's or of a person's.
  static var isText: Bool { get }
  init?(wire: Value)
  var wire: Value { get }
}

extension FieldValue {
  package static var isText: Bool { false }
}

/// Fields that stand together: an event's, or those of a map within it.
package protocol FieldGroup: Sendable {
  /// With nothing in it, to be read into.
  init()
  /// Shows each field to `visitor`, which reads, writes, masks or describes it.
  mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem)
}

/// One thing that is done with all fields of an event: `FieldReader`, `FieldWriter`, `FieldMasking`, `FieldReference`.
///
/// The `about` of a field is its line in the event reference.
package protocol FieldVisitor {
  mutating func field<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole, _ about: String)
    throws(FieldProblem)
  mutating func field<V: FieldValue>(_ name: String, _ value: inout V?, _ role: FieldRole, _ about: String)
    throws(FieldProblem)
  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) throws(FieldProblem)
  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) throws(FieldProblem)
  mutating func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) throws(FieldProblem)
}

/// Where a field's text comes from.
package enum FieldRole: Sendable {
  /// From the world or a person: it may hold a secret, and is masked.
  case told
  /// From the program or the playbook: a word, a name, a path. Masking it would break the record.
  case own
  /// A call as sent or planned: masked, and kept in a file where it is too long for a line.
  case call
}

/// Why the data of an event can't be read.
package struct FieldProblem: Error, Sendable {
  package var message: String

  package init(_ message: String) { self.message = message }
}

extension FieldVisitor {
  mutating func field<V: FieldValue>(_ name: String, _ value: inout V, _ about: String) throws(FieldProblem) {
    try field(name, &value, .told, about)
  }

  mutating func field<V: FieldValue>(_ name: String, _ value: inout V?, _ about: String) throws(FieldProblem) {
    try field(name, &value, .told, about)
  }
}

// MARK: Values

extension String: FieldValue {
  package static var wireType: String { "text" }
  package static var isText: Bool { true }
  package init?(wire: Value) {
    guard case .string(let text) = wire else { return nil }
    self = text
  }
  package var wire: Value { .string(self) }
}

extension Bool: FieldValue {
  package static var wireType: String { "boolean" }
  package init?(wire: Value) {
    guard case .bool(let flag) = wire else { return nil }
    self = flag
  }
  package var wire: Value { .bool(self) }
}

extension Int: FieldValue {
  package static var wireType: String { "number" }
  package init?(wire: Value) {
    guard let number = wire.intValue else { return nil }
    self = Int(number)
  }
  package var wire: Value { .int(Int64(self)) }
}

extension Timestamp: FieldValue {
  package static var wireType: String { "timestamp" }
  package init?(wire: Value) {
    guard case .timestamp(let time) = wire else { return nil }
    self = time
  }
  package var wire: Value { .timestamp(self) }
}

extension Duration: FieldValue {
  package static var wireType: String { "duration" }
  package init?(wire: Value) {
    guard case .duration(let time) = wire else { return nil }
    self = time
  }
  package var wire: Value { .duration(self) }
}

extension Value: FieldValue {
  package static var wireType: String { "value" }
  package static var isText: Bool { true }
  package init?(wire: Value) { self = wire }
  package var wire: Value { self }
}

extension MapValue: FieldValue {
  package static var wireType: String { "map" }
  package static var isText: Bool { true }
  package init?(wire: Value) {
    guard case .map(let map) = wire else { return nil }
    self = map
  }
  package var wire: Value { .map(self) }
}

extension Array: FieldValue where Element: FieldValue {
  package static var wireType: String { "list of \(Element.wireType)" }
  package static var isText: Bool { Element.isText }
  package init?(wire: Value) {
    guard case .list(let items) = wire else { return nil }
    self = []
    reserveCapacity(items.count)
    for item in items {
      guard let element = Element(wire: item) else { return nil }
      append(element)
    }
  }
  package var wire: Value { .list(map(\.wire)) }
}

/// Of a list in which something is not known.
extension Optional: FieldValue where Wrapped: FieldValue {
  package static var wireType: String { "\(Wrapped.wireType) or null" }
  package static var isText: Bool { Wrapped.isText }
  package init?(wire: Value) {
    if case .null = wire {
      self = .none
    } else if let wrapped = Wrapped(wire: wire) {
      self = wrapped
    } else {
      return nil
    }
  }
  package var wire: Value { self?.wire ?? .null }
}

extension StepPath: FieldValue {
  package static var wireType: String { "path" }
  package init?(wire: Value) {
    guard case .string(let text) = wire else { return nil }
    self.init(text)
  }
  package var wire: Value { .string(text) }
}

extension QuestionKey: FieldValue {
  package static var wireType: String { "key" }
  package init?(wire: Value) {
    guard case .string(let text) = wire else { return nil }
    self.init(text)
  }
  package var wire: Value { .string(description) }
}

/// Words of the record.
extension FieldValue where Self: RawRepresentable & CaseIterable, RawValue == String {
  package static var wireType: String { words(Array(allCases)) }
  static func words(_ all: [Self]) -> String { all.map { "`\($0.rawValue)`" }.joined(separator: ", ") }
  package init?(wire: Value) {
    guard case .string(let text) = wire else { return nil }
    self.init(rawValue: text)
  }
  package var wire: Value { .string(rawValue) }
}

extension StepState: FieldValue {}
extension Verdict: FieldValue {}
extension SendingState: FieldValue {
  package static var wireType: String { words(allCases.filter { $0 != .started }) }
}
extension UndoState: FieldValue {
  package static var wireType: String { words(allCases.filter { $0 != .started && $0 != .left }) }
}
extension Resolution: FieldValue {}
extension FailureChoice: FieldValue {}
extension ReopenReason: FieldValue {}
extension InterruptChoice: FieldValue {}
extension RunOutcome: FieldValue {}
extension RunMode: FieldValue {}
