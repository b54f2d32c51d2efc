public import CEL
public import PlaybookRecord

extension Event {
  /// An event with these fields, and nothing in the others that it must have: what a test does not speak of.
  public init(
    sequence: Int = 0, at: Timestamp, path: StepPath = "", type: EventType, data: MapValue = MapValue()
  ) {
    let kinds = EventBody.examples.filter { $0.type == type }.map(\.data)
    // Of kinds that share a type the first is the plain one; the others have a field that tells them.
    let marks = ["undoes", "moves", "renews", "edits", "slip"].filter { data[$0] != nil }
    var fields = kinds.first { kind in marks.allSatisfy { kind[$0] != nil } } ?? kinds[0]
    for (key, value) in data.entries { fields.insert(value, for: key) }
    do {
      try self.init(reading: type, fields, sequence: sequence, at: at, path: path)
    } catch {
      fatalError("\(error.message): \(Value.map(data).rendered)")
    }
  }

  /// Its fields as the journal has them, to be changed by a test.
  public var fields: MapValue {
    get { data }
    set { self = Event(sequence: sequence, at: at, path: path, type: type, data: newValue) }
  }
}
