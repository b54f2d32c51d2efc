import FoundationEssentials
import Glibc

/// The folder of one world, and the places in it.
///
/// ```
/// environments.yaml   the drill's environment, placeholders filled in
/// world.env           addresses for the world's programs, to be sourced by a shell
/// calls.jsonl         requests that the admin API got
/// bin/ background/    copies of the scenario's programs, which may keep their state in this folder
/// secrets/            one file for each secret, with a random value
/// control/redis       stops and starts Redis
/// servers/            sockets and data of Redis and PostgreSQL
/// ```
package struct WorldFolder: Sendable {
  package let path: String
  /// Whether it was made for this world, and goes with it.
  private let isOurs: Bool

  package var environment: String { path + "/environments.yaml" }
  package var shellVariables: String { path + "/world.env" }
  package var calls: String { path + "/calls.jsonl" }
  package var programs: String { path + "/bin" }
  package var background: String { path + "/background" }
  package var secrets: String { path + "/secrets" }
  package var control: String { path + "/control" }
  package var servers: String { path + "/servers" }

  /// Makes the folder where it isn't there. An existing one must be empty.
  package init(_ path: String, for account: ServerAccount) throws(DrillError) {
    // The path becomes part of URLs, YAML and shell words, and a socket's path has at most 107 bytes.
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "/._-+".utf8.contains(byte)
      }
    }
    guard path.hasPrefix("/"), isPlain else {
      throw DrillError(.missing, "the world's folder must be an absolute path of letters, digits and ._-+, not \(path)")
    }
    guard path.utf8.count <= 70 else {
      throw DrillError(
        .missing, "the path of the world's folder is too long for a Unix socket (over 70 bytes): \(path)")
    }
    if unsafe mkdir(path, 0o700) == 0 {
      isOurs = true
    } else {
      guard errno == EEXIST, let names = try? FileManager.default.contentsOfDirectory(atPath: path), names.isEmpty
      else {
        throw DrillError(.missing, "the world's folder \(path) can't be made, or is there and not empty")
      }
      isOurs = false
    }
    self.path = path
    // PostgreSQL's user must get through to its own folder, and nowhere else.
    if account.user != nil { _ = unsafe chmod(path, 0o711) }
    do {
      try account.makeFolder(servers)
    } catch {
      remove()
      throw error
    }
  }

  /// Writes a file that only its owner can read.
  package func write(_ text: String, to file: String) throws(DrillError) {
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .system(.failed, "can't write \(file)") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw .system(.failed, "can't write \(file)")
    }
  }

  /// Copies the programs of `source`, a folder, to `destination`.
  package func copyPrograms(_ source: String, to destination: String) throws(DrillError) {
    do { try FileManager.default.copyItem(atPath: source, toPath: destination) } catch {
      throw DrillError(.failed, "can't copy \(source) to \(destination): \(error)")
    }
  }

  /// Removes all that is in it, and the folder where it was made for this world.
  package func remove() {
    if isOurs {
      try? FileManager.default.removeItem(atPath: path)
      return
    }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
