import CEL
import CLinux
import FoundationEssentials
public import PlaybookRecord
#if canImport(Glibc)
import Glibc
#endif

/// Remarks that other processes leave for the holder of the run: one file each in `inbox/`.
///
/// `{"v":1,"text":"…","by":"…","made":"…","when":"…"?,"closes":N?}`, named by its id. Its contents are data of
/// strangers: links, large files and files without a remark are refused and left where they are.
public struct RunInbox: Sendable {
  /// Largest file that is read.
  private static let largest = 32 << 10
  /// How many are taken at a time.
  private static let most = 100

  private let folder: RunFolder

  public init(_ folder: RunFolder) {
    self.folder = folder
  }

  /// The thing found under a name.
  public enum Found: Sendable {
    case remark(Remark)
    /// Why it is none.
    case refused(String)
  }

  /// Leaves a remark. The file has its name only when it is whole and on disk.
  public func leave(_ remark: Remark) throws(FileError) {
    var content: MapValue = MapValue([
      ("v", 1), ("text", .string(remark.text)), ("by", .string(remark.by)),
      ("made", .string(remark.made.description)),
    ])
    if let when = remark.when { content["when"] = .string(when.description) }
    if let closes = remark.closes { content["closes"] = .int(Int64(closes)) }
    try folder.keep(Value.map(content).jsonBytes(), as: remark.id + ".json", in: "inbox")
  }

  /// Whether a remark still lies there.
  public func holds(_ remark: Remark) -> Bool {
    guard let place = try? folder.folder.subfolder("inbox", mode: folder.folderMode) else { return false }
    return unsafe faccessat(place.descriptor, remark.id + ".json", F_OK, 0) == 0
  }

  /// Its files, oldest name first.
  public func look() -> [(name: String, found: Found)] {
    // The usual case is a folder that is not there.
    guard unsafe access(folder.path + "/inbox", F_OK) == 0,
      let place = try? folder.folder.subfolder("inbox", mode: folder.folderMode),
      let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(place.descriptor)")
    else { return [] }
    return names.filter { !$0.hasPrefix(".") }.sorted().prefix(Self.most).map { ($0, read($0, in: place)) }
  }

  /// Takes a remark away once it is recorded.
  public func remove(_ name: String) {
    guard let place = try? folder.folder.subfolder("inbox", mode: folder.folderMode) else { return }
    unsafe unlinkat(place.descriptor, name, 0)
  }

  private func read(_ name: String, in place: RunFile) -> Found {
    let file: RunFile
    let content: Value
    var info = stat()
    do {
      // A pipe in place of a file must not hold up the run.
      file = try place.file(name, O_RDONLY | O_NONBLOCK)
      guard unsafe fstat(file.descriptor, &info) == 0, info.st_size <= Self.largest else {
        return .refused("it is larger than \(Self.largest) bytes")
      }
      content = try Value(json: try file.read())
    } catch let error as FileError {
      return .refused(error.code == ELOOP ? "it is a link" : error.description)
    } catch {
      return .refused("it is not JSON")
    }
    guard name.hasSuffix(".json"), content["v"]?.intValue == 1, let text = content["text"]?.stringValue,
      let made = content["made"]?.stringValue.flatMap({ Timestamp(rfc3339: $0) })
    else { return .refused("it is not a remark") }
    if let problem = Remark.problem(with: text) { return .refused(problem) }
    var when: Timestamp?
    if let late = content["when"]?.stringValue {
      guard let time = Timestamp(rfc3339: late) else { return .refused("its time can't be read") }
      when = time
    }
    let by = Self.author(claimed: content["by"]?.stringValue, owner: info.st_uid)
    let closes = content["closes"]?.intValue.flatMap { Int(exactly: $0) }
    return .remark(
      Remark(
        id: String(name.dropLast(5)), text: text, by: by, uid: info.st_uid, when: when, made: made, closes: closes))
  }

  /// The author: the name in the file, and the file's owner where that is somebody else.
  private static func author(claimed: String?, owner: uid_t) -> String {
    var name = "uid \(owner)"
    if let entry = unsafe getpwuid(owner), let text = unsafe entry.pointee.pw_name {
      name = unsafe String(cString: text)
    }
    guard let claimed, !claimed.isEmpty, claimed != name else { return name }
    return "\(claimed.prefix(64)) (user \(name))"
  }
}
