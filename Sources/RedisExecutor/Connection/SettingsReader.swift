import CEL
import PlaybookEngine
import PlaybookLanguage

/// Reads a target's settings by type, for an act those under `act` first.
struct SettingsReader {
  let name: String
  let settings: MapValue
  let mode: CallMode

  func invalid(_ what: String) -> ExecutorError {
    ExecutorError(.invalid, "the target `\(name)` \(what)")
  }

  /// Throws where there is a setting of another name.
  func check(_ names: [String]) throws(ExecutorError) {
    var all = settings.entries.map(\.key)
    if let act = settings["act"] {
      guard let map = act.mapValue else { throw invalid("has an `act` that is no map of settings") }
      all += map.entries.map(\.key)
    }
    for key in all where !names.contains(key.rendered) {
      throw invalid(
        "has a setting `\(key.rendered)` that redis does not know; it knows \(names.joined(separator: ", "))")
    }
  }

  func text(_ key: String) throws(ExecutorError) -> String? {
    switch value(key) {
    case nil, .null: return nil
    case .string(let text): return text
    default: throw invalid("has a `\(key)` that is no text")
    }
  }

  func list(_ key: String) throws(ExecutorError) -> [String] {
    switch value(key) {
    case nil, .null: return []
    case .string(let text): return [text]
    case .list(let items):
      let texts = items.compactMap(\.stringValue)
      guard texts.count == items.count else { throw invalid("has a `\(key)` with something else than texts in it") }
      return texts
    default: throw invalid("has a `\(key)` that is no list of texts")
    }
  }

  func duration(_ key: String) throws(ExecutorError) -> Duration? {
    switch value(key) {
    case nil, .null: return nil
    case .duration(let duration) where duration > .zero: return duration
    case .string(let text):
      guard let duration = Duration(human: text), duration > .zero else { fallthrough }
      return duration
    default: throw invalid("has a `\(key)` that is no duration such as `5s`")
    }
  }

  private func value(_ key: String) -> Value? {
    if mode == .act, let own = settings["act"]?[key] { return own }
    return settings[key]
  }
}
