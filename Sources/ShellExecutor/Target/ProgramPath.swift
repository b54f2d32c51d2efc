import ExecutorKit

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Finds programs in a target's folders and nowhere else.
struct ProgramPath {
  private let folders: [String]
  private let targetName: String

  /// Throws `.refused` where everybody could put a program into one of the folders.
  init(_ target: ShellTarget) throws(ExecutorError) {
    folders = target.path
    targetName = target.name
    for folder in folders { try refuseOpen(folder, called: "the folder \(folder) on the path of `\(targetName)`") }
  }

  /// Throws where everybody may write to a file or folder that is there.
  private func refuseOpen(_ path: String, called name: String) throws(ExecutorError) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IWOTH != 0 else { return }
    throw ExecutorError(
      .refused,
      "\(name) is writable by everybody, so that anybody's program could run; take that right away (chmod o-w)")
  }

  /// The file of a program. A name is looked for in each folder in turn; a path must lie directly in one of them. A
  /// link that leads out of the folders is refused.
  ///
  /// Throws `.refused` for a program outside, `.unreachable` for one that is missing or can't be run.
  func file(of program: String) throws(ExecutorError) -> String {
    let candidates = try candidates(for: program)
    var obstacle: String?
    for candidate in candidates {
      switch FileKind(of: candidate) {
      case .absent: continue
      case .other: obstacle = obstacle ?? "\(candidate) is not a regular file"
      case .regular:
        guard unsafe access(candidate, X_OK) == 0 else {
          obstacle = obstacle ?? "\(candidate) is not executable"
          continue
        }
        try refuseEscape(candidate)
        try refuseOpen(candidate, called: candidate)
        return candidate
      }
    }
    let place = folders.joined(separator: ", ")
    throw ExecutorError(
      .unreachable, obstacle ?? "there is no program `\(program)` on the path of `\(targetName)` (\(place))")
  }

  /// The file of the program that runs a script: /bin/sh, or a program on the path, by any of the names that its folder
  /// has.
  ///
  /// Throws `.invalid` for another.
  func file(of interpreter: Interpreter) throws(ExecutorError) -> String {
    let program = interpreter.program
    if ["/bin/sh", "/usr/bin/sh"].contains(program) { return program }
    let line = "the script's first line names \(program)"
    guard program.hasPrefix("/") else {
      do {
        return try file(of: program)
      } catch {
        throw ExecutorError(.invalid, "the script's first line names `\(program)`: \(error.message)")
      }
    }
    switch FileKind(of: program) {
    case .absent: throw ExecutorError(.invalid, "\(line), which is not there")
    case .other: throw ExecutorError(.invalid, "\(line), which is not a regular file")
    case .regular: break
    }
    guard unsafe access(program, X_OK) == 0 else { throw ExecutorError(.invalid, "\(line), which is not executable") }
    let parts = program.split(separator: "/").dropLast()
    let named = realPath("/" + parts.joined(separator: "/"))
    guard folders.contains(where: { realPath($0) == named }), (try? refuseEscape(program)) != nil else {
      let place = folders.joined(separator: ", ")
      throw ExecutorError(.invalid, "\(line), which does not lie on the path of `\(targetName)` (\(place))")
    }
    try refuseOpen(program, called: program)
    return program
  }

  private func candidates(for program: String) throws(ExecutorError) -> [String] {
    guard program.contains("/") else {
      guard program != ".", program != ".." else { throw ExecutorError(.refused, "`\(program)` is not a program") }
      return folders.map { $0 == "/" ? "/" + program : $0 + "/" + program }
    }
    let parts = program.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.dropLast().joined(separator: "/")
    guard program.hasPrefix("/"), let name = parts.last, !name.isEmpty, name != ".", name != "..",
      folders.contains(where: { $0.utf8.elementsEqual(folder.isEmpty ? "/".utf8 : folder.utf8) })
    else {
      let place = folders.joined(separator: ", ")
      throw ExecutorError(
        .refused, "`\(program)` does not lie directly in a folder of the path of `\(targetName)` (\(place))")
    }
    return [program]
  }

  /// Throws where following links from `file` ends outside of the folders.
  private func refuseEscape(_ file: String) throws(ExecutorError) {
    guard let real = realPath(file) else { throw ExecutorError(.unreachable, "\(file) leads nowhere") }
    let folder = real.split(separator: "/").dropLast().joined(separator: "/")
    let allowed = folders.compactMap(realPath).map { $0.split(separator: "/").joined(separator: "/") }
    guard allowed.contains(where: { $0.utf8.elementsEqual(folder.utf8) }) else {
      throw ExecutorError(.refused, "\(file) is a link to \(real), outside of the path of `\(targetName)`")
    }
  }
}

/// The folder that a program runs in.
enum WorkingFolder {
  /// Throws `.unreachable` where there is no such folder.
  static func check(_ folder: String, of target: ShellTarget) throws(ExecutorError) -> String {
    var status = stat()
    guard unsafe stat(folder, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw ExecutorError(.unreachable, "there is no folder \(folder) to run in (`cwd` of `\(target.name)`)")
    }
    return folder
  }
}

/// The file at a path, links followed.
enum FileKind {
  case absent, regular, other

  init(of path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      self = .absent
      return
    }
    self = status.st_mode & S_IFMT == S_IFREG ? .regular : .other
  }
}

/// `path` with every link followed, or nil where it leads nowhere.
private func realPath(_ path: String) -> String? {
  guard let resolved = unsafe realpath(path, nil) else { return nil }
  defer { unsafe free(resolved) }
  return unsafe String(validatingCString: resolved)
}
