import FoundationEssentials
public import SourceText

/// The folder of a scenario, from which a playbook's own files are read, and nothing outside of it.
public struct ScenarioFolder: Sendable {
  public let path: String
  /// The largest file that is read, in bytes.
  public static let sizeLimit = 4 << 20

  public init(_ path: String) {
    self.path = path
  }

  /// Why a file can't be read.
  public struct Failure: Error, CustomStringConvertible {
    public let description: String
  }

  /// Why `name` can't be a file's path within a scenario's folder, or nil.
  public static func problem(with name: String) -> String? {
    if name.isEmpty { return "is not a file name" }
    if name.hasPrefix("/") || name.hasPrefix("~") { return "is not a path within the playbook's folder" }
    if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "holds a control character" }
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    if parts.contains("..") { return "leaves the playbook's folder" }
    if parts.contains(where: \.isEmpty) { return "is not a file name" }
    return nil
  }

  /// The file at `name`, a path relative to the folder. A link that leads out of the folder is refused, as is a file
  /// that is not a plain file.
  public func read(_ name: String) throws -> SourceFile {
    if let problem = Self.problem(with: name) { throw Failure(description: problem) }
    let manager = FileManager.default
    let file = URL(filePath: path + "/" + name).resolvingSymlinksInPath().path
    let root = URL(filePath: path).resolvingSymlinksInPath().path
    guard file.hasPrefix(root.hasSuffix("/") ? root : root + "/") else {
      throw Failure(description: "it is a link that leaves the playbook's folder")
    }
    guard let attributes = try? manager.attributesOfItem(atPath: file) else {
      throw Failure(description: "there is no such file")
    }
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw Failure(description: "it is not a plain file")
    }
    let size = (attributes[.size] as? any BinaryInteger).map { Int($0) } ?? 0
    guard size <= Self.sizeLimit else { throw Failure(description: "it is larger than \(Self.sizeLimit >> 20) MiB") }
    guard let bytes = manager.contents(atPath: file) else { throw Failure(description: "permission denied") }
    return SourceFile(path: path + "/" + name, bytes: Array(bytes))
  }
}
