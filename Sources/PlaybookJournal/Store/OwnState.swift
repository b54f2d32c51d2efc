import CEL
import CLinux
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#endif

/// Files of one user, however many share the folder of runs: the list of the user's yeses, and the key of the user's
/// digests. Folder 0700, files 0600; a file that somebody else could write is not used.
public struct OwnState: Sendable {
  let path: String

  /// - Parameter path: The folder, made with its parents when it is first written to.
  public init(path: String) {
    self.path = path
  }

  /// `$XDG_STATE_HOME/playbook/own-UID`, or `~/.local/state/playbook/own-UID`: never beside the runs of a team.
  public init(environment: [String: String]) {
    let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    self.init(path: (state ?? (environment["HOME"] ?? "/root") + "/.local/state") + "/playbook/own-\(geteuid())")
  }

  /// The folder, where it is there, or is made. Throws where it can't be, or where others may write to it.
  func folder(isMade: Bool) throws(FileError) -> RunFile {
    if isMade, unsafe mkdir(path, 0o700) != 0, errno == ENOENT {
      let parent = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
      do {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      } catch {
        throw FileError(path: parent, operation: "make", code: EACCES)
      }
      _ = unsafe mkdir(path, 0o700)
    }
    let folder = try RunFile.folder(path)
    try Self.checkOwn(folder)
    return folder
  }

  /// Throws where a file or folder is not this user's, or can be written by others.
  static func checkOwn(_ file: RunFile) throws(FileError) {
    var facts = stat()
    guard unsafe fstat(file.descriptor, &facts) == 0 else {
      throw FileError(path: file.path, operation: "look at", code: errno)
    }
    guard facts.st_uid == geteuid(), facts.st_mode & 0o022 == 0 else {
      throw FileError(path: file.path, operation: "trust a file that others can write at", code: EPERM)
    }
  }

  /// The key of digests: 32 bytes, the same in every process of this user. Nil where none can be kept.
  public func approvalKey() -> [UInt8]? {
    let name = "approval.key"
    guard let folder = try? folder(isMade: true) else { return nil }
    if unsafe faccessat(folder.descriptor, name, F_OK, 0) != 0 {
      let new = ".\(name).\(getpid())"
      defer { unsafe unlinkat(folder.descriptor, new, 0) }
      guard let file = try? folder.file(new, O_WRONLY | O_CREAT | O_TRUNC),
        (try? file.write((0..<32).map { _ in UInt8.random(in: 0...255) })) != nil, (try? file.sync()) != nil
      else { return nil }
      // Of two processes one is first, and both go on with its key.
      unsafe linkat(folder.descriptor, new, folder.descriptor, name, 0)
    }
    guard let file = try? folder.file(name, O_RDONLY), (try? Self.checkOwn(file)) != nil,
      let key = try? file.read(atMost: 64), key.count == 32
    else { return nil }
    return key
  }
}
