#if canImport(Glibc)
import Glibc
#else
import Musl
#endif
import CLinux

/// A refusal by the file system.
public struct FileError: Error, Sendable, CustomStringConvertible {
  public var path: String
  public var operation: String
  /// errno.
  public var code: Int32

  public var description: String { "can't \(operation) \(path): \(unsafe String(cString: strerror(code)))" }
}

/// A file or folder held open by its descriptor, so that a name swapped under it changes nothing.
final class RunFile: Sendable {
  let descriptor: Int32
  let path: String

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    close(descriptor)
  }

  /// Opens a folder, which must not be a symbolic link.
  static func folder(_ path: String) throws(FileError) -> RunFile {
    let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path: path, operation: "open", code: errno) }
    return RunFile(descriptor: descriptor, path: path)
  }

  /// Opens `name` within the folder, never through a link.
  func file(_ name: String, _ flags: Int32, mode: mode_t = 0o600) throws(FileError) -> RunFile {
    let whole = path + "/" + name
    // Without waiting for a writer of a pipe of that name.
    let descriptor = unsafe openat(descriptor, name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode)
    guard descriptor >= 0 else { throw FileError(path: whole, operation: "open", code: errno) }
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else {
      close(descriptor)
      throw FileError(path: whole, operation: "look at", code: errno)
    }
    guard info.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw FileError(path: whole, operation: "use anything but an ordinary file at", code: EINVAL)
    }
    // The umask must not keep the others of a team out of a file that is theirs, too.
    if flags & O_CREAT != 0, info.st_uid == geteuid(), info.st_mode & 0o777 != mode { fchmod(descriptor, mode) }
    return RunFile(descriptor: descriptor, path: whole)
  }

  /// The folder `name` within this one, made where it is missing.
  func subfolder(_ name: String, mode: mode_t = 0o700) throws(FileError) -> RunFile {
    let whole = path + "/" + name
    let isNew = unsafe mkdirat(descriptor, name, mode) == 0
    if !isNew, errno != EEXIST { throw FileError(path: whole, operation: "make", code: errno) }
    let descriptor = unsafe openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { throw FileError(path: whole, operation: "open", code: errno) }
    let folder = RunFile(descriptor: descriptor, path: whole)
    if isNew { folder.setMode(mode) }
    return folder
  }

  /// Sets the rights of a folder that was just made. It keeps the bit by which its files get the group of the folder
  /// above it, as in a team's folder: they would be its maker's alone.
  func setMode(_ mode: mode_t) {
    var info = stat()
    let group = unsafe fstat(descriptor, &info) == 0 ? info.st_mode & S_ISGID : 0
    fchmod(descriptor, mode | group)
  }

  /// All of `bytes`, or an error and, as far as can be, nothing.
  func write(_ bytes: [UInt8]) throws(FileError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, operation: "write to", code: errno)
      }
      rest = rest.dropFirst(count)
    }
  }

  /// The whole content, or its beginning.
  func read(atMost limit: Int = .max) throws(FileError) -> [UInt8] {
    var content: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    guard lseek(descriptor, 0, SEEK_SET) >= 0 else { throw FileError(path: path, operation: "read", code: errno) }
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { raw in
        unsafe Glibc.read(descriptor, raw.baseAddress, raw.count)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, operation: "read", code: errno)
      }
      content += buffer[..<count]
      if count == 0 || content.count >= limit { return content }
    }
  }

  /// The bytes from `offset` on, `count` of them or as many as there are.
  func read(from offset: Int, count: Int) throws(FileError) -> [UInt8] {
    var content = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let more = unsafe content.withUnsafeMutableBytes { raw in
        unsafe pread(descriptor, raw.baseAddress?.advanced(by: filled), count - filled, off_t(offset + filled))
      }
      if more < 0 {
        if errno == EINTR { continue }
        throw FileError(path: path, operation: "read", code: errno)
      }
      if more == 0 { break }
      filled += more
    }
    if filled < count { content.removeLast(count - filled) }
    return content
  }

  /// Returns when all written bytes are on disk.
  func sync() throws(FileError) {
    guard fdatasync(descriptor) == 0 else { throw FileError(path: path, operation: "sync", code: errno) }
  }

  /// Sets room aside after `offset`, so that a full disk is met now. A file system that can't is not an error.
  func reserve(_ length: Int, from offset: Int) throws(FileError) {
    if playbook_reserve(descriptor, off_t(offset), off_t(length)) != 0, errno == ENOSPC || errno == EDQUOT {
      throw FileError(path: path, operation: "reserve room in", code: errno)
    }
  }

  func truncate(to length: Int) throws(FileError) {
    guard ftruncate(descriptor, off_t(length)) == 0 else {
      throw FileError(path: path, operation: "shorten", code: errno)
    }
  }

  /// Locks the file for this descriptor until it is closed; false where another has it.
  func lock() throws(FileError) -> Bool {
    if playbook_lock(descriptor) == 0 { return true }
    if errno != EAGAIN, errno != EACCES { throw FileError(path: path, operation: "lock", code: errno) }
    return false
  }

  /// Throws where the file has lost its name: it was deleted, or moved with its folder.
  func checkInPlace() throws(FileError) {
    var (own, named) = (stat(), stat())
    guard unsafe fstat(descriptor, &own) == 0, unsafe lstat(path, &named) == 0 else {
      throw FileError(path: path, operation: "find", code: errno)
    }
    guard own.st_ino == named.st_ino, own.st_dev == named.st_dev else {
      throw FileError(path: path, operation: "continue in the replaced", code: ESTALE)
    }
  }
}

extension RunFile {
  /// Throws where the file does not end as it was left: after `length` bytes, the last of which are `tail`.
  func checkEnd(at length: Int, after tail: [UInt8]) throws(FileError) {
    var info = stat()
    guard unsafe fstat(descriptor, &info) == 0 else { throw FileError(path: path, operation: "look at", code: errno) }
    if info.st_size < length { throw FileError(path: path, operation: "continue in the shortened", code: ESTALE) }
    guard info.st_size == length, try read(from: length - tail.count, count: tail.count) == tail else {
      throw FileError(path: path, operation: "continue the journal that another process has written to:", code: ESTALE)
    }
  }
}

/// A journal's needs of its file; tests put a disk in between that forgets bytes that were not synced.
protocol WriteAheadFile: Sendable {
  func write(_ bytes: [UInt8]) throws(FileError)
  func sync() throws(FileError)
  func reserve(_ length: Int, from offset: Int) throws(FileError)
  func truncate(to length: Int) throws(FileError)
  func checkInPlace() throws(FileError)
  func checkEnd(at length: Int, after tail: [UInt8]) throws(FileError)
}

extension RunFile: WriteAheadFile {}
