public import SourceText

/// A playbook's file and how the rest of its folder is reached.
public struct PlaybookSource {
  public var file: SourceFile
  /// The scenario's folder; nil for a single file outside of one.
  public var folder: String?
  /// Reads a file of that folder by its relative path.
  public var readFile: (String) throws -> SourceFile

  public init(file: SourceFile, folder: String?, readFile: @escaping (String) throws -> SourceFile) {
    self.file = file
    self.folder = folder
    self.readFile = readFile
  }

  /// The playbook of a scenario's folder, whose other files are read from there alone.
  public init(file: SourceFile, in folder: ScenarioFolder) {
    self.init(file: file, folder: folder.path, readFile: { name in try folder.read(name) })
  }

  /// A playbook of which no other file can be read.
  public init(_ file: SourceFile) {
    self.init(
      file: file, folder: nil,
      readFile: { _ throws(ScenarioFolder.Failure) in
        throw ScenarioFolder.Failure(description: "the playbook is not in a scenario's folder")
      })
  }
}
