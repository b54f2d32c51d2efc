import Foundation
import Testing

/// Executor plugins by the program's commands, with the example of `docs/plugins.md` as it stands there.
@Suite struct PluginTests {
  let program: Program

  init() throws {
    program = try Program()
    try program.write(Self.echo, to: "plugins/playbook-executor-echo")
    try allow("plugins/playbook-executor-echo")
    let blocks = try Self.yamlBlocks(of: "docs/plugins.md")
    try #require(blocks.count == 2)
    // Where the page's folder is, and nothing else, differs from machine to machine.
    try program.write(
      blocks[0].replacing("/opt/runbook/plugins", with: program.folder.appending(path: "plugins").path), to: "env.yaml")
    try program.write(
      """
      playbook: talk
      title: Talk
      inputs: {text: {type: string, default: hello}}
      steps:
      \(blocks[1])
      - check: heard
        that: said.length == 5 && said.text == inputs.text
      - act: tell
        echo: "${said.text} again"
        undo: {echo: {text: never mind}}
      """, to: "books/talk/playbook.yaml")
  }

  private static var echo: String {
    get throws {
      try String(
        contentsOf: Program.root.appending(path: "Tests/PluginExecutorTests/Fixtures/playbook-executor-echo"),
        encoding: .utf8)
    }
  }

  private static func yamlBlocks(of page: String) throws -> [String] {
    let text = try String(contentsOf: Program.root.appending(path: page), encoding: .utf8)
    return text.components(separatedBy: "```").filter { $0.hasPrefix("yaml\n") }
      .map { $0.dropFirst(5).trimmingCharacters(in: .newlines) }
  }

