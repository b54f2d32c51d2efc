#if canImport(Glibc)
import Glibc
#endif
public import CEL

/// The folder of one run: `journal.jsonl`, `sources/`, `evidence/`, `inbox/`, `lock`. Mode 0700, files 0600; 0770 and 0660
/// where the folder of all runs is open to its group.
public struct RunFolder: Sendable {
  public let id: String
  public let path: String
  let folder: RunFile
  let isShared: Bool

  var fileMode: mode_t { isShared ? 0o660 : 0o600 }
  var folderMode: mode_t { isShared ? 0o770 : 0o700 }

  init(id: String, path: String, isShared: Bool) throws(FileError) {
    self.id = id
    self.path = path
    self.isShared = isShared
    folder = try RunFile.folder(path)
  }

  /// The journal, as far as it fits.
  public func journal() throws(FileError) -> JournalContents {
    JournalReader.read(try journalBytes())
  }

  func journalBytes() throws(FileError) -> [UInt8] {
    try folder.file("journal.jsonl", O_RDONLY).read()
  }

  /// An outcome that was too large for a line. Throws where the file is missing or does not match the digest in its
  /// name.
  public func evidence(_ digest: String) throws(FileError) -> Value {
    guard digest.utf8.count == 64, digest.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else {
      throw FileError(path: digest, operation: "use the name", code: EINVAL)
    }
    let bytes = try folder.subfolder("evidence", mode: folderMode).file("\(digest).json", O_RDONLY).read()
    guard hexadecimal(sha256(bytes)) == digest, let value = try? Value(json: bytes, numbers: .recorded) else {
      throw FileError(path: "\(path)/evidence/\(digest).json", operation: "trust", code: EBADMSG)
    }
    return JournalValue.decode(value)
  }

  /// A file that the run was made from, kept by digest.
  public func source(_ digest: String) throws(FileError) -> [UInt8] {
    try folder.subfolder("sources", mode: folderMode).file(digest, O_RDONLY).read()
  }

  /// Keeps a source file and gives its SHA-256.
  public func keep(source bytes: [UInt8]) throws(FileError) -> String {
    let digest = hexadecimal(sha256(bytes))
    try keep(bytes, as: digest, in: "sources")
    return digest
  }

  /// Puts the names of the folder's files on disk, and its own in the folder of runs.
  func syncNames() throws(FileError) {
    guard fsync(folder.descriptor) == 0 else { throw FileError(path: path, operation: "sync", code: errno) }
    // A folder of runs that may be written to but not read can't be opened: no error.
    if let root = try? RunFile.folder(path + "/..") { _ = fsync(root.descriptor) }
  }

  /// Writes a file under its final name only when it is whole and on disk; one that is there stays.
  func keep(_ bytes: [UInt8], as name: String, in subfolder: String) throws(FileError) {
    let place = try folder.subfolder(subfolder, mode: folderMode)
    if (try? place.file(name, O_RDONLY)) != nil { return }
    let temporary = ".\(name).\(getpid())"
    let file = try place.file(temporary, O_WRONLY | O_CREAT | O_TRUNC, mode: fileMode)
    do {
      try file.write(bytes)
      try file.sync()
    } catch {
      unsafe unlinkat(place.descriptor, temporary, 0)
      throw error
    }
    guard unsafe renameat(place.descriptor, temporary, place.descriptor, name) == 0 else {
      throw FileError(path: "\(path)/\(subfolder)/\(name)", operation: "rename to", code: errno)
    }
    // An event that names the file may be on disk soon: so must the name be.
    guard fsync(place.descriptor) == 0 else { throw FileError(path: place.path, operation: "sync", code: errno) }
  }
}
