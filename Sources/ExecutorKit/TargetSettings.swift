public import CEL
public import PlaybookLanguage

/// The settings of a target as one mode uses them: for an act, those under `act` laid over the others. A setting of
/// another type is an error that names it, and never quotes its value.
public struct TargetSettings: Sendable {
  public let target: String
  public let environment: String
  private var values: MapValue

  /// Throws `.invalid` where there is a setting besides `names` and `act`, there or under `act`.
  public init(_ target: ResolvedTarget, mode: CallMode, names: [String]) throws(ExecutorError) {
    self.target = target.name
    environment = target.environment
    values = target.settings
    try allow(names + ["act"])
    guard let act = values["act"] else { return }
    guard let overlay = act.mapValue else { throw problem("act", "must be a map of settings") }
    let own = values
    values = overlay
    try allow(names)
    values = own
    if mode == .act {
      for entry in overlay.entries { values.insert(entry.value, for: entry.key) }
    }
  }

  private func allow(_ names: [String]) throws(ExecutorError) {
    for entry in values.entries where !names.contains(entry.key.rendered) {
      throw problem(entry.key.rendered, "is no setting; there are \(names.joined(separator: ", "))")
    }
  }

  public func problem(_ setting: String, _ message: String) -> ExecutorError {
    ExecutorError(.invalid, "the target `\(target)` of \(environment): `\(setting)` \(message)")
  }

  /// Whether it is written at all, with a null as well.
  public func has(_ name: String) -> Bool { values[name] != nil }

  /// Nil where it is absent or null.
  public func value(_ name: String) -> Value? {
    if case .null = values[name] { nil } else { values[name] }
  }

  public func text(_ name: String) throws(ExecutorError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.stringValue else { throw problem(name, "must be a text") }
    return text
  }

  /// A text that must be there.
  public func required(_ name: String) throws(ExecutorError) -> String {
    guard let text = try text(name) else { throw problem(name, "is missing") }
    return text
  }

  /// A text or a list of texts.
  public func texts(_ name: String) throws(ExecutorError) -> [String] {
    guard let value = value(name) else { return [] }
    let items = value.listValue ?? [value]
    let texts = items.compactMap(\.stringValue)
    guard texts.count == items.count else { throw problem(name, "must be a list of texts") }
    return texts
  }

  public func flag(_ name: String) throws(ExecutorError) -> Bool {
    guard let value = value(name) else { return false }
    guard let flag = value.boolValue else { throw problem(name, "must be true or false") }
    return flag
  }

  /// A duration or its text, such as `5s`; a number is `unit`s where there is one.
  public func duration(_ name: String, numbersAre unit: Duration? = nil) throws(ExecutorError) -> Duration? {
    guard let value = value(name) else { return nil }
    let duration: Duration? =
      switch value {
      case .duration(let duration): duration
      case .string(let text): Duration(human: text)
      case .int(let count): unit.map { $0 * count }
      default: nil
      }
    guard let duration, duration > .zero else { throw problem(name, "must be a duration such as `5s`") }
    return duration
  }

  public func map(_ name: String) throws(ExecutorError) -> MapValue {
    guard let value = value(name) else { return MapValue() }
    guard let map = value.mapValue else { throw problem(name, "must be a map") }
    return map
  }
}
