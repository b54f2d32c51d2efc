import Foundation

/// Real servers for the kill tests, in which every effect of a run can be counted, and the program run against them.
final class KillWorld {
  let program: Program
  private let world: ServedWorld
  private var approvals: [String: [String]] = [:]
  let playbook = KillPlaybook()

  /// How a process of the program ended.
  struct Ended {
    var wasKilled: Bool
    var code: Int32
    var errors: String
  }

  init() throws {
    program = try Program()
    let drill = "books/killed/drill/"
    try program.write(playbook.text, to: "books/killed/playbook.yaml")
    try program.write(
      """
      routes:
        - route: POST /effects/{tag}/{act}
          do:
            - sql:
                statement: INSERT INTO effects (tag, act) VALUES (:tag, :act)
                with: {tag: "${request.path.tag}", act: "${request.path.act}"}
          answer: {json: {status: ok}}
      """, to: drill + "api.yaml")
    try program.write(
      """
      environments:
        drill:
          redis: {url: "${world.redis}"}
          sql: {url: "${world.sql}", act: {url: "${world.sql_admin}"}}
          http: {url: "${world.http}"}
          shell: {path: ["${world.bin}"]}
      default: drill
      """, to: drill + "environment.yaml")
    try program.write("CREATE TABLE effects (tag text NOT NULL, act text NOT NULL);\n", to: drill + "world.sql")
    try program.write("SET started yes\n", to: drill + "redis.txt")
    try program.write(
      """
      #!/bin/sh
      set -eu
      folder=$(cd "$(/usr/bin/dirname "$0")/.." && pwd)
      echo "$1 $2" >> "$folder/marks"
      """, to: drill + "bin/mark")
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: program.folder.appending(path: drill + "bin/mark").path)
    world = try ServedWorld("killed", of: program)
  }

  func stop() {
    world.stop()
    program.remove()
  }

  private func configure(
    _ process: Process, _ arguments: [String], kill: String? = nil, name: String
  ) throws -> URL {
    try program.configure(process, arguments, name: name, variables: kill.map { ["PLAYBOOK_KILL": $0] } ?? [:])
  }

  /// The digests of every act, which are the yes to exactly these calls.
  func approvals(for tag: String) throws -> [String] {
    if let known = approvals[tag] { return known }
    let process = Process()
    let output = try configure(
      process,
      [
        "plan", "killed", "--playbooks", "books", "--env", "drill", "--environments", world.environments, "--set",
        "tag=\(tag)",
        "--answer", "go_on=on", "--answer", "why=x", "--output", "json", "--runs",
        program.folder.appending(path: "plans").path,
      ], name: "plan")
    try process.run()
    process.waitUntilExit()
    let digests = try String(contentsOf: output, encoding: .utf8).split(separator: "\n").compactMap { line in
      let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return (event?["data"] as? [String: Any])?["digest"] as? String
    }
    approvals[tag] = digests.flatMap { ["--approve", $0] }
    return approvals[tag] ?? []
  }

  /// Starts a run, or goes on with it, until it ends, pauses, or is killed: at a labelled point, or after so many seconds.
  func sit(
    _ run: String?, tag: String, answer: String?, kill: String? = nil, after seconds: Double? = nil
  ) throws -> Ended {
    var arguments =
      run.map { ["resume", $0] } ?? ["run", "killed", "--playbooks", "books", "--set", "tag=\(tag)"]
    arguments += [
      "--env", "drill", "--environments", world.environments, "--answer", "go_on=on", "--answer", "why=tests",
    ]
    arguments += ["--answer", "sql_loop!pace=yes"] + (answer.map { ["--answer", $0] } ?? [])
    arguments += try approvals(for: tag)
    let process = Process()
    _ = try configure(process, arguments, kill: kill, name: "session")
    try process.run()
    if let seconds {
      let end = Date(timeIntervalSinceNow: seconds)
      while process.isRunning, Date() < end { Thread.sleep(forTimeInterval: 0.001) }
      if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
    }
    process.waitUntilExit()
    let errors = try String(contentsOf: program.folder.appending(path: "session.err"), encoding: .utf8)
    let wasKilled = process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
    return Ended(wasKilled: wasKilled, code: process.terminationStatus, errors: errors)
  }

  /// The runs there are, by id.
  var runs: Set<String> {
    let path = program.folder.appending(path: "runs").path
    return Set((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
  }

  /// The events of a run: type and data, in order.
  func events(of run: String) throws -> [(type: String, path: String, data: [String: Any])] {
    let journal = program.folder.appending(path: "runs/\(run)/journal.jsonl")
    return try String(contentsOf: journal, encoding: .utf8).split(separator: "\n").compactMap { line in
      guard let event = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
        let type = event["type"] as? String, let path = event["path"] as? String
      else { return nil }
      return (type, path, event["data"] as? [String: Any] ?? [:])
    }
  }

  /// How often each effect happened, as the servers have it.
  func counts(_ tag: String) throws -> [String: Int] {
    var counts: [String: Int] = [:]
    let names = playbook.effects.values.filter { $0.hasPrefix("redis") }.sorted()
    let values = try ServedWorld.output(
      "/usr/bin/redis-cli", ["-s", world.redis, "MGET"] + names.map { "kill:\(tag):\($0)" })
    for (name, value) in zip(names, values.split(separator: "\n", omittingEmptySubsequences: false)) {
      if let count = Int(value) { counts[name] = count }
    }
    let rows = try ServedWorld.output(
      "/usr/bin/psql",
      [world.sql, "-AtF", " ", "-c", "SELECT act, count(*) FROM effects WHERE tag = '\(tag)' GROUP BY act"])
    for row in rows.split(separator: "\n") {
      let words = row.split(separator: " ")
      if words.count == 2, let count = Int(words[1]) { counts[String(words[0])] = count }
    }
    let marks = (try? String(contentsOfFile: world.folder + "/marks", encoding: .utf8)) ?? ""
    for line in marks.split(separator: "\n") where line.hasPrefix(tag + " ") {
      counts[String(line.dropFirst(tag.count + 1)), default: 0] += 1
    }
    return counts
  }
}
