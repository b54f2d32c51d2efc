import FoundationEssentials
import PlaybookLanguage
import SourceText
import Testing

@Suite struct ScenarioFolderTests {
  @Test func `only plain files within the folder are read`() throws {
    let manager = FileManager.default
    let root = manager.temporaryDirectory.appending(path: "scenario-\(UInt64.random(in: 0...UInt64.max))").path
    defer { try? manager.removeItem(atPath: root) }
    try manager.createDirectory(atPath: root + "/inside/sub", withIntermediateDirectories: true)
    for name in ["/outside.sql", "/inside/a.sql", "/inside/sub/b.sql"] {
      #expect(manager.createFile(atPath: root + name, contents: Data("SELECT 1".utf8)))
    }
    try manager.createSymbolicLink(atPath: root + "/inside/link.sql", withDestinationPath: "../outside.sql")
    try manager.createSymbolicLink(atPath: root + "/inside/fine.sql", withDestinationPath: "sub/b.sql")
    try manager.createSymbolicLink(atPath: root + "/inside/up", withDestinationPath: "..")
    let folder = ScenarioFolder(root + "/inside")
    #expect(try folder.read("a.sql").bytes == Array("SELECT 1".utf8))
    #expect(try folder.read("sub/b.sql").bytes.count == 8)
    #expect(try folder.read("fine.sql").bytes.count == 8)
    for name in [
      "link.sql", "up/outside.sql", "sub", "missing.sql", "../outside.sql", "/etc/hostname", "a\u{0}.sql", "",
    ] {
      #expect(throws: ScenarioFolder.Failure.self, "\(name)") { try folder.read(name) }
    }
  }
}
