import CLinux
public import CEL
import FoundationEssentials
#if canImport(Glibc)
import Glibc
#endif

/// Where runs live: a folder of run folders.
public struct RunStore: Sendable {
  public let root: String

  public init(root: String) {
    self.root = root
  }

  /// `--runs`, `$PLAYBOOK_RUNS`, or `~/.local/state/playbook/runs`.
  public static func root(flag: String?, environment: [String: String]) -> String {
    if let flag { return flag }
    if let variable = environment["PLAYBOOK_RUNS"], !variable.isEmpty { return variable }
    let state = environment["XDG_STATE_HOME"].flatMap { $0.isEmpty ? nil : $0 }
    return (state ?? (environment["HOME"] ?? "/root") + "/.local/state") + "/playbook/runs"
  }

  /// No such run, or more than one.
  public struct LookupError: Error, Sendable {
    public var message: String
  }

  /// Makes the folder of a new run, named by its start, its playbook and four random characters.
  public func create(playbook: String, at start: Timestamp) throws(FileError) -> RunFolder {
    var last: FileError?
    for _ in 0..<20 {
      do {
        return try create(id: newID(playbook: playbook, at: start))
      } catch {
        guard error.code == EEXIST else { throw error }
        last = error
      }
    }
    throw last ?? FileError(path: root, operation: "make a run's folder in", code: EEXIST)
  }

  /// A name for a new run that no run has yet. Nothing is made.
  public func newID(playbook: String, at start: Timestamp) -> String {
    let stamp = start.description.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    let letters = Array("23456789abcdefghjkmnpqrstuvwxyz")
    var id = ""
    for _ in 0..<20 {
      id = "\(stamp)-\(playbook)-" + String((0..<4).map { _ in letters[Int.random(in: 0..<letters.count)] })
      if !FileManager.default.fileExists(atPath: root + "/" + id) { break }
    }
    return id
  }

  /// Makes the folder of a run by its name. Throws where it is there already.
  public func create(id: String) throws(FileError) -> RunFolder {
    if unsafe mkdir(root, 0o700) != 0, errno == ENOENT {
      do {
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        unsafe chmod(root, 0o700)
      } catch {
        throw FileError(path: root, operation: "make", code: EACCES)
      }
    }
    let isShared = Self.isShared(root)
    let path = root + "/" + id
    guard unsafe mkdir(path, isShared ? 0o770 : 0o700) == 0 else {
      throw FileError(path: root, operation: "make a run's folder in", code: errno)
    }
    if isShared { try RunFile.folder(path).setMode(0o770) }
    return try RunFolder(id: id, path: path, isShared: isShared)
  }

  /// All runs, newest first: by the time of the first event, then by id. A folder in which no run ever began is none.
  public func ids() -> [String] {
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter { name in
      Self.isID(name) && hasBegun(name)
    }
    // The name has the second; only runs of one second need a look into their journals.
    let seconds = Dictionary(grouping: names) { $0.prefix(16) }
    return seconds.sorted { $0.key > $1.key }.flatMap { second in
      guard second.value.count > 1 else { return second.value }
      return second.value.map { (start: start(of: $0) ?? Timestamp(seconds: 0), id: $0) }.sorted { $0 > $1 }.map(\.id)
    }
  }

  /// Whether something was recorded of a run: there is a line of a journal, or a file that is written after one.
  private func hasBegun(_ id: String) -> Bool {
    let path = root + "/" + id
    var info = stat()
    if unsafe stat(path + "/journal.jsonl", &info) == 0 { return info.st_size > 0 }
    // A folder that can't be looked into may hold a run.
    if errno != ENOENT { return true }
    return ["transcript.md", "evidence", "inbox"].contains { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
  }

  /// The time of a run's first event, as its journal has it; nil where there is none.
  private func start(of id: String) -> Timestamp? {
    guard let folder = try? RunFolder(id: id, path: root + "/" + id, isShared: false),
      let file = try? folder.folder.file("journal.jsonl", O_RDONLY),
      let line = (try? file.read(atMost: 1 << 20))?.split(separator: UInt8(ascii: "\n"), maxSplits: 1).first
    else { return nil }
    return (try? Value(json: Array(line), numbers: .recorded))?["at"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
  }

  /// The run that `name` means: an id, a unique part of one (a beginning or an ending before any other part), or `last`.
  public func find(_ name: String) throws(LookupError) -> RunFolder {
    let all = ids()
    if all.isEmpty { throw LookupError(message: "there are no runs in \(root)") }
    var matches: [String]
    if name == "last" {
      matches = [all[0]]
    } else {
      matches = all.filter { $0 == name }
      if matches.isEmpty { matches = all.filter { $0.hasPrefix(name) || $0.hasSuffix("-" + name) } }
      if matches.isEmpty, !name.isEmpty { matches = all.filter { $0.contains(name) } }
    }
    guard let id = matches.first else {
      throw LookupError(message: "there is no run `\(name)` in \(root); `playbook runs` lists them")
    }
    guard matches.count == 1 else {
      throw LookupError(
        message: "`\(name)` could be \(matches.prefix(5).joined(separator: ", "))\(matches.count > 5 ? ", …" : "")")
    }
    do {
      return try RunFolder(id: id, path: root + "/" + id, isShared: Self.isShared(root))
    } catch {
      throw LookupError(message: error.description)
    }
  }

  private static func isID(_ name: String) -> Bool {
    let parts = name.split(separator: "-")
    return parts.count >= 3 && parts[0].count == 16 && parts[0].hasSuffix("Z") && parts[0].first?.isNumber == true
  }

  private static func isShared(_ path: String) -> Bool {
    var info = stat()
    return unsafe stat(path, &info) == 0 && info.st_mode & 0o020 != 0
  }
}
