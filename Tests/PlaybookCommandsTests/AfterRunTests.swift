import Foundation
import Testing

/// The commands that are used after a run, as they are typed.
@Suite struct AfterRunTests {
  private let program: Program

  init() throws {
    program = try Program()
    try program.write(
      """
      playbook: small
      title: Small
      steps:
        - query: look
          value: "${[{'ip': '203.0.113.7', 'n': 3}]}"
        - check: seen
          that: look.value.size() == 1
      """, to: "small.yaml")
    try program.write("environments:\n  t: {}\n", to: "e.yaml")
    let run = try program.run("run", "small.yaml", "--env", "t", "--environments", "e.yaml")
    try #require(run.code == 0, "\(run.errors)")
  }

  private static let good: [(line: String, part: String)] = [
    ("transcript last", "# Small"), ("transcript last --format text", "Small"),
    ("transcript last --format json", "\"version\""), ("transcript last --format html", "<!doctype html>"),
    ("transcript last --budget github", "# Small"), ("transcript last --redact ips", "redacted"),
    ("sitrep last", "What: Small in t"), ("evidence last look", "203.0.113.7"), ("evidence last E1", "203.0.113.7"),
    ("evidence last look --format csv", "ip,n"),
    ("followups", ""), ("followups --overdue", ""), ("schema transcript", "\"$schema\""), ("runs", "completed"),
    ("verify last", "ok  "),
  ]

  @Test func `each gives what it is for`() throws {
    defer { program.remove() }
    for (line, part) in Self.good {
      let result = try run(line)
      #expect(result.code == 0 && (part.isEmpty || result.output.contains(part)), "\(line): \(result.errors)")
    }
    #expect(try !run("transcript last --redact ips").output.contains("203.0.113.7"))
    #expect(try run("evidence last look --format csv --redact ips").output.contains("ip-1,3"))
    let unknown = try run("transcript last --redact columns=nope")
    #expect(unknown.code == 0 && unknown.errors.contains("nothing in the run is called nope"))
    #expect(unknown.errors.contains("columns ip, n"))
    let note = try program.run("note", "last", "seen by the CDN team as well")
    #expect(note.code == 0)
    #expect(try run("transcript last --format text").output.contains("seen by the CDN team as well"))
  }

  @Test func `a step of a used playbook is found by its plain name`() throws {
    defer { program.remove() }
    try program.write(
      "playbook: inner\ntitle: Inner\nsteps:\n  - query: deep\n    value: \"${[{'n': 7}]}\"\n",
      to: "playbooks/inner/playbook.yaml")
    try program.write("playbook: outer\ntitle: Outer\nsteps:\n  - use: inner\n", to: "playbooks/outer/playbook.yaml")
    let outer = try program.run("run", "playbooks/outer/playbook.yaml", "--env", "t", "--environments", "e.yaml")
    try #require(outer.code == 0, "\(outer.errors)")
    #expect(try run("evidence last deep --format csv").output == "n\r\n7\r\n")
  }

  @Test func `a damaged journal is said in the sitrep itself`() throws {
    defer { program.remove() }
    let runs = program.folder.appending(path: "runs")
    let id = try #require(try FileManager.default.contentsOfDirectory(atPath: runs.path).first { !$0.hasPrefix(".") })
    let journal = runs.appending(path: "\(id)/journal.jsonl")
    var lines = try String(contentsOf: journal, encoding: .utf8).split(separator: "\n").map(String.init)
    lines[3] = lines[3].replacingOccurrences(of: "seen", with: "sown").replacingOccurrences(of: "look", with: "lock")
    try (lines.joined(separator: "\n") + "\n").write(to: journal, atomically: false, encoding: .utf8)
    let sitrep = try run("sitrep last").output
    #expect(sitrep.contains("from line 4 of the journal on is not known") && !sitrep.contains("start it again"))
    #expect(try run("runs").output.contains("not known, journal damaged"))
  }

  @Test func `a run whose process was killed is not going on`() throws {
    defer { program.remove() }
    let killed = try program.run(
      all: ["run", "small.yaml", "--env", "t", "--environments", "e.yaml"],
      variables: ["PLAYBOOK_KILL": "after:step.finished:1"])
    try #require(killed.code != 0)
    let sitrep = try run("sitrep last").output
    #expect(sitrep.contains("cut off, its process is gone"))
    #expect(sitrep.contains("Next: `playbook resume "))
    #expect(try run("runs").output.contains("unfinished"))
  }

