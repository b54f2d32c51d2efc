import CEL
import FoundationEssentials
import Glibc

/// Seeded clusters of earlier drills, by the digests of their seeds: initdb and a large seed take seconds, a copy does
/// not.
///
/// An entry is a folder `DIGEST` with `data` and `contents`, the number of files and bytes that `data` should have. It
/// is made beside its place and renamed into it, so that drills which start at the same time never see half of one.
package struct ClusterCache: Sendable {
  private let folder: String
  private static let unusedAfter: Duration = .seconds(14 * 24 * 3600)

  /// The cache in `folder`, which is made when it isn't there. Throws when it belongs to somebody else or others may
  /// write or look into it.
  package init(folder: String) throws(DrillError) {
    if unsafe mkdir(folder, 0o700) != 0, errno == ENOENT {
      try? FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    var facts = stat()
    guard unsafe lstat(folder, &facts) == 0 else { throw .system(.missing, "can't use the cache \(folder)") }
    guard facts.st_mode & S_IFMT == S_IFDIR else {
      throw DrillError(.missing, "the cache \(folder) is not a folder")
    }
    guard facts.st_uid == geteuid(), facts.st_mode & 0o077 == 0 else {
      throw DrillError(
        .missing, "the cache \(folder) must belong to you and be closed to others (chmod 700 \(folder)); it is not used"
      )
    }
    self.folder = folder
  }

  /// Where clusters are kept unless told otherwise: `$XDG_CACHE_HOME/playbook`, else `~/.cache/playbook`, else a folder
  /// of the user's in /tmp.
  package static func defaultFolder(environment: [String: String]) -> String {
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") { return cache + "/playbook" }
    if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.cache/playbook" }
    return "/tmp/playbook-cache-\(geteuid())"
  }

  /// The name of an entry made from `ingredients`.
  package static func key(_ ingredients: [String]) -> String {
    hexadecimal(sha256(Value.list(ingredients.map { .string($0) }).jsonBytes()))
  }

  /// Copies the entry `key` to `data`, which must not exist. False where there is none that is whole; a broken one is
  /// removed.
  package func restore(_ key: String, to data: String) async throws(DrillError) -> Bool {
    let entry = "\(folder)/\(key)"
    guard unsafe access(entry, F_OK) == 0 else { return false }
    guard let contents = try? String(contentsOf: URL(filePath: entry + "/contents"), encoding: .utf8),
      contents == Self.contents(of: entry + "/data")
    else {
      discard(key)
      return false
    }
    // Its time says when it was last of use.
    _ = unsafe utimes(entry, nil)
    let result = try await Self.copy(entry + "/data", to: data)
    if !result.succeeded {
      try? FileManager.default.removeItem(atPath: data)
      discard(key)
    }
    return result.succeeded
  }

  /// Keeps a copy of `data`, a cluster that is shut down. A cache that can't be written costs the next drill its time,
  /// no more.
  package func store(_ key: String, from data: String) async {
    let new = "\(folder)/.new-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: new) }
    guard unsafe mkdir(new, 0o700) == 0, let result = try? await Self.copy(data, to: new + "/data"), result.succeeded,
      let contents = Self.contents(of: new + "/data"),
      (try? Data(contents.utf8).write(to: URL(filePath: new + "/contents"))) != nil
    else { return }
    // Where another drill was faster its entry stays: a folder that isn't empty can't be renamed over.
    _ = unsafe rename(new, "\(folder)/\(key)")
    prune()
  }

  /// Removes the entry `key`; a drill that copies from it at this moment sees it incomplete and makes a new one.
  package func discard(_ key: String) {
    let old = "\(folder)/.old-\(UUID().uuidString)"
    guard unsafe rename("\(folder)/\(key)", old) == 0 else { return }
    try? FileManager.default.removeItem(atPath: old)
  }

  private static func copy(_ source: String, to destination: String) async throws(DrillError) -> Command.Result {
    let command = ["cp", "--archive", "--reflink=auto", "--no-target-directory", source, destination]
    return try await Command.run(ServerAccount(user: nil).command(command))
  }

  /// "1234 files, 56789 bytes": an incomplete copy, or a missing file, changes it.
  private static func contents(of data: String) -> String? {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: data) else { return nil }
    var files = 0
    var bytes = 0
    for name in names {
      var facts = stat()
      guard unsafe lstat("\(data)/\(name)", &facts) == 0 else { return nil }
      guard facts.st_mode & S_IFMT == S_IFREG else { continue }
      files += 1
      bytes += Int(facts.st_size)
    }
    return "\(files) files, \(bytes) bytes"
  }

  /// Removes entries that no drill used for two weeks, and those that a killed drill left half done.
  private func prune() {
    let now = Timestamp.now().seconds
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      var facts = stat()
      guard unsafe lstat("\(folder)/\(name)", &facts) == 0 else { continue }
      let age = Duration.seconds(now - Int64(facts.st_mtim.tv_sec))
      if age > Self.unusedAfter || (name.hasPrefix(".") && age > .seconds(3600)) { discard(name) }
    }
  }
}
