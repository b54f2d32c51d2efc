import Foundation
import Testing

/// Promises 1 and 6 against real servers: a run that is killed again and again makes each change exactly once.
///
/// Short in `make test`; `make soak KILLS=N` kills N times. Half of the kills come at a labelled point of the journal
/// (before an intent is written, after it, before an outcome, after it, in the middle of a line), half at any time.
@Suite struct KillTests {
  private static let points = [
    "after:act.started", "before:act.finished", "after:act.finished", "before:act.intended", "after:act.intended",
    "before:act.started", "torn:act.finished", "torn:act.started", "torn:act.intended", "after:loop.started",
    "after:question.answered", "before:step.finished", "after:step.finished", "after:run.resumed",
    "after:failure.handled", "before:run.finished", "torn:run.finished", "before:act.verified",
    "noted:question.answered", "noted:act.intended", "noted:failure.handled",
  ]

  @Test func `killed at every point, a run makes each change exactly once`() throws {
    let variables = ProcessInfo.processInfo.environment
    let kills = variables["PLAYBOOK_KILLS"].flatMap { Int($0) } ?? 40
    let seed = variables["PLAYBOOK_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...9_999_999)
    var soak = Soak(world: try KillWorld(), random: SeededNumbers(seed: seed), points: Self.points)
    defer { soak.world.stop() }
    do {
      try soak.run(kills: kills)
    } catch {
      Issue.record("seed \(seed): \(error)")
    }
    let summary = "kills \(soak.kills), lost \(soak.lost), doubled \(soak.doubled)"
    print(soak.report.joined(separator: "\n"))
    print(summary)
    if let path = variables["PLAYBOOK_SOAK_REPORT"] {
      try (soak.report + [summary, ""]).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
    #expect(soak.kills >= kills && soak.lost == 0 && soak.doubled == 0, "seed \(seed)")
  }
}

/// Run after run, killed and gone on with.
private struct Soak {
  let world: KillWorld
  var random: SeededNumbers
  let points: [String]
  var kills = 0
  var lost = 0
  var doubled = 0
  var report: [String] = []
  private var runs = 0
  private var asked = 0
  private var byPoint: [String: Int] = [:]
  private var turn = 0

  init(world: KillWorld, random: SeededNumbers, points: [String]) {
    self.world = world
    self.random = random
    self.points = points
  }

  mutating func run(kills wanted: Int) throws {
    while kills < wanted { try runOnce(wanted) }
    let list = byPoint.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
    report.append("runs \(runs), questions about calls cut off \(asked); killed at: \(list)")
  }

  /// One run to its end, with as many kills on the way as come.
  private mutating func runOnce(_ wanted: Int) throws {
    runs += 1
    let tag = "t\(runs)x\(Int.random(in: 0...999_999, using: &random))"
    var id: String?
    var answer: String?
    var idle = 0
    while true {
      let before = world.runs
      var (point, seconds): (String?, Double?) = (nil, nil)
      // Now and then a session is left alone, so that a run goes on for all the kills in it.
      if kills < wanted, idle < 3 {
        turn += 1
        if turn.isMultiple(of: 2) {
          seconds = Double.random(in: 0.05...0.9, using: &random)
        } else {
          // Each point in its turn; how many of them come first is left to chance.
          let place = points[(turn / 2) % points.count]
          point =
            "\(place):\(place.contains("run.") || place.contains("failure") ? 1 : Int.random(in: 1...6, using: &random))"
        }
      }
      let ended = try world.sit(id, tag: tag, answer: answer, kill: point, after: seconds)
      id = id ?? world.runs.subtracting(before).first
      answer = nil
      if ended.wasKilled {
        kills += 1
        byPoint[
          point.map { String($0.prefix { $0 != ":" }) + ":" + $0.split(separator: ":")[1] } ?? "any time", default: 0] +=
          1
        // What was on its way arrives.
        Thread.sleep(forTimeInterval: 0.15)
        // Killed before its first event was written: there is nothing to go on with.
        guard let run = id else { continue }
        let last = try world.events(of: run).last
        if last == nil { id = nil }
        // Killed after its last event: it has ended, and there is nothing to go on with either.
        guard last?.type == "run.finished" else { continue }
        try count(tag, run)
        return
      }
      guard let run = id else { throw ServedWorld.Failure(description: "no run: \(ended.errors)") }
      switch ended.code {
      case 0:
        try count(tag, run)
        return
      case 3:
        answer = try look(run, tag, ended)
        idle = 0
      default:
        throw ServedWorld.Failure(description: "\(run) ended with \(ended.code): \(ended.errors.suffix(2000))")
      }
    }
  }

  /// The run asks what became of a call: a human looks at the servers.
  private mutating func look(_ run: String, _ tag: String, _ ended: KillWorld.Ended) throws -> String {
    let events = try world.events(of: run)
    guard let paused = events.last, paused.type == "run.paused",
      let key = (paused.data["question"] as? [String: Any])?["key"] as? String,
      let cut = key.range(of: "!cut")
    else { throw ServedWorld.Failure(description: "\(run) paused: \(ended.errors.suffix(2000))") }
    asked += 1
    let position = key[cut.upperBound...].prefix { $0 != "." }
    guard let effect = world.playbook.effects["\(key[..<cut.lowerBound])#\(position)"] else {
      throw ServedWorld.Failure(description: "what is \(key)?")
    }
    return "\(key)=\(try world.counts(tag)[effect] == nil ? "again" : "happened")"
  }

  private mutating func count(_ tag: String, _ run: String) throws {
    let counts = try world.counts(tag)
    for effect in Set(world.playbook.effects.values).sorted() {
      switch counts[effect] ?? 0 {
      case 1: continue
      case 0:
        lost += 1
        report.append("\(run): \(effect) is lost")
      case let number:
        doubled += number - 1
        report.append("\(run): \(effect) happened \(number) times")
      }
    }
    let done = Set(
      try world.events(of: run).filter { $0.type == "act.finished" && $0.data["state"] as? String == "done" }
        .map { "\($0.path)#\($0.data["position"] as? Int ?? 0)" })
    for call in world.playbook.effects.keys where !done.contains(call) {
      lost += 1
      report.append("\(run): \(call) has no outcome on record")
    }
    let check = try world.program.run("verify", run)
    if check.code != 0 {
      lost += 1
      report.append("\(run): \(check.errors)")
    }
  }
}

/// Random numbers that are the same for each seed.
struct SeededNumbers: RandomNumberGenerator {
  var seed: UInt64

  mutating func next() -> UInt64 {
    seed &+= 0x9E37_79B9_7F4A_7C15
    var mixed = seed
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