  @Test func `a transcript is for the same people as the journal beside it`() throws {
    defer { program.remove() }
    let manager = FileManager.default
    func mode(_ path: String) throws -> Int? {
      try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }
    let runs = program.folder.appending(path: "runs").path
    let alone = try #require(try manager.contentsOfDirectory(atPath: runs).first)
    #expect(try mode("\(runs)/\(alone)/transcript.md") == 0o600)
    try manager.removeItem(atPath: runs)
    try manager.createDirectory(atPath: runs, withIntermediateDirectories: true)
    try manager.setAttributes([.posixPermissions: 0o770], ofItemAtPath: runs)
    let run = try program.run("run", "small.yaml", "--env", "t", "--environments", "e.yaml")
    try #require(run.code == 0, "\(run.errors)")
    let shared = try #require(try manager.contentsOfDirectory(atPath: runs).first { !$0.hasPrefix(".") })
    #expect(try mode("\(runs)/\(shared)/journal.jsonl") == 0o660)
    #expect(try mode("\(runs)/\(shared)/transcript.md") == 0o660)
  }

  @Test func `a follow-up is open until somebody says that it is done`() throws {
    defer { program.remove() }
    try program.write(
      """
      playbook: later
      title: Later
      steps:
        - document: review
          follow_up: {text: Hold the review, due: 1d, owner: Bob}
        - document: alerts
          follow_up: {text: Add the alert}
      """, to: "later.yaml")
    try #require(try program.run("run", "later.yaml", "--env", "t", "--environments", "e.yaml").code == 0)
    let lines = try run("followups").output.split(separator: "\n")
    try #require(lines.count == 2 && lines[0].contains("Hold the review (Bob)"))
    let name = String(try #require(lines[0].split(separator: " ").last))
    let closed = try program.run("followups", "--done", name, "--note", "held; INC-7")
    #expect(closed.code == 0 && closed.errors.contains("recorded in"), "\(closed.errors)")
    #expect(try run("followups").output.split(separator: "\n").count == 1)
    let markdown = try run("transcript last").output
    #expect(markdown.contains("- [x] Hold the review") && markdown.contains("- [ ] Add the alert"))
    #expect(markdown.contains("held; INC"))
    #expect(try run("verify last").code == 0)
    let again = try program.run("followups", "--done", name)
    #expect(again.code == 2 && again.errors.contains("has no open follow-up"))
    #expect(try program.run("followups", "--done", "last").code == 2)
    #expect(try program.run("followups", "--note", "x").code == 2)
  }

  private static let wrong: [(line: String, code: Int32, part: String)] = [
    ("transcript nope", 2, "there is no run `nope`"), ("transcript last --budget 10", 1, "more than 10"),
    ("transcript last --budget sharepoint", 2, "known are github"),
    ("transcript last --budget -1", 2, "a number of characters, 1 or more"),
    ("transcript last --redact everything", 2, "known are ips"),
    ("transcript last --out missing/x", 1, "can't write missing/x"), ("transcript last --format pdf", 2, "'markdown'"),
    ("transcript last --format html --budget github", 2, "shortens Markdown"), ("sitrep nope", 2, "there is no run"),
    ("evidence last seen --format csv", 2, "--format json has all of it"),
    ("evidence last nothing", 2, "it has look (E1)"), ("schema nope", 2, "'transcript'"),
    ("note last x --at soon", 2, "02:51"), ("verify last --head abc", 2, "64 hexadecimal digits"),
  ]

  @Test func `what is wrong ends with its code and says what to do`() throws {
    defer { program.remove() }
    for (line, code, part) in Self.wrong {
      let result = try run(line)
      #expect(result.code == code && result.errors.contains(part), "\(line): \(result.code) \(result.errors)")
      #expect(result.output.isEmpty, "\(line)")
    }
    #expect(try program.run("note", "last", "").code == 2)
  }

  @Test(arguments: ["markdown", "html", "json", "text"])
  func `a transcript is the same bytes in every time zone and language`(format: String) throws {
    defer { program.remove() }
    let texts = try ["UTC", "Pacific/Auckland"].map { zone in
      try program.run(
        all: ["transcript", "last", "--format", format],
        variables: ["TZ": zone, "LANG": zone == "UTC" ? "C" : "de_DE.UTF-8", "LC_ALL": zone == "UTC" ? "C" : "tr_TR"]
      ).output
    }
    #expect(!texts[0].isEmpty && texts[0] == texts[1])
  }

  private func run(_ line: String) throws -> Program.Result {
    let words = line.split(separator: " ").map(String.init)
    return try program.run(all: words)
  }
}
