import ExecutorKit
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The interpreter that a program's own first line names. Where it is missing the system says of the program that there
/// is no such file.
struct ProgramHead: Equatable {
  var interpreter: String

  /// Source: execve(2), "Interpreter scripts": at most 255 bytes are looked at.
  private static let longest = 255

  /// Nil: it is not a script, or names none.
  init?(of file: String) {
    guard let handle = FileHead.first(file, Self.longest) else { return nil }
    self.init(handle)
  }

  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: "#!".utf8) else { return nil }
    let line = bytes.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }
    let words = line.split(maxSplits: 1, omittingEmptySubsequences: true) { $0 == 0x20 || $0 == 0x09 }
    guard let first = words.first, first.first == UInt8(ascii: "/") else { return nil }
    interpreter = String(decoding: first, as: UTF8.self)
  }

  /// Whether a file begins like text and not with `#!`: no program that the system can start.
  static func isText(_ file: String) -> Bool {
    guard let bytes = FileHead.first(file, longest), !bytes.starts(with: "#!".utf8) else { return false }
    return bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x07...0x0D).contains($0) }
  }

  /// Throws `.unreachable` where the interpreter can't run.
  func check(_ file: String) throws(ExecutorError) {
    let line = "the first line of \(file) names the interpreter \(interpreter)"
    if interpreter.hasSuffix("\r") {
      throw ExecutorError(
        .unreachable, "the first line of \(file) ends in a carriage return: the file has the line ends of Windows")
    }
    switch FileKind(of: interpreter) {
    case .absent: throw ExecutorError(.unreachable, "\(line), which is not there")
    case .other: throw ExecutorError(.unreachable, "\(line), which is not a regular file")
    case .regular:
      guard unsafe access(interpreter, X_OK) == 0 else {
        throw ExecutorError(.unreachable, "\(line), which is not executable")
      }
    }
  }
}

private enum FileHead {
  /// The first bytes of a regular file, or nil where it can't be read.
  static func first(_ path: String, _ count: Int) -> [UInt8]? {
    let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes = [UInt8](repeating: 0, count: count)
    let length = unsafe bytes.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, count) }
    return length > 0 ? Array(bytes.prefix(length)) : nil
  }
}
