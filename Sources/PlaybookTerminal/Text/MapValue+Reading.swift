import CEL

/// Fields of an event's data, taken as they come: a journal read back has times and durations as text.
extension MapValue {
  /// The field as text; nil where it is missing, null or empty.
  func text(_ name: String) -> String? {
    switch self[name] {
    case nil, .null: nil
    case .string(let text): text.isEmpty ? nil : text
    case .optional(let value): value?.rendered
    case .some(let value): value.rendered
    }
  }

  func map(_ name: String) -> MapValue? { self[name]?.mapValue }
  func list(_ name: String) -> [Value] { self[name]?.listValue ?? [] }
  func flag(_ name: String) -> Bool? { self[name]?.boolValue }

  func int(_ name: String) -> Int? {
    switch self[name] {
    case .double(let number): Int(exactly: number.rounded(.down))
    case let value: value?.intValue.flatMap { Int(exactly: $0) }
    }
  }

  /// Each item of a list as text; a text alone is a list of one.
  func texts(_ name: String) -> [String] {
    if case .string(let text) = self[name] { return [text] }
    return list(name).compactMap { if case .null = $0 { nil } else { $0.rendered } }
  }

  func duration(_ name: String) -> Duration? {
    switch self[name] {
    case .duration(let duration): duration
    case .string(let text): Duration(human: text)
    case .int(let seconds): .seconds(seconds)
    case .double(let seconds) where seconds.isFinite && seconds.magnitude < 1e9: .seconds(seconds)
    default: nil
    }
  }

  func timestamp(_ name: String) -> Timestamp? {
    switch self[name] {
    case .timestamp(let time): time
    case .string(let text): Timestamp(rfc3339: text)
    default: nil
    }
  }
}