  private func allow(_ path: String, _ mode: Int = 0o755) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode], ofItemAtPath: program.folder.appending(path: path).path)
  }

  private let place = ["--playbooks", "books"]
  private let environment = ["--env", "production", "--environments", "env.yaml"]

  /// A scenario whose drill has the plugin among its programs.
  private func makeDrill() throws {
    try program.write(
      """
      environments:
        drill:
          redis: {url: "${world.redis}"}
          sql: {url: "${world.sql}", act: {url: "${world.sql_admin}"}}
          echo: {trusted: true, file: "${world.folder}/echo.txt"}
      plugins: ["${world.bin}"]
      default: drill
      """, to: "books/talk/drill/environment.yaml")
    try program.write(Self.echo, to: "books/talk/drill/bin/playbook-executor-echo")
    try allow("books/talk/drill/bin/playbook-executor-echo")
    try program.write(
      """
      test: it talks
      answers: {tell: "yes"}
      expect:
        outcome: completed
        steps: {heard: "yes", tell: done}
        that: tell.text == "hello again"
      """, to: "books/talk/tests/talks.yaml")
  }

  @Test func `plan, run and resume call a plugin, and the record has its answer`() throws {
    defer { program.remove() }
    let plan = try program.run(all: ["plan", "talk"] + place + environment + ["--output", "json", "--runs", "plans"])
    #expect(plan.code == 0, "\(plan.errors)")
    #expect(plan.output.contains("would say 11 characters"), "\(plan.output)")
    let digest = try #require(plan.output.firstMatch(of: #/"digest":"([0-9a-f]+)"/#)).output.1
    let paused = try program.run(all: ["run", "talk"] + place + environment)
    #expect(paused.code == 3, "\(paused.errors)")
    let resumed = try program.run(
      all: ["resume", "last", "--approve", String(digest), "--environments", "env.yaml"])
    #expect(resumed.code == 0, "\(resumed.errors)")
    let record = try program.run("transcript", "last").output
    #expect(record.contains("hello again"), "\(record)")
    let whole = try program.run(all: ["run", "talk"] + place + environment + ["--approve", String(digest)])
    #expect(whole.code == 0, "\(whole.errors)")
  }

  @Test func `a query of a plugin runs only where the target trusts it`() throws {
    defer { program.remove() }
    let text = try String(contentsOf: program.folder.appending(path: "env.yaml"), encoding: .utf8)
    try program.write(text.replacing("trusted: true, ", with: ""), to: "env.yaml")
    let result = try program.run(all: ["run", "talk"] + place + environment)
    #expect(result.errors.contains("only its word keeps plugin echo from writing"), "\(result.errors)")
  }

  @Test func `show, list and find take a playbook that calls a plugin`() throws {
    defer { program.remove() }
    for arguments in [["show", "talk"], ["show", "talk", "--format", "html"], ["list"], ["find", "talk"]] {
      let result = try program.run(all: arguments + place)
      #expect(result.code == 0 && result.output.lowercased().contains("talk"), "\(arguments): \(result.errors)")
    }
    let page = try program.run(all: ["show", "talk"] + place).output
    #expect(page.contains("echo ${said.text} again") && page.contains("action: say"), "\(page)")
  }

  @Test func `lint checks calls of the plugins that the named file lists, and starts no others`() throws {
    defer { program.remove() }
    let alone = try program.run(all: ["lint", "talk"] + place)
    #expect(alone.code == 0 && alone.output.contains("a command or a plugin of the environment"), "\(alone.output)")
    let good = try program.run(all: ["lint", "talk"] + place + environment)
    #expect(good.code == 0 && !good.output.contains("unknown"), "\(good.output) \(good.errors)")
    let book = try String(contentsOf: program.folder.appending(path: "books/talk/playbook.yaml"), encoding: .utf8)
    try program.write(book.replacing("action: say", with: "action: sing"), to: "books/talk/playbook.yaml")
    let bad = try program.run(all: ["lint", "talk"] + place + environment)
    #expect(bad.code == 2 && bad.output.contains("sing") && bad.output.contains("playbook.yaml:6"), "\(bad.output)")
    try program.write(book.replacing("said.length", with: "said.lenght"), to: "books/talk/playbook.yaml")
    let misspelt = try program.run(all: ["lint", "talk"] + place + environment)
    #expect(misspelt.code == 2 && misspelt.output.contains("`lenght`"), "\(misspelt.output)")
    // A file that is only found beside the playbooks starts nothing: its plugin would leave a mark.
    try program.write("#!/bin/sh\ntouch \(program.folder.path)/started\n", to: "evil/playbook-executor-evil")
    try allow("evil/playbook-executor-evil")
    try program.write(book, to: "books/talk/playbook.yaml")
    try program.write(
      """
      plugins: [\(program.folder.path)/evil]
      environments:
        test:
          evil: {}
          commands:
            worse: {evil: hello}
      """, to: "books/environments.yaml")
    let found = try program.run(all: ["lint"] + place)
    #expect(found.code == 0 && found.output.contains("`evil` is taken to be a plugin's"), "\(found.output)")
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "started").path))
  }

  @Test func `drill, test and lint take a plugin among the world's programs`() throws {
    defer { program.remove() }
    try makeDrill()
    let lint = try program.run(all: ["lint", "books/talk"])
    #expect(lint.code == 0, "\(lint.output)")
    let tested = try program.run(all: ["test", "talk"] + place)
    #expect(tested.code == 0, "\(tested.output) \(tested.errors)")
    let drilled = try program.run(all: ["drill", "talk", "--answer", "tell=yes"] + place)
    #expect(drilled.code == 0, "\(drilled.errors)")
  }

  /// What is wrong with a plugin: a program's text, what is done to the file of environments, and what is said.
  static let troubles: [(name: String, text: String?, old: String, new: String, said: String)] = [
    ("none", nil, "", "", "there is no program playbook-executor-echo in "),
    ("folder", nil, "/plugins", "/nowhere", "there is no "),
    ("unlisted", nil, "plugins:", "#", "an executor of a plugin needs its folder under `plugins:`"),
    ("dies", "#!/bin/sh\necho no luck >&2; exit 3\n", "", "", "no luck"),
    (
      "babbles", "#!/bin/sh\nread -r line; echo hello there\n", "", "", "plugin echo wrote a line that is not a message"
    ),
    (
      "lies", #"#!/bin/sh\#nread -r l; echo '{"jsonrpc":"2.0","id":1,"result":{"protocol":2}}'\#n"#, "", "",
      "`protocol` must be 1"
    ),
    ("misspelt", nil, "echo:", "ehco:", "there is no program playbook-executor-"),
  ]

  @Test(arguments: troubles)
  func `a plugin that is missing or broken is told before anything runs`(
    _ trouble: (name: String, text: String?, old: String, new: String, said: String)
  ) throws {
    defer { program.remove() }
    if let text = trouble.text {
      try program.write(text, to: "plugins/playbook-executor-echo")
      try allow("plugins/playbook-executor-echo")
    } else {
      try FileManager.default.removeItem(at: program.folder.appending(path: "plugins/playbook-executor-echo"))
    }
    if !trouble.old.isEmpty {
      let text = try String(contentsOf: program.folder.appending(path: "env.yaml"), encoding: .utf8)
      try program.write(text.replacing(trouble.old, with: trouble.new), to: "env.yaml")
    }
    for command in ["run", "plan", "lint"] {
      let result = try program.run(all: [command, "talk"] + place + environment)
      #expect(result.code == 2, "\(command): \(result.output) \(result.errors)")
      #expect((result.output + result.errors).contains(trouble.said), "\(command): \(result.output) \(result.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: program.folder.appending(path: "runs").path))
  }

  @Test(arguments: ["redis", "title", "when", "commands", "undo", "with"])
  func `a plugin can't take a name that is there already`(_ name: String) throws {
    defer { program.remove() }
    try program.write(Self.echo, to: "plugins/playbook-executor-\(name)")
    try allow("plugins/playbook-executor-\(name)")
    let result = try program.run(all: ["run", "talk"] + place + environment)
    #expect(result.code == 2, "\(result.errors)")
    #expect(result.errors.contains("playbook-executor-\(name)"), "\(result.errors)")
    #expect(result.errors.contains("built in") || result.errors.contains("already"), "\(result.errors)")
  }

  @Test func `a command can't take the name of a plugin`() throws {
    defer { program.remove() }
    let text = try String(contentsOf: program.folder.appending(path: "env.yaml"), encoding: .utf8)
    try program.write(text + "\n    commands:\n      echo: {shell: [echo, hello]}\n", to: "env.yaml")
    let result = try program.run(all: ["run", "talk"] + place + environment)
    #expect(result.code == 2 && result.errors.contains("`echo` is a key of steps already"), "\(result.errors)")
  }
}
