import Foundation
import Testing

/// In a folder of runs that several people write to, nobody lets the program send something by a yes that was somebody
/// else's: the journal is no proof of who said it. What was one's own goes on counting, however the program was killed.
@Suite struct ForgedYesPromiseTests {
  private static let playbook = """
    playbook: small
    title: Small
    steps:
      - act: change
        shell: {script: 'echo x >> "$WHERE/changes"', env: {WHERE: FOLDER/world}}
    """
  private static let environments = """
    environments:
      test:
        shell: {path: [/usr/bin, /bin], cwd: FOLDER/world}
    """

  private let program: Program
  private let place = ["--environments", "env.yaml", "--env", "test"]

  init() throws {
    program = try Program()
    try FileManager.default.createDirectory(
      at: program.folder.appending(path: "world"), withIntermediateDirectories: true)
    for (name, text) in [("small.yaml", Self.playbook), ("env.yaml", Self.environments)] {
      try program.write(text.replacing("FOLDER", with: program.folder.path), to: name)
    }
  }

  /// How often the change was made.
  private var changes: Int {
    let text = try? String(contentsOf: program.folder.appending(path: "world/changes"), encoding: .utf8)
    return text?.split(separator: "\n").count ?? 0
  }

  private func digest() throws -> String {
    let plan = try program.run(all: ["plan", "./small.yaml", "--output", "json", "--runs", "plans"] + place)
    return String(try #require(plan.output.firstMatch(of: /"digest":"([0-9a-f]{32})"/)?.1, "\(plan.errors)"))
  }

  private func run(_ more: String..., kill: String? = nil) throws -> Program.Result {
    try program.run(
      all: ["run", "./small.yaml"] + place + more, variables: kill.map { ["PLAYBOOK_KILL": $0] } ?? [:])
  }

  private func resume(_ more: String..., home: String? = nil) throws -> Program.Result {
    try program.run(
      all: ["resume", "last"] + place + more,
      variables: home.map { ["HOME": program.folder.appending(path: $0).path] } ?? [:])
  }

  private var runFolder: URL {
    get throws {
      let runs = program.folder.appending(path: "runs")
      let names = try FileManager.default.contentsOfDirectory(atPath: runs.path).sorted()
      return runs.appending(path: try #require(names.last))
    }
  }

  private var own: URL {
    program.folder.appending(path: ".local/state/playbook/own-\(geteuid())")
  }

  @Test(arguments: [
    "before:question.answered", "noted:question.answered", "torn:question.answered", "after:question.answered",
    "before:act.intended", "noted:act.intended", "torn:act.intended", "after:act.intended", "before:act.started",
  ])
  func `one's own run goes on without a question wherever it was killed`(point: String) throws {
    defer { program.remove() }
    let digest = try digest()
    #expect(try run("--approve", digest, kill: point + ":1").code == 9)
    #expect(changes == 0)
    // Killed once more at the same place, it does not take its own list for a cut journal.
    _ = try program.run(
      all: ["resume", "last", "--approve", digest] + place, variables: ["PLAYBOOK_KILL": point + ":1"])
    let isIntended = point == "after:act.intended" || point == "before:act.started"
    let resumed = isIntended ? try resume() : try resume("--approve", digest)
    #expect(resumed.code == 0 || changes == 1, "\(resumed.errors)")
    #expect(changes == 1)
  }

  /// Adds lines to the journal with Python, as a member of the group can: hashed anew, with a lock as a killed process
  /// leaves it.
  private func forge(_ body: String) throws {
    let script = """
      import hashlib, json, sys
      path = sys.argv[1] + "/journal.jsonl"
      lines = [l for l in open(path, encoding="utf-8").read().split("\\n") if l]
      events = [json.loads(l) for l in lines]
      def add(kind, path, data):
          events.append({"v": 1, "seq": 0, "at": events[-1]["at"], "path": path, "type": kind, "data": data})
      \(body)
      previous, out = "0" * 64, []
      for number, event in enumerate(events, 1):
          event = {"v": 1, "seq": number, "at": event["at"], "path": event["path"], "type": event["type"],
                   "data": event["data"], "prev": previous}
          text = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
          previous = hashlib.sha256(text.encode()).hexdigest()
          out.append(text[:-1] + ',"hash":"' + previous + '"}')
      open(path, "w", encoding="utf-8").write("".join(l + "\\n" for l in out))
      open(sys.argv[1] + "/lock", "w").write('{"pid":1,"host":"x","operator":"alice","since":"2026-01-01T00:00:00Z"}')
      """
    _ = try ServedWorld.output("/usr/bin/python3", ["-c", script, try runFolder.path])
  }

  private static let yes = """
    asked = next(e for e in events if e["type"] == "question.asked")["data"]
    events = [e for e in events if e["type"] != "run.paused"]
    add("question.answered", "change", {"key": "change", "text": asked["text"], "value": True, "by": "OPERATOR",
        "uid": USER, "source": "terminal"})
    add("act.intended", "change", {"calls": asked["approval"]["calls"], "executor": "shell", "target": "shell",
        "digest": asked["digest"], "approved": [0], "leftOut": [], "idempotent": False})
    """.replacing("USER", with: "\(geteuid())").replacing("OPERATOR", with: NSUserName())

  @Test func `a yes that was put into the journal is asked about`() throws {
    defer { program.remove() }
    #expect(try run().code == 3)
    try forge(Self.yes)
    #expect(try program.run("verify", "last").code == 0)
    let resumed = try resume()
    #expect(resumed.code == 3 && resumed.errors.contains("by somebody else"), "\(resumed.errors)")
    #expect(try resume("--answer", "change!rest=yes").code == 3)
    #expect(changes == 0)
    // What was added stays somebody else's, also when one has sat at the run since.
    let again = try resume()
    #expect(again.code == 3 && changes == 0)
    let digest = try #require(again.errors.firstMatch(of: /--approve ([0-9a-f]{32})/)?.1)
    #expect(try resume("--approve", String(digest)).code == 0)
    #expect(changes == 1)
  }

  /// In a drill `--answer change=yes` approves a change without a digest.
  @Test func `a run that was made a drill afterwards does not go on as one`() throws {
    defer { program.remove() }
    #expect(try run().code == 3)
    try forge(#"events[0]["data"]["mode"] = "drill""#)
    let resumed = try resume("--answer", "change=yes")
    #expect(resumed.code == 2 && resumed.errors.contains("not known to be one that you began"), "\(resumed.errors)")
    #expect(changes == 0)
  }

  @Test(arguments: ["no list", "a list that others can write", "a list in the run's folder"])
  func `a run without one's own list is somebody else's`(list: String) throws {
    defer { program.remove() }
    #expect(try run("--approve", try digest(), kill: "after:act.intended:1").code == 9)
    switch list {
    case "no list": #expect(try resume(home: "elsewhere").code == 3)
    case "a list that others can write":
      try FileManager.default.setAttributes([.posixPermissions: 0o770], ofItemAtPath: own.path)
      #expect(try resume().code == 3)
    default:
      let names = try FileManager.default.contentsOfDirectory(atPath: own.path)
      let name = try #require(names.first { $0.hasSuffix(".yeses") })
      try FileManager.default.copyItem(at: own.appending(path: name), to: runFolder.appending(path: name))
      try FileManager.default.removeItem(at: own)
      #expect(try resume().code == 3)
    }
    #expect(changes == 0)
  }

  @Test func `the list lies with the user, for nobody else to read, and not with the runs`() throws {
    defer { program.remove() }
    #expect(try run("--approve", try digest()).code == 0)
    let files = try FileManager.default.contentsOfDirectory(atPath: own.path).map { own.appending(path: $0).path }
    #expect(!files.isEmpty)
    for (path, mode) in [(own.path, 0o700)] + files.map({ ($0, 0o600) }) {
      let facts = try FileManager.default.attributesOfItem(atPath: path)
      #expect(facts[.posixPermissions] as? Int == mode, "\(path)")
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: runFolder.path).allSatisfy { !$0.hasSuffix(".yeses") })
  }

  @Test func `a journal that lacks one's own answers is not gone on from`() throws {
    defer { program.remove() }
    let digest = try digest()
    #expect(try run("--approve", digest, kill: "after:act.finished:1").code == 9)
    try forge("while events[-1]['type'] != 'step.started': events.pop()")
    let resumed = try resume("--approve", digest)
    #expect(resumed.code == 1 && resumed.errors.contains("of your own answers are missing"), "\(resumed.errors)")
    #expect(changes == 1)
  }

  @Test(arguments: [
    (["--approve", "0123456789abcdef"], "plan again"), (["--approve", "zz"], "is not a digest"),
    (["--approve", String(repeating: "0", count: 31)], "is not a digest"), (["--answer", "zz=yes"], "no step"),
    (["--answer", "chnage!rest=yes"], "no step"),
  ])
  func `an approval or an answer that can fit nothing ends with 2`(words: [String], said: String) throws {
    defer { program.remove() }
    let result = try program.run(all: ["run", "./small.yaml"] + place + words)
    #expect(result.code == 2 && result.errors.contains(said), "\(result.errors)")
  }

  @Test func `what reaches a script is in the question, the journal and the transcript`() throws {
    defer { program.remove() }
    let digest = try digest()
    let paused = try run()
    let value = "with WHERE=\(program.folder.path)/world"
    let journal = try String(contentsOf: runFolder.appending(path: "journal.jsonl"), encoding: .utf8)
    let flat = { (text: String) in text.replacing(/\s+/, with: "") }
    #expect(flat(paused.errors).contains(flat(value)) && journal.contains(value))
    #expect(try resume("--approve", digest).code == 0)
    #expect(try program.run("transcript", "last").output.contains(value))
  }

  @Test func `a long value is shown by its beginning, its size and its digest, and is whole in the record`() throws {
    defer { program.remove() }
    let value = String(repeating: "abcdefghij", count: 12_000)
    try program.write(
      Self.playbook.replacing("FOLDER/world", with: value), to: "small.yaml")
    let paused = try run()
    #expect(paused.code == 3)
    #expect(paused.errors.contains("this line has 120013 bytes (sha256:") && paused.errors.utf8.count < 20_000)
    let folder = try runFolder.appending(path: "evidence")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).map {
      try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
    }
    #expect(files.contains { $0.contains(value) })
    #expect(try program.run("verify", "last").code == 0)
  }

  @Test func `the digest of a change with a secret counts in another process, and for that secret alone`() throws {
    defer { program.remove() }
    try program.write(
      """
      playbook: small
      title: Small
      inputs:
        pw: {type: string, secret: true}
      steps:
        - act: change
          shell: {script: 'echo x >> changes', env: {PW: "${inputs.pw}"}}
      """, to: "small.yaml")
    let one = ["--set", "pw=first-password"]
    let plan = try program.run(all: ["plan", "./small.yaml", "--output", "json", "--runs", "plans"] + place + one)
    let digest = String(try #require(plan.output.firstMatch(of: /"digest":"([0-9a-f]{32})"/)?.1, "\(plan.errors)"))
    #expect(try run("--approve", digest, "--set", "pw=other-password").code == 3)
    #expect(changes == 0)
    let right = try run("--approve", digest, "--set", "pw=first-password")
    #expect(right.code == 0 && changes == 1, "\(right.errors)")
  }
}
