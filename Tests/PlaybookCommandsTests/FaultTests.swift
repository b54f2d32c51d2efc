import Foundation
import Testing

/// The fault matrix, the operator's side: the terminal and the run's folder. docs/testing.md has the whole table.
@Suite struct FaultTests {
  private static let playbook = """
    playbook: small
    title: A title that is rather long for a screen of forty columns, so that it must be wrapped somewhere
    steps:
      - query: look
        title: Look at many numbers in a row
        shell: seq 1 30
      - act: change
        title: Change what is to be changed, with a long text of its own that goes on and on
        for_each: line in look.lines.filter(l, int(l) < 9)
        shell: touch changed-${line}-with-a-name-that-is-longer-than-forty-columns
    """
  private static let environments = """
    environments:
      test:
        shell: {path: [/usr/bin, /bin], read_only: [[seq, ...]], cwd: FOLDER/world}
    """

  private let program: Program

  init() throws {
    program = try Program()
    try program.write(Self.playbook, to: "small.yaml")
    try program.write(Self.environments.replacing("FOLDER", with: program.folder.path), to: "env.yaml")
    try FileManager.default.createDirectory(at: world, withIntermediateDirectories: true)
  }

  private var world: URL { program.folder.appending(path: "world") }

  private var changes: Int {
    get throws { try FileManager.default.contentsOfDirectory(atPath: world.path).count }
  }

  private var command: String {
    "\(Program.path.path) run ./small.yaml --environments env.yaml --env test"
  }

  /// At the yes to the change.
  private func session(_ command: String, _ variables: [String: String] = [:]) throws -> Typescript {
    let session = try Typescript(program, command: command, variables: variables)
    try session.wait(for: "digest:")
    try session.wait(for: ">")
    return session
  }

  private var events: [String] {
    get throws {
      let runs = program.folder.path + "/runs"
      let run = try #require(try FileManager.default.contentsOfDirectory(atPath: runs).first { $0.contains("small") })
      return try String(contentsOfFile: "\(runs)/\(run)/journal.jsonl", encoding: .utf8)
        .split(separator: "\n").map(String.init)
    }
  }

  @Test func `a terminal that is closed pauses the run, which can be resumed`() throws {
    defer { program.remove() }
    let session = try session("exec \(command)")
    // script(1) goes, and with it the terminal: the run gets SIGHUP.
    session.end()
    for _ in 0..<200 where try events.last?.contains("run.paused") != true { Thread.sleep(forTimeInterval: 0.05) }
    #expect(try events.last?.contains("run.paused") == true)
    #expect(try changes == 0)
    #expect(try program.run("verify", "last").code == 0)
    let resumed = try program.run("resume", "last", "--environments", "env.yaml", "--answer", "change=no")
    #expect(resumed.code == 0, "\(resumed.errors)")
  }

  @Test func `the end of input at a prompt pauses with 3`() throws {
    defer { program.remove() }
    let session = try session("\(command); echo code $?")
    session.type("\u{4}")
    try session.wait(for: "code 3")
    try session.waitForExit()
    #expect(try events.last?.contains("run.paused") == true)
    #expect(try changes == 0)
  }

  /// What is to be copied, paths and the hash, stays whole.
  @Test func `at 40 columns no line is longer`() throws {
    defer { program.remove() }
    let session = try session("stty cols 40; \(command)", ["NO_COLOR": "1"])
    session.type("n\n")
    try session.waitForExit()
    let text = String(decoding: session.screen, as: UTF8.self)
    #expect(text.contains("A title that is rather long"))
    let whole = ["Script ", "journal ", "head ", "transcript "]
    for line in text.split(whereSeparator: \.isNewline) where !whole.contains(where: { line.hasPrefix($0) }) {
      let shown = line.replacing(/\u{1B}\[[0-9;?]*[A-Za-z]/, with: "")
      // What is put over a line that was there begins anew.
      let longest = shown.split(separator: "\r").map(\.count).max() ?? 0
      #expect(longest <= 40, "\(shown)")
    }
  }

  @Test func `a dumb terminal gets no escape sequence`() throws {
    defer { program.remove() }
    let session = try session("TERM=dumb \(command)")
    session.type("n\n")
    try session.waitForExit()
    #expect(session.screen.firstIndex(of: 0x1B) == nil)
    #expect(try changes == 0)
  }

  @Test func `a server that is down is a finding, and an act that was not sent is no unknown`() throws {
    defer { program.remove() }
    try program.write(
      """
      playbook: small
      title: Small
      steps:
        - query: key
          on_error: continue
          redis: GET k
        - check: there
          that: key.value == "v"
        - act: change
          redis: SET k v
      """, to: "small.yaml")
    try program.write("environments:\n  test:\n    redis: {url: \"redis://127.0.0.1:1\"}\n", to: "env.yaml")
    let session = try session(command)
    session.type("y\n")
    try session.wait(for: "retry")
    try session.wait(for: ">")
    session.type("abort\n")
    try session.waitForExit()
    let events = try events
    #expect(events.contains { $0.contains("step.finished") && $0.contains(#""verdict":"unknown""#) })
    let ends = events.filter { $0.contains("act.finished") }
    #expect(ends.count == 1 && ends[0].contains("unreachable") && ends[0].contains(#""state":"failed""#), "\(ends)")
    #expect(events.last?.contains(#""outcome":"aborted""#) == true)
  }
}
