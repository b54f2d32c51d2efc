import Glibc
import SourceText

extension Output {
  /// Gives `body` a place to write pieces to: standard output, or the file at `path`, as `--out` names it.
  ///
  /// A regular file is replaced when all is written, and whole until then; it keeps its owner, its group and its mode,
  /// and a new one is its owner's alone. A symbolic link is followed. A file that is not regular (a pipe, a device) is
  /// written to. Characters that could move a terminal's cursor are shown and not sent.
  ///
  /// - Parameter isPipeForReaders: Whether a pipe on standard output is taken to lead to a terminal (`| less`).
  static func file(_ path: String?, isPipeForReaders: Bool = false, _ body: ((String) throws -> Void) throws -> Void)
    throws
  {
    var facts = stat()
    guard let path, !isStandardOutput(path) else {
      if isatty(1) == 1 { return try body { data(shown($0)) } }
      let isFile = unsafe fstat(1, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
      return try body { data(isPipeForReaders && !isFile ? Visible.controls($0) : $0) }
    }
    guard unsafe stat(path, &facts) == 0 else {
      return try replace(destination(path), mode: 0o600, named: path, body)
    }
    guard facts.st_mode & S_IFMT == S_IFREG else { return try writeThrough(path, body) }
    try replace(destination(path), mode: facts.st_mode & 0o7777, keeping: facts, named: path, body)
  }

  /// Replaces the file at `path` when all is written. It has `mode`, whatever the process's mask is.
  ///
  /// With facts on the file that is there its owner and its group stay. Where that can't be had by a new file, or where the
  /// file has other names, the bytes are put into the old one, after there is room for them.
  static func replace(
    _ path: String, mode: mode_t, keeping old: stat? = nil, named name: String? = nil,
    _ body: ((String) throws -> Void) throws -> Void
  ) throws {
    let name = name ?? path
    let temporary = path + ".\(getpid()).part"
    let nameless = nameless(beside: path)
    let descriptor = unsafe nameless ?? open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw unwritable(name) }
    defer { close(descriptor) }
    do {
      try pieces(to: descriptor, name, isTerminal: false, body)
      if let old, old.st_nlink > 1 || fchown(descriptor, old.st_uid, old.st_gid) != 0 {
        try copy(descriptor, over: path, name)
        if nameless == nil { unsafe unlink(temporary) }
        return
      }
      guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0,
        unsafe nameless == nil || linkat(AT_FDCWD, link(to: descriptor), AT_FDCWD, temporary, AT_SYMLINK_FOLLOW) == 0,
        unsafe rename(temporary, path) == 0
      else { throw unwritable(name) }
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  /// A file in the folder of `path` that has no name until it is whole, so that nothing is left of it where the process is
  /// killed (open(2), `O_TMPFILE`); nil where the file system or the kernel has none.
  private static func nameless(beside path: String) -> Int32? {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let temporary: Int32 = 0o20_000_000 | O_DIRECTORY
    let descriptor = unsafe open(folder, O_RDWR | O_CLOEXEC | temporary, 0o600)
    guard descriptor >= 0 else { return nil }
    if unsafe access(link(to: descriptor), F_OK) == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  private static func link(to descriptor: Int32) -> String { "/proc/self/fd/\(descriptor)" }

  private static func writeThrough(_ path: String, _ body: ((String) throws -> Void) throws -> Void) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY)
    guard descriptor >= 0 else { throw unwritable(path) }
    do {
      try pieces(to: descriptor, path, isTerminal: isatty(descriptor) == 1, body)
    } catch {
      close(descriptor)
      throw error
    }
    guard close(descriptor) == 0 else { throw unwritable(path) }
  }

  private static func pieces(
    to descriptor: Int32, _ name: String, isTerminal: Bool, _ body: ((String) throws -> Void) throws -> Void
  ) throws {
    try body { piece in
      guard write(Array((isTerminal ? shown(piece) : piece).utf8), to: descriptor) else { throw unwritable(name) }
    }
  }

  /// Puts the bytes of an open file into the one at `path`, which is as it was where there is no room.
  private static func copy(_ source: Int32, over path: String, _ name: String) throws {
    let target = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard target >= 0 else { throw unwritable(name) }
    defer { close(target) }
    var (old, new) = (stat(), stat())
    guard unsafe fstat(target, &old) == 0, unsafe fstat(source, &new) == 0 else { throw unwritable(name) }
    let failure = new.st_size > old.st_size ? posix_fallocate(target, 0, new.st_size) : 0
    guard failure == 0 else {
      ftruncate(target, old.st_size)
      errno = failure
      throw unwritable(name)
    }
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    lseek(source, 0, SEEK_SET)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unwritable(name) }
      if count == 0 { break }
      guard write(Array(chunk[..<count]), to: target) else { throw unwritable(name) }
    }
    guard ftruncate(target, new.st_size) == 0, fsync(target) == 0 else { throw unwritable(name) }
  }

  /// Where symbolic links lead, also where nothing is there yet.
  private static func destination(_ path: String) -> String {
    var path = path
    // As many as the system follows (path_resolution(7)).
    for _ in 0..<40 {
      var target = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = unsafe readlink(path, &target, target.count - 1)
      guard count > 0 else { return path }
      let link = String(decoding: target[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
      path = link.hasPrefix("/") ? link : folder + link
    }
    return path
  }

  /// Whether standard output goes to `path`: `/dev/stdout` is it by another name.
  private static func isStandardOutput(_ path: String) -> Bool {
    var (named, own) = (stat(), stat())
    guard unsafe stat(path, &named) == 0, unsafe fstat(1, &own) == 0 else { return false }
    return named.st_dev == own.st_dev && named.st_ino == own.st_ino
  }

  private static func shown(_ text: String) -> String {
    Visible.text(text.replacing("\r\n", with: "\n"), keepingTabs: true, keepingLineBreaks: true)
  }

  private static func unwritable(_ path: String) -> CommandFailure {
    .failed("can't write \(path): \(reason)")
  }
}
