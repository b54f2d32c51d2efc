import Glibc

/// Files that a command line or an environment names: also pipes, `/dev/stdin` and the path that a shell puts in for
/// `<(command)`.
enum InputFile {
  /// Why a file can't be read, in words.
  struct Unreadable: Error, CustomStringConvertible {
    var description: String
  }

  /// More than any playbook, answer or evidence file; an endless one (`/dev/zero`) ends here.
  private static let limit = 256 << 20

  /// All of the file at `path`; `-` is standard input.
  static func bytes(_ path: String) throws(Unreadable) -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(path) }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path) }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else {
        throw Unreadable(description: "can't read \(path): it is larger than \(limit >> 20) MiB")
      }
    }
  }

  private static func unreadable(_ path: String) -> Unreadable {
    Unreadable(description: "can't read \(path): \(unsafe String(cString: strerror(errno)))")
  }
}
