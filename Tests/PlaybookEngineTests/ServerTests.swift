import CEL
import PlaybookLanguage
import PlaybookTestSupport
import Synchronization
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// The record says where: every yes names the server that its calls would reach, and holds for that one alone.
@Suite struct ServerTests {
  /// Where calls go for now.
  private final class Place: Sendable {
    private let server: Mutex<CallServer?>

    init(_ name: String?, movedFrom: String? = nil, isFound: Bool = true) {
      server = Mutex(name.map { CallServer($0, movedFrom: movedFrom, isFound: isFound) })
    }

    var now: CallServer? {
      get { server.withLock { $0 } }
      set { server.withLock { $0 = newValue } }
    }
  }

  private static let fix = "steps:\n  - act: fix\n    shell: fix it\n    undo: {shell: unfix}\n"
  private static let loop = """
    steps:
      - act: fix
        for_each: n in ['a', 'b']
        shell: fix ${n}
    """

  private func run(_ text: String = fix, at place: Place) throws -> TestRun {
    let run = try TestRun(text)
    run.executor.goes { _ in place.now }
    return run
  }

  /// The servers in an event's data, at whatever depth.
  private func servers(_ event: Event?) -> [String?] {
    let value = event?.data["approval"]?["servers"] ?? event?.data["servers"]
    return (value?.listValue ?? []).map(\.stringValue)
  }

