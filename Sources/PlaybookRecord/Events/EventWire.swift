package import CEL

/// Events as the journal has them, `v: 1`: a type and a map of fields.
enum EventWire {
  // The fields that tell the five kinds of `act.intended` and the two of `warning` apart.
  static let undoes = "undoes"
  static let moves = "moves"
  static let renews = "renews"
  static let edits = "edits"
  static let slip = "slip"

  /// Reads an event. Throws where a field is missing or has another type.
  static func read(_ type: EventType, _ data: MapValue) throws(FieldProblem) -> EventBody {
    let data = upgraded(type, data)
    var body = blank(type, data)
    var reader = FieldReader(data)
    try body.visit(&reader)
    return body
  }

  /// The fields of an event.
  static func write(_ body: EventBody) -> MapValue {
    var writer = FieldWriter()
    var body = body
    // A writer finds no fault.
    try? body.visit(&writer)
    return writer.data
  }

  /// An event of the type with nothing in it; `data` tells which of those that share a type.
  static func blank(_ type: EventType, _ data: MapValue) -> EventBody {
    switch type {
    case .runStarted: .runStarted(RunStarted())
    case .runResumed: .runResumed(RunResumed())
    case .runPaused: .runPaused(RunPaused())
    case .runFinished: .runFinished(RunFinished())
    case .stepStarted: .stepStarted(StepStarted())
    case .stepSkipped: .stepSkipped(StepSkipped())
    case .stepFinished: .stepFinished(StepFinished())
    case .loopStarted: .loopStarted(LoopStarted())
    case .callSent: .callSent(CallSent())
    case .callRepeated: .callRepeated(CallRepeated())
    case .actIntended: intent(data)
    case .actStarted: .actStarted(SendingStarted())
    case .actFinished: .actFinished(ActFinished())
    case .actVerified: .actVerified(ActVerified())
    case .undoStarted: .undoStarted(SendingStarted())
    case .actUndone: .actUndone(ActUndone())
    case .questionAsked: .questionAsked(QuestionAsked())
    case .questionAnswered: .questionAnswered(QuestionAnswered())
    case .stepsReopened: .stepsReopened(StepsReopened())
    case .failureHandled: .failureHandled(FailureHandled())
    case .noteAdded: .noteAdded(NoteAdded())
    case .doneOutside: .doneOutside(DoneOutside())
    case .followUpAdded: .followUpAdded(FollowUpAdded())
    case .warning: data[slip]?.boolValue == true ? .inputMistake(InputMistake()) : .warning(Warning())
    case .interrupted: .interrupted(Interrupted())
    }
  }

  private static func intent(_ data: MapValue) -> EventBody {
    if data[undoes] != nil { return .undoIntended(UndoIntended()) }
    if data[moves] != nil { return .callsMoved(CallsReapproved()) }
    if data[renews] != nil { return .callsRenewed(CallsReapproved()) }
    if data[edits] != nil { return .callEdited(CallEdited()) }
    return .changeIntended(ChangeIntended())
  }
}

extension EventBody {
  /// One of each kind with nothing in it, in the order of `EventType`.
  package static let examples: [EventBody] = EventType.allCases.flatMap { type -> [EventBody] in
    let marks =
      switch type {
      case .actIntended: ["", EventWire.undoes, EventWire.moves, EventWire.renews, EventWire.edits]
      case .warning: ["", EventWire.slip]
      default: [""]
      }
    return marks.map { EventWire.blank(type, MapValue([($0, true)])) }
  }

  /// Its fields as the journal has them.
  package var data: MapValue { EventWire.write(self) }
}

/// Reads an event's fields out of a map.
struct FieldReader: FieldVisitor {
  private let data: MapValue
  /// Where the map is within the event: `evidence.`.
  private let place: String

  init(_ data: MapValue, in place: String = "") {
    (self.data, self.place) = (data, place)
  }

  func field<V: FieldValue>(
    _ name: String, _ value: inout V, _ role: FieldRole, _ about: String
  ) throws(FieldProblem) {
    guard let found = data[name] else { throw missing(name) }
    guard let read = V(wire: found) else { throw wrong(name, found, V.wireType) }
    value = read
  }

  func field<V: FieldValue>(
    _ name: String, _ value: inout V?, _ role: FieldRole, _ about: String
  ) throws(FieldProblem) {
    guard let found = data[name] else {
      value = nil
      return
    }
    if let read = V(wire: found) {
      value = read
    } else if case .null = found {
      value = nil
    } else {
      throw wrong(name, found, V.wireType)
    }
  }

  func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) throws(FieldProblem) {
    guard let found = data[name] else { throw missing(name) }
    try read(name, found, &value)
  }

  func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) throws(FieldProblem) {
    guard let found = data[name], found != .null else {
      value = nil
      return
    }
    var group = G()
    try read(name, found, &group)
    value = group
  }

  func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) throws(FieldProblem) {
    guard let found = data[name], found != .null else {
      value = nil
      return
    }
    guard case .list(let items) = found else { throw wrong(name, found, "list of maps") }
    var groups: [G] = []
    for item in items {
      var group = G()
      try read(name, item, &group)
      groups.append(group)
    }
    value = groups
  }

  private func read(_ name: String, _ found: Value, _ group: inout some FieldGroup) throws(FieldProblem) {
    guard case .map(let map) = found else { throw wrong(name, found, "map") }
    var inner = FieldReader(map, in: place + name + ".")
    try group.visit(&inner)
  }

  private func missing(_ name: String) -> FieldProblem { FieldProblem("the field `\(place + name)` is missing") }

  private func wrong(_ name: String, _ found: Value, _ expected: String) -> FieldProblem {
    FieldProblem("the field `\(place + name)` is no \(expected)")
  }
}

/// Writes an event's fields into a map.
struct FieldWriter: FieldVisitor {
  private(set) var data = MapValue()

  mutating func field<V: FieldValue>(_ name: String, _ value: inout V, _ role: FieldRole, _ about: String) {
    data[name] = value.wire
  }

  mutating func field<V: FieldValue>(_ name: String, _ value: inout V?, _ role: FieldRole, _ about: String) {
    if let value { data[name] = value.wire }
  }

  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G, _ about: String) {
    data[name] = .map(Self.written(&value))
  }

  mutating func group<G: FieldGroup>(_ name: String, _ value: inout G?, _ about: String) {
    if var group = value { data[name] = .map(Self.written(&group)) }
  }

  mutating func groups<G: FieldGroup>(_ name: String, _ value: inout [G]?, _ about: String) {
    guard let value else { return }
    data[name] = .list(
      value.map { group in
        var group = group
        return .map(Self.written(&group))
      })
  }

  private static func written(_ group: inout some FieldGroup) -> MapValue {
    var inner = FieldWriter()
    // A writer finds no fault.
    try? group.visit(&inner)
    return inner.data
  }
}
