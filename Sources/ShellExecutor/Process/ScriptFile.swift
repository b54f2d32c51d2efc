import ExecutorKit
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A script in a file of its own, in a folder that only this user can read, for an interpreter that takes no text.
struct ScriptFile {
  private let folder: String
  var path: String { folder + "/script" }

  /// Throws `.unreachable` where no file can be made.
  init(_ text: String) throws(ExecutorError) {
    let base = FileManager.default.temporaryDirectory.path
    var template = Array((base + "/playbook-script-XXXXXX").utf8CString)
    guard unsafe mkdtemp(&template) != nil else {
      throw ExecutorError(.unreachable, "a script can't be written to \(base)")
    }
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let isWritten = FileManager.default.createFile(
      atPath: folder + "/script", contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    guard isWritten else {
      remove()
      throw ExecutorError(.unreachable, "a script can't be written to \(base)")
    }
  }

  func remove() {
    try? FileManager.default.removeItem(atPath: folder)
  }
}