  @Test func `question, intent, start and end of a change say where, and a plan does`() async throws {
    let place = Place("10.0.0.7:6379", movedFrom: "cache.internal", isFound: false)
    let run = try run(at: place)
    let human = FakeOperator(["fix": [.yes], "run!undo": [.said("undo")], "fix!undo0": [.yes]])
    #expect(await run.sit(human) == .completed)
    let text = "10.0.0.7:6379 (moved from cache.internal)"
    for question in human.asked.filter(\.isAboutChange) {
      guard case .approval(let approval) = question.kind else { continue }
      #expect(approval.servers == [text], "\(question.key)")
    }
    #expect(servers(run.sink.events(.questionAsked, "fix").first) == [text])
    #expect(run.sink.events(.actIntended).map { servers($0) } == [[text], [text]])
    #expect(
      (run.sink.events(.actStarted) + run.sink.events(.undoStarted)).allSatisfy { $0.data["server"] == .string(text) })
    let ends = run.sink.events(.actFinished) + run.sink.events(.actUndone) + run.sink.events(.stepFinished, "fix")
    #expect(ends.count == 3 && ends.allSatisfy { $0.data["source"] == "10.0.0.7:6379" })
    let plan = try self.run(at: place)
    plan.mode = .plan
    #expect(await plan.sit() == .completed)
    #expect(servers(plan.sink.events(.stepFinished, "fix").first) == [text])
  }

  @Test func `a query for each item of a list says who answered, each server once`() async throws {
    let text = "steps:\n  - query: looked\n    for_each: n in [1, 2, 1, 3, 4, 5]\n    shell: look ${n}\n"
    let run = try TestRun(text)
    run.executor.goes { call in CallServer("db-\(call.arguments["args"]?.listValue?.last?.rendered ?? "?"):5432") }
    #expect(await run.sit() == .completed)
    #expect(
      run.sink.events(.stepFinished, "looked").first?.data["source"]
        == "db-1:5432, db-2:5432, db-3:5432 and 2 more")
    let one = try self.run(text, at: Place("db-1:5432"))
    #expect(await one.sit() == .completed)
    #expect(one.sink.events(.stepFinished, "looked").first?.data["source"] == "db-1:5432")
  }

  @Test func `another server at sending time is asked about again, and a no sends nothing`() async throws {
    for answer in [Reply.yes, .no] {
      let place = Place("db-1:5432")
      let run = try run(at: place)
      let human = FakeOperator(["fix": [.yes], "fix!server": [answer], "run!undo": [.said("keep")]]) { question in
        if question.key == "fix" { place.now = CallServer("db-2:5432", isFound: true) }
      }
      #expect(await run.sit(human) == .completed)
      #expect(human.keys.prefix(2) == ["fix", "fix!server"])
      guard case .approval(let approval) = human.asked[1].kind else { continue }
      #expect(approval.servers == ["db-2:5432"] && approval.warnings[0].contains("the yes was for db-1:5432"))
      let isSent = if case .answer(let said) = answer { said.value == true } else { false }
      #expect(run.executor.acts == (isSent ? ["!fix it"] : []))
      #expect(run.sink.events(.actStarted).map { $0.data["server"] } == (isSent ? ["db-2:5432"] : []))
    }
  }

  @Test func `a server that is another one only when the call arrives gets nothing before a yes`() async throws {
    let place = Place("db-1:5432")
    let run = try run(at: place)
    run.executor.arrives { _ in
      place.now = CallServer("db-2:5432", isFound: true)
      return place.now
    }
    let human = FakeOperator(["fix": [.yes], "fix!server": [.yes], "run!undo": [.said("keep")]])
    #expect(await run.sit(human) == .completed)
    #expect(human.keys.prefix(2) == ["fix", "fix!server"] && run.executor.acts == ["!fix it"])
    let ends = run.sink.events(.actFinished)
    #expect(ends.map { $0.data["state"] } == ["failed", "done"])
    #expect(ends[0].data["error"]?["code"] == "other-server" && ends[1].data["source"] == "db-2:5432")
  }

  @Test func `without a terminal the run pauses there, and the digest that it names counts`() async throws {
    let place = Place("db-1:5432")
    let plan = try run(at: place)
    plan.mode = .plan
    #expect(await plan.sit() == .completed)
    let digest = try #require(plan.sink.events(.stepFinished, "fix")[0].data["digest"]?.stringValue)
    place.now = CallServer("db-2:5432", isFound: true)
    let run = try run(at: place)
    run.approvals = [digest]
    #expect(await run.sit(FakeOperator(isInteractive: false)).exitCode == 3)
    #expect(run.executor.acts.isEmpty)
    let paused = try #require(run.sink.events(.runPaused).last)
    #expect(paused.data["question"]?["servers"] == ["db-2:5432"])
    let named = try #require(paused.data["how"]?.stringValue?.split(separator: " ").last)
    run.approvals = [String(named)]
    #expect(await run.sit(FakeOperator(isInteractive: false)) == .completed)
    #expect(run.executor.acts == ["!fix it"])
  }

  @Test func `each item of a loop has its server, and the rest of it is asked about where one is another`() async throws
  {
    let place = Place(nil)
    let run = try TestRun(Self.loop)
    run.executor.goes { call in
      place.now ?? CallServer("web-\(call.arguments["args"]?.listValue?.last?.rendered ?? "")", isFound: true)
    }
    run.executor.before { call in
      if call.mode == .act { place.now = CallServer("web-c", isFound: true) }
    }
    let human = FakeOperator(["fix": [.yes], "fix!server": [.no]])
    #expect(await run.sit(human) == .completed)
    #expect(servers(run.sink.events(.questionAsked, "fix").first) == ["web-a", "web-b"])
    #expect(human.keys == ["fix", "fix!server"] && run.executor.acts == ["!fix a"])
    #expect(servers(run.sink.events(.questionAsked, "fix").last) == ["web-c"])
  }

  @Test func `an undo that would reach another server than said is asked about again`() async throws {
    let place = Place("db-1:5432")
    let run = try run(at: place)
    let human = FakeOperator(
      ["fix": [.yes], "run!undo": [.said("undo")], "fix!undo0": [.yes], "fix!undo2": [.yes]]
    ) { question in
      if question.key == "fix!undo0" { place.now = CallServer("db-2:5432", isFound: true) }
    }
    #expect(await run.sit(human) == .completed)
    #expect(human.keys == ["fix", "run!undo", "fix!undo0", "fix!undo2"])
    #expect(run.executor.acts == ["!fix it", "!unfix"])
    #expect(run.sink.events(.undoStarted).map { $0.data["server"] } == ["db-2:5432"])
  }

  @Test func `what is left of a change is asked about on another machine, and not where the record names no server`()
    async throws
  {
    for isNamed in [true, false] {
      let place = Place(isNamed ? "this machine (a)" : nil, isFound: false)
      let run = try run(Self.loop, at: place)
      run.executor.script("fix a", .value("done"))
      let control = run.control
      run.executor.before { call in
        if call.mode == .act { control.request(.pause("enough")) }
      }
      #expect(await run.sit(FakeOperator(["fix": [.yes]])).exitCode == 3)
      run.control = RunControl()
      run.executor.before { _ in }
      place.now = CallServer("this machine (b)", isFound: false)
      let nobody = FakeOperator(isInteractive: false)
      #expect(await run.sit(nobody).exitCode == (isNamed ? 3 : 0))
      #expect(nobody.keys == (isNamed ? ["fix"] : []))
      #expect(run.executor.acts == (isNamed ? ["!fix a"] : ["!fix a", "!fix b"]))
    }
  }

  @Test func `a digest has only a server in it that the settings do not tell`() async throws {
    var digests: [String?] = []
    for place in [Place(nil), Place("a", isFound: false), Place("a"), Place("b")] {
      let plan = try run(at: place)
      plan.mode = .plan
      #expect(await plan.sit() == .completed)
      digests.append(plan.sink.events(.stepFinished, "fix")[0].data["digest"]?.stringValue)
    }
    #expect(digests[0] == digests[1] && Set(digests).count == 3)
  }
}
