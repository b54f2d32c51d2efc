import FoundationEssentials
import PlaybookLanguage
import SourceText
import Testing

@Suite struct `The catalogue` {
  /// A folder with `files`, removed again at the end.
  private func withFolder(_ files: [String: String], _ body: (String) throws -> Void) throws {
    let manager = FileManager.default
    let root = manager.temporaryDirectory.appending(path: "catalogue-\(UUID().uuidString)").path
    defer { try? manager.removeItem(atPath: root) }
    for (name, text) in files {
      let path = root + "/" + name
      try manager.createDirectory(
        atPath: String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: path))
    }
    try body(root)
  }

  private let files = [
    "a/mass-lockout/playbook.yaml": """
    playbook: mass-lockout
    title: Mass account lockouts
    severity: critical
    alerts: [AuthLockoutsHigh]
    symptoms: [Multiple users locked simultaneously, Login returns 429 or 403]
    """,
    "a/mass-lockout/q.sql": "SELECT 1",
    "a/escalation.yaml": "critical: {contact: On-call, response_time: 15m}",
    "a/Bad_Name/playbook.yaml": "x: y",
    "a/no-playbook/readme.md": "",
    "b/mass-lockout/playbook.yaml": "title: shadowed",
    "b/rate-limit/playbook.yaml":
      "playbook: rate-limit\ntitle: Legitimate traffic limited\nsymptoms: [Users getting 429 errors]\n",
    "b/broken/playbook.yaml": "title: \"",
    "outside/secret/playbook.yaml": "title: secret",
  ]

  @Test func `scenarios are found by name, the first root wins`() throws {
    try withFolder(files) { root in
      let catalogue = PlaybookCatalogue(roots: [root + "/a", root + "/b", root + "/missing"])
      #expect(catalogue.roots.count == 2)
      #expect(catalogue.names == ["broken", "mass-lockout", "rate-limit"])
      let source = try catalogue.source("mass-lockout")
      #expect(source.file.path == root + "/a/mass-lockout/playbook.yaml")
      #expect(source.folder == root + "/a/mass-lockout")
      #expect(try source.readFile("q.sql").bytes == Array("SELECT 1".utf8))
      #expect(catalogue.escalationFile()?.path == root + "/a/escalation.yaml")
    }
  }

  @Test(arguments: ["..", "../outside/secret", "a b", "", "Mass", ".", "mass-lockout\u{0}", "-x"])
  func `nothing is reached outside through a name`(_ name: String) throws {
    try withFolder(files) { root in
      let catalogue = PlaybookCatalogue(roots: [root + "/a"])
      #expect(throws: PlaybookCatalogue.Failure.self) { try catalogue.named(name) }
    }
  }

  @Test func `a link that leaves the root is not a scenario, and a file that leaves it is not read`() throws {
    try withFolder(files) { root in
      let manager = FileManager.default
      try manager.createSymbolicLink(atPath: root + "/a/secret", withDestinationPath: root + "/outside/secret")
      try manager.createSymbolicLink(
        atPath: root + "/a/mass-lockout/out.sql", withDestinationPath: root + "/outside/secret/playbook.yaml")
      let catalogue = PlaybookCatalogue(roots: [root + "/a"])
      #expect(catalogue.names == ["mass-lockout"])
      #expect(try catalogue.named("secret") == nil)
      let source = try catalogue.source("mass-lockout")
      for name in ["out.sql", "../../outside/secret/playbook.yaml", "/etc/passwd", ""] {
        #expect(throws: (any Error).self) { try source.readFile(name) }
      }
    }
  }

  @Test func `a path leads to a file of any name, or to a scenario's folder`() throws {
    try withFolder(files.merging(["c/mine.yaml": "title: mine"]) { first, _ in first }) { root in
      let catalogue = PlaybookCatalogue(roots: [])
      let folders = try ["/c/mine.yaml", "/a/mass-lockout/playbook.yaml", "/a/mass-lockout"].map {
        try catalogue.source(root + $0).folder
      }
      #expect(folders == [nil, root + "/a/mass-lockout", root + "/a/mass-lockout"])
      #expect(throws: PlaybookCatalogue.Failure.self) { try catalogue.source(root + "/c/other.yaml") }
    }
  }

  @Test func `a name that is nearly right is suggested`() throws {
    try withFolder(files) { root in
      let catalogue = PlaybookCatalogue(roots: [root + "/a"])
      do {
        _ = try catalogue.source("mass-lokout")
        Issue.record("found")
      } catch let failure as PlaybookCatalogue.Failure {
        #expect(failure.help == "did you mean `mass-lockout`?")
      }
    }
  }

  @Test func `what can't be read is said, and the rest is shown`() throws {
    try withFolder(files) { root in
      let (entries, diagnostics) = PlaybookCatalogue(roots: [root + "/b"]).entries()
      #expect(entries.map(\.name) == ["mass-lockout", "rate-limit"])
      #expect(diagnostics.map(\.code) == ["yaml-syntax"])
    }
  }

  @Test(arguments: [
    ("AuthLockoutsHigh", ["mass-lockout"]), ("authlockouts", ["mass-lockout"]),
    ("429", ["mass-lockout", "rate-limit"]),
    ("429 errors", ["rate-limit"]), ("lockouts", ["mass-lockout"]), ("42", []), ("zebra", []),
    ("users", ["mass-lockout", "rate-limit"]),
    ("traffic zebra", ["rate-limit"]), ("", []),
  ])
  func `search finds alerts, codes, symptoms and titles`(_ words: String, _ names: [String]) throws {
    try withFolder(files) { root in
      let entries = PlaybookCatalogue(roots: [root + "/a", root + "/b"]).entries().entries
      let found = CatalogueSearch.find(words.split(separator: " ").map(String.init), in: entries)
      #expect(found.map(\.entry.name).sorted() == names)
    }
  }

  @Test func `the reason of a match is the line that fits best`() throws {
    try withFolder(files) { root in
      let entries = PlaybookCatalogue(roots: [root + "/a"]).entries().entries
      #expect(CatalogueSearch.find(["429"], in: entries).first?.reason == "Login returns 429 or 403")
      #expect(CatalogueSearch.find(["authlockoutshigh"], in: entries).first?.reason == "alert AuthLockoutsHigh")
    }
  }

  @Test func `roots come from the flag, the environment and the usual places`() {
    let environment = ["PLAYBOOK_PATH": "/x:/y", "HOME": "/home/me"]
    #expect(
      PlaybookCatalogue.roots(flag: "f", environment: environment) == [
        "f", "/x", "/y", "playbooks", "/home/me/.config/playbook/playbooks", "/etc/playbook/playbooks",
        "/usr/share/playbook/playbooks",
      ])
  }
}
