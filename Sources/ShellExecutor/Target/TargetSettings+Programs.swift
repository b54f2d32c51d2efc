import CEL
import ExecutorKit

/// Settings that only programs have.
extension TargetSettings {
  func folder(_ name: String) throws(ExecutorError) -> String? {
    guard let text = try text(name) else { return nil }
    guard let folder = Self.folder(text) else { throw problem(name, "must be an absolute path") }
    return folder
  }

  /// A folder or a list of folders.
  func folders(_ name: String) throws(ExecutorError) -> [String] {
    var folders: [String] = []
    for text in try texts(name) {
      guard let folder = Self.folder(text), !folder.utf8.contains(UInt8(ascii: ":")) else {
        throw problem(name, "must be a list of folders, absolute and without a colon")
      }
      folders.append(folder)
    }
    return folders
  }

  func allowedWords(_ name: String) throws(ExecutorError) -> [AllowedWords] {
    guard let value = value(name) else { return [] }
    guard let items = value.listValue else { throw problem(name, "must be a list of argument lists") }
    var lists: [AllowedWords] = []
    for item in items {
      do throws(AllowedWords.Problem) {
        lists.append(try AllowedWords(item))
      } catch {
        throw problem(name, error.message)
      }
    }
    return lists
  }

  func variables(_ name: String) throws(ExecutorError) -> [(name: String, text: String)] {
    var variables: [(name: String, text: String)] = []
    for entry in try map(name).entries {
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
