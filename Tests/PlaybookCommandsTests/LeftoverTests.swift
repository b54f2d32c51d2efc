import Foundation
import Testing

/// What a run that is killed in the middle of a call leaves at work, and what the next session knows of it.
@Suite struct LeftoverTests {
  private static let playbook = """
    playbook: slow
    title: Slow changes
    steps:
      - act: program
        title: A program that takes its time
        on_error: ask
        irreversible: true
        shell: linger
      - act: statement
        title: A statement that takes its time
        irreversible: true
        sql: INSERT INTO effects SELECT pg_sleep(600)::text
    """
  private static let environment = """
    environments:
      drill:
        sql: {url: "${world.sql}", act: {url: "${world.sql_admin}"}}
        shell: {path: ["${world.bin}", /usr/bin, /bin]}
    default: drill
    """
  private static let program = """
    #!/bin/sh
    exec 2>/dev/null
    echo "$PLAYBOOK_CALL" > "$(dirname "$0")/../started"
    sleep 600 &
    wait
    """

  /// Starts a session, kills it as soon as `isUnderWay`, and gives nothing.
  private func kill(
    _ arguments: [String], _ world: ServedWorld, _ program: Program, when isUnderWay: () throws -> Bool
  ) throws {
    let process = Process()
    _ = try program.configure(process, arguments, name: "session")
    try process.run()
    for _ in 0..<600 where process.isRunning {
      if try isUnderWay() { break }
      Thread.sleep(forTimeInterval: 0.05)
    }
    try #require(process.isRunning)
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  @Test func `a program that outlives its run is named on resume, a statement is ended by its server`() throws {
    let program = try Program()
    defer { program.remove() }
    try program.write(Self.playbook, to: "books/slow/playbook.yaml")
    try program.write("CREATE TABLE effects (tag text);\n", to: "books/slow/drill/world.sql")
    try program.write(Self.environment, to: "books/slow/drill/environment.yaml")
    try program.write(Self.program, to: "books/slow/drill/bin/linger")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.folder.appending(path: "books/slow/drill/bin/linger").path)
    let world = try ServedWorld("slow", of: program)
    defer { world.stop() }
    let place = ["--env", "drill", "--environments", world.environments]

    let run = ["run", "slow", "--playbooks", "books"] + place
    let plan = try program.run(
      all: ["plan", "slow", "--playbooks", "books", "--output", "json", "--runs", "plans"] + place)
    let digests = plan.output.matches(of: /"digest":"([0-9a-f]{32})"/).flatMap { ["--approve", String($0.1)] }
    try #require(digests.count == 4)

    let started = world.folder + "/started"
    try kill(run + digests, world, program) { FileManager.default.fileExists(atPath: started) }
    let mark = try String(contentsOfFile: started, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(mark.hasSuffix(" program"))
    let resume = ["resume", "last"] + place
    let asked = try program.run(all: resume)
    #expect(asked.code == 3)
    let found = try #require(asked.errors.replacing(/\s+/, with: " ").firstMatch(of: #/still at work: process (\d+) /#))
    // It is the leader of its session, so its children go with it.
    Foundation.kill(-(try #require(pid_t(found.1))), SIGKILL)
    let again = try program.run(all: resume + ["--answer", "program!cut0.1=look"])
    #expect(again.errors.replacing(/\s+/, with: " ").contains("No program of it that this user may see is running."))

    let statements = """
      SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'playbook%statement' AND state = 'active'
      """
    let goOn = resume + ["--answer", "program!cut0.2=happened"] + digests
    try kill(goOn, world, program) { try !world.rows(statements).isEmpty }
    for _ in 0..<200 where try !world.rows(statements).isEmpty { Thread.sleep(forTimeInterval: 0.05) }
    #expect(try world.rows(statements).isEmpty)
    #expect(try world.rows("SELECT count(*) FROM effects") == ["0"])
  }
}
