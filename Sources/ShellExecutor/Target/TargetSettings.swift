import CEL
import PlaybookEngine

/// Reads typed settings of a target; a setting of another type is an error that names it.
struct TargetSettings {
  let target: String
  let environment: String
  var map: MapValue

  func problem(_ setting: String, _ message: String) -> ExecutorError {
    ExecutorError(.invalid, "the target `\(target)` of \(environment): `\(setting)` \(message)")
  }

  /// Throws where there is a setting besides `names`.
  func allow(_ names: [String]) throws(ExecutorError) {
    for entry in map.entries {
      let name = entry.key.rendered
      if !names.contains(name) { throw problem(name, "is no setting; there are \(names.joined(separator: ", "))") }
    }
  }

  private func value(_ name: String) -> Value? {
    if case .null = map[name] { nil } else { map[name] }
  }

  func flag(_ name: String) throws(ExecutorError) -> Bool {
    guard let value = value(name) else { return false }
    guard let flag = value.boolValue else { throw problem(name, "must be true or false") }
    return flag
  }

  func folder(_ name: String) throws(ExecutorError) -> String? {
    guard let value = value(name) else { return nil }
    guard let text = value.stringValue, let folder = Self.folder(text) else {
      throw problem(name, "must be an absolute path")
    }
    return folder
  }

  /// A folder or a list of folders.
  func folders(_ name: String) throws(ExecutorError) -> [String] {
    guard let value = value(name) else { return [] }
    var folders: [String] = []
    for item in value.listValue ?? [value] {
      guard let text = item.stringValue, let folder = Self.folder(text), !folder.utf8.contains(UInt8(ascii: ":")) else {
        throw problem(name, "must be a list of folders, absolute and without a colon")
      }
      folders.append(folder)
    }
    return folders
  }

  func wordLists(_ name: String) throws(ExecutorError) -> [[String]] {
    guard let value = value(name) else { return [] }
    guard let items = value.listValue else { throw problem(name, "must be a list of argument lists") }
    var lists: [[String]] = []
    for item in items {
      guard let words = item.listValue, !words.isEmpty else {
        throw problem(name, "must hold argument lists, such as [firewall, list]")
      }
      var list: [String] = []
      for word in words { list.append(try word.argumentText("a word of `\(name)`")) }
      if list == ["..."] { throw problem(name, "must name a program before `...`") }
      lists.append(list)
    }
    return lists
  }

  func variables(_ name: String) throws(ExecutorError) -> [(name: String, text: String)] {
    guard let value = value(name) else { return [] }
    guard let map = value.mapValue else { throw problem(name, "must be a map of texts") }
    var variables: [(name: String, text: String)] = []
    for entry in map.entries {
      let key = entry.key.rendered
      guard VariableName.isName(key) else { throw problem(name, "has no valid name in `\(key)`") }
      variables.append((key, try entry.value.argumentText("`\(name).\(key)`")))
    }
    return variables
  }

  /// An absolute path without a slash at its end, or nil for other text.
  private static func folder(_ text: String) -> String? {
    guard text.hasPrefix("/"), !text.utf8.contains(0) else { return nil }
    var folder = text
    while folder.utf8.count > 1, folder.hasSuffix("/") { folder.removeLast() }
    return folder
  }
}
