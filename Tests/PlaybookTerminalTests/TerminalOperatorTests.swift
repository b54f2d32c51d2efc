import CEL
import Glibc
import PlaybookLanguage
import PlaybookRecord
import SourceText
import Testing

@testable import PlaybookTerminal

@Suite(.timeLimit(.minutes(2))) struct TerminalOperatorTests {
  let terminal: PseudoTerminal
  let person: TerminalOperator

  init() throws {
    terminal = try PseudoTerminal()
    person = terminal.makeOperator()
  }

  static let yesNo = Question(key: "gate", place: "4/9", text: "Go on?", kind: .yesNo)
  static let text = Question(
    key: "impact", place: "8/9", text: "What did users experience?", kind: .text(isOptional: false))
  static let choice = Question(
    key: "verdict", place: "4/9", text: "What is this?",
    kind: .option(
      [.init(name: "ours", text: "Ours; change nothing"), .init(name: "else", text: "Something else")],
      suggested: "ours"))

  static func approval(typed: String? = nil, count: Int = 7) -> Question {
    let calls = (1...count).map { "firewall block 203.0.113.\($0)" }
    return Question(
      key: "block", place: "5/9", text: "Block the attacking addresses",
      kind: .approval(
        Approval(
          calls: calls, items: calls, target: "shell", environment: "production", isRed: true,
          leftOut: ["10.0.0.4 (in the protected network 10.0.0.0/8)"], undos: ["firewall unblock 203.0.113.1"],
          typed: typed,
          digest: "sha256:ab12", warnings: ["the evidence is 12m old"])))
  }

  /// Asks, and types each text once what must be on the screen before it is there.
  private func ask(_ question: Question, _ script: [(after: String, type: String)]) async throws -> String {
    async let reply = person.ask(question)
    for (text, keys) in script {
      try await terminal.waits(for: text)
      terminal.type(keys)
    }
    return await reply.summary
  }

  @Test func `a wrong key is explained and asked about again`() async throws {
    let reply = try await ask(Self.yesNo, [("4/9  >", "x\n"), ("`x` is no answer", "y\n")])
    #expect(reply == "answer true")
  }

  @Test func `a question mark explains`() async throws {
    let reply = try await ask(Self.choice, [(">", "?\n"), ("the suggestion, ours", "/help\n"), ("/note TEXT", "2\n")])
    #expect(reply == "answer else")
  }

  @Test(arguments: [
    ("run!fresh", "take it again now", "go on with it as it is"), ("fix!fresh.found", "take it again now", "as it is"),
    ("fix!unverified", "go on", "pause the run here; it can be resumed"),
    ("fix!pace", "go on with the rest", "leave the rest; the run goes on"),
    ("fix!limit", "go on to the question", "leave the change out"), ("fix!done", "it was done", "it was not done"),
    ("gate", "go on", "what follows is left out"),
  ])
  func `a question mark says what a yes and a no do`(key: String, yes: String, no: String) async throws {
    await person.observe(RunFixture.event(.stepStarted, "gate", ["kind": "confirm", "place": "4/9"]))
    let question = Question(key: QuestionKey(key), place: "4/9", text: "Go on?", kind: .yesNo)
    #expect(try await ask(question, [("4/9  >", "?\n"), ("n REASON", "n\n")]) == "answer false")
    let lines = terminal.text.split(separator: "\r\n")
    #expect(lines.contains { $0.hasPrefix("    y, yes        \(yes)") }, "\(terminal.text)")
    #expect(lines.contains { $0.hasPrefix("    n, no") && $0.contains(no) }, "\(terminal.text)")
  }

  @Test func `the prompt names environment, place and what is left of the clock`() async throws {
    await person.observe(RunFixture.started)
    let reply = try await ask(Self.yesNo, [("PRODUCTION 4/9  6m left  > ", "n too early\n")])
    #expect(reply == "answer false")
  }

  @Test func `Enter takes a suggestion that changes nothing`() async throws {
    #expect(try await ask(Self.choice, [("suggested: 1 (Enter)", ""), ("> ", "\n")]) == "answer ours")
  }

  @Test func `an Enter typed ahead takes no suggestion`() async throws {
    terminal.type("\n\n\n")
    let reply = try await ask(Self.choice, [("> ", "?\n"), ("the suggestion", "2\n")])
    #expect(reply == "answer else")
    #expect(!terminal.text.contains("Enter alone"))
  }

  @Test func `an answer typed ahead counts where nothing is changed`() async throws {
    terminal.type("\n2\n")
    #expect(try await ask(Self.choice, []) == "answer else")
  }

  @Test func `what was typed ahead approves nothing`() async throws {
    terminal.type("y\nyes\n\ny")
    let reply = try await ask(Self.approval(), [("5/9  >", "n\n")])
    #expect(reply == "answer false")
    #expect(!terminal.text.contains("is no answer"))
  }

  @Test func `an approval shows calls, place, what is left out and how it is undone`() async throws {
    let reply = try await ask(
      Self.approval(typed: "block 7"),
      [
        ("5/9  >", "\n"), ("Enter alone approves nothing", "y\n"), ("A y is not enough", "/all\n"),
        (".7\r\n", "block 7\n"),
      ])
    #expect(reply == "answer true")
    let text = terminal.text
    for part in [
      "changes PRODUCTION  shell  7 calls", "1  firewall block 203.0.113.1", "2 more: /all shows them",
      "left out: 10.0.0.4 (in the protected", "undo: firewall unblock 203.0.113.1", "warning: the evidence is 12m old",
      "digest: sha256:ab12", "Type block 7 to do it, n to leave it.", "7  firewall block 203.0.113.7",
    ] { #expect(text.contains(part), "\(part)") }
  }

  @Test func `the calls of an approval, and the call of evidence, are shown with their server`() async throws {
    for event in RunFixture.evidence { await person.observe(event) }
    guard case .approval(var approval) = Self.approval(count: 1).kind else { return }
    approval.servers = ["this machine (web-1)"]
    let question = Question(key: "block", place: "5/9", text: "Block", kind: .approval(approval))
    let script = [
      ("5/9  >", "/call\n"), ("    block  shell this machine (web-1)", "/call E1\n"),
      ("db (replica, lag 0s)\r\n      SELECT", "n\n"),
    ]
    #expect(try await ask(question, script) == "answer false")
  }

  @Test func `an item of a loop shows its own call`() async throws {
    guard case .approval(let approval) = Self.approval().kind else { return }
    let question = Question(key: "block", place: "5/9", text: "Block", kind: .item(approval, position: 2, count: 7))
    #expect(try await ask(question, [("item 3 of 7", ""), (">", "d\n")]) == "answer done")
    #expect(terminal.text.contains("firewall block 203.0.113.3"))
    #expect(!terminal.text.contains("firewall block 203.0.113.2"))
  }

  @Test func `a confirm's question is its step's line`() async throws {
    await person.observe(
      RunFixture.event(.stepStarted, "verdict", ["kind": "confirm", "place": "4/9", "why": "Because"]))
    let question = Question(key: "verdict", place: "4/9", text: "What is this?", kind: Self.choice.kind)
    #expect(try await ask(question, [("> ", "2\n")]) == "answer else")
    #expect(terminal.text.contains(" 4  confirm  What is this?   suggested: 1 (Enter)"))
    #expect(terminal.text.contains("    Because"))
  }

  @Test func `an act's title stands once, and again where the question comes again`() async throws {
    let started = RunFixture.event(
      .stepStarted, "block", ["kind": "act", "place": "5/9", "title": "Block the addresses"])
    await person.observe(started)
    guard case .approval(let approval) = Self.approval().kind else { return }
    let question = Question(key: "block", place: "5/9", text: "Block the addresses", kind: .approval(approval))
    #expect(try await ask(question, [("> ", "n\n")]) == "answer false")
    #expect(terminal.text.split(separator: "Block the addresses", omittingEmptySubsequences: false).count == 2)
    var renderer = EventRenderer()
    _ = renderer.lines(for: started, width: 80)
    for isRepeated in [false, true] {
      let view = QuestionView(question: question, state: renderer.state, isRepeated: isRepeated)
      let text = view.lines(width: 80).map { $0.spans.map(\.text).joined() }.joined(separator: "\n")
      #expect(text.contains("Block the addresses") == isRepeated)
    }
  }

  @Test func `a question about a query that failed stands under the query's line`() async throws {
    await person.observe(RunFixture.evidence[0])
    let question = Question(key: "attempts!failure1", place: "1/9", text: "attempts failed: no route", kind: .yesNo)
    #expect(try await ask(question, [("> ", "y\n")]) == "answer true")
    #expect(terminal.text.contains(" 1  query    Check for an attack pattern\r\n    attempts failed: no route"))
  }

  @Test func `after a resume the question of a step that was begun stands under the step's line`() async throws {
    await person.recall([
      RunFixture.started, RunFixture.event(.stepStarted, "all", ["kind": "group", "title": "All", "place": "1/9"]),
      RunFixture.event(.stepStarted, "ended", ["kind": "query", "title": "Ended", "place": "2/9"]),
      RunFixture.event(.stepFinished, "ended", ["kind": "query"]),
      RunFixture.event(.stepStarted, "all.gate", ["kind": "confirm", "title": "Go on?", "place": "4/9"]),
      RunFixture.event(.stepStarted, "fix", ["kind": "act", "title": "Fix it", "place": "5/9"]),
    ])
    _ = try await ask(Question(key: "all.gate", place: "4/9", text: "Go on?", kind: .yesNo), [("4/9", "y\n")])
    let approval = Self.approval()
    _ = try await ask(
      Question(key: "fix", place: "5/9", text: "Fix it", kind: approval.kind), [("5/9  6m left  >", "n\n")])
    #expect(terminal.text.contains(" 4  confirm  Go on?\r\n"))
    #expect(terminal.text.contains(" 5  act      Fix it\r\n"))
    #expect(!terminal.text.contains("Ended") && !terminal.text.contains("All"))
  }

  @Test func `the end of input is no answer, and the terminal can be read again`() async throws {
    #expect(try await ask(Self.yesNo, [(">", "\u{4}")]) == "unanswered: end of input")
    async let reply = person.ask(Self.text)
    try await terminal.waits(for: "8/9  >")
    terminal.type("nothing\n")
    #expect(await reply.summary == "answer nothing")
  }

  @Test func `a backspace takes a whole character`() async throws {
    terminal.setMode { $0.c_iflag &= ~tcflag_t(IUTF8) }
    #expect(try await ask(Self.text, [(">", "café利\u{7F}\u{7F}e\n")]) == "answer cafe")
  }

  @Test func `a line that ends in a backslash goes on`() async throws {
    #expect(try await ask(Self.text, [(">", "one \\\n"), ("… >", "two\n")]) == "answer one \ntwo")
  }

  @Test(arguments: ["", "/note "])
  func `a line that the terminal has cut is not taken`(word: String) async throws {
    let long = word + String(repeating: "ü", count: 3000)
    let reply = try await ask(Self.text, [(">", long + "\n"), ("The line was cut", "short\n")])
    #expect(reply == "answer short")
    let whole = String(repeating: "x", count: 4094)
    #expect(try await ask(Self.text, [("short", whole + "\n")]) == "answer " + whole)
  }

  @Test func `a text that begins with a slash is written with two`() async throws {
    let reply = try await ask(Self.text, [(">", "/var is full\n"), ("written //", "//var is full\n")])
    #expect(reply == "answer /var is full")
  }

  @Test func `an input that is edited is left by the word for going back`() async throws {
    let question = Question(
      key: "q!failure1!value", text: "What instead?", why: "q failed: no route", kind: .text(isOptional: true))
    #expect(try await ask(question, [(">", "/back\n")]) == "back(\"\")")
    #expect(terminal.text.contains("    q failed: no route\r\n    What instead?"))
    #expect(try await ask(Self.text, [("8/9  >", "/back\n"), ("missing behind it", "x\n")]) == "answer x")
    let reason = Question(key: "q!failure1!reason", place: "9/9", text: "Why?", kind: .text(isOptional: false))
    #expect(try await ask(reason, [("9/9  >", "\n"), ("A text is needed here\r\n", "x\n")]) == "answer x")
  }

  @Test func `arrow keys are no text`() async throws {
    #expect(try await ask(Self.text, [(">", "a\u{1B}[Db\n"), ("control characters", "ab\n")]) == "answer ab")
  }

  @Test func `after a note the question stands there again in short`() async throws {
    #expect(try await ask(Self.choice, [(">", "/note CDN is informed\n")]) == "note(\"CDN is informed\")")
    async let reply = person.ask(Self.choice)
    try await terminal.waits(for: "4/9  >", times: 2)
    terminal.type("2\n")
    #expect(await reply.summary == "answer else")
    #expect(terminal.text.ranges(of: "Something else").count == 1)
  }

  @Test func `slash words show the call and all of the evidence`() async throws {
    for event in RunFixture.evidence { await person.observe(event) }
    let reply = try await ask(
      Self.yesNo,
      [
        (">", "/call E1\n"), ("COUNT(*)", "/all E1\n"), ("203.0.113.16", "/all E9\n"), ("no evidence E9", "/nte\n"),
        ("did you mean /note?", "y\n"),
      ])
    #expect(reply == "answer true")
  }

  @Test func `evidence in a file is fetched`() async throws {
    let other = terminal.makeOperator {
      $0.loadEvidence = { digest in digest == "ab" ? ["value": "from the file"] : nil }
    }
    let data: Value = ["kind": "query", "number": 1, "evidence": ["sha256": "ab", "bytes": 20_000_000]]
    await other.observe(RunFixture.event(.stepFinished, "big", data))
    #expect(!terminal.text.contains("from the file"))
    async let reply = other.ask(Self.yesNo)
    try await terminal.waits(for: ">")
    terminal.type("/all\n")
    try await terminal.waits(for: "from the file")
    terminal.type("y\n")
    #expect(await reply.summary == "answer true")
  }

  @Test func `a checkpoint asks what shows it`() async throws {
    let point = Question(key: "checklist.tests", text: "Tests run", kind: .checkpoint)
    let reply = try await ask(point, [(">", "y\n"), ("what shows it?", "CI 4711\n")])
    #expect(reply == "answer {\"done\":true,\"evidence\":\"CI 4711\"}")
  }

  @Test func `a checkpoint that is not done keeps the reason`() async throws {
    let point = Question(key: "checklist.tests", text: "Tests run", kind: .checkpoint)
    #expect(try await ask(point, [(">", "n CI is down\n")]) == "answer {\"done\":false,\"evidence\":\"CI is down\"}")
  }

  @Test func `a value is asked for again with the reason`() async throws {
    let span = SourceSpan(file: SourceFile(path: "playbook.yaml", text: ""), range: 0..<0)
    let declaration = InputDeclaration(name: "count", nameSpan: span, type: .integer)
    let other = terminal.makeOperator {
      $0.parse = { _, text in
        Int64(text).map { .success(.int($0)) } ?? .failure(InputRejection("\(text) is no integer"))
      }
    }
    async let reply = other.ask(Question(key: "count", text: "How many?", kind: .value(declaration)))
    try await terminal.waits(for: ">")
    terminal.type("many\n")
    try await terminal.waits(for: "many is no integer")
    terminal.type("42\n")
    #expect(await reply.summary == "answer 42")
  }

  @Test func `a secret is not echoed`() async throws {
    let span = SourceSpan(file: SourceFile(path: "playbook.yaml", text: ""), range: 0..<0)
    var declaration = InputDeclaration(name: "token", nameSpan: span, type: .string)
    declaration.isSecret = true
    let reply = try await ask(
      Question(key: "token", text: "Token?", kind: .value(declaration)), [(">", "s3cr3t-value\n")])
    #expect(reply == "answer s3cr3t-value")
    #expect(!terminal.text.contains("s3cr3t"))
    #expect(terminal.mode.c_lflag & tcflag_t(ECHO) != 0)
  }

  @Test func `of several lines that are pasted for a secret none is used or shown`() async throws {
    async let reply = person.secret(named: "token")
    try await terminal.waits(for: "secret token")
    terminal.type("-----BEGIN\nMIIEvQ\n-----END\n")
    try await terminal.waits(for: "nothing of it is used")
    terminal.type("s3cr3t-value\n")
    #expect(await reply == "s3cr3t-value")
    #expect(!terminal.text.contains("MIIEvQ") && !terminal.text.contains("BEGIN"))
  }

  @Test func `the terminal is left as it was found`() async throws {
    terminal.setMode { $0.c_iflag &= ~tcflag_t(IUTF8) }
    let before = terminal.mode
    let other = terminal.makeOperator()
    async let reply = other.ask(Self.yesNo)
    try await terminal.waits(for: ">")
    #expect(terminal.mode.c_iflag & tcflag_t(IUTF8) != 0)
    terminal.type("y\n")
    _ = await reply
    other.restore()
    other.restore()
    #expect(terminal.mode.c_iflag == before.c_iflag && terminal.mode.c_lflag == before.c_lflag)
  }

  @Test func `what happens while a prompt stands open is shown after it`() async throws {
    async let reply = person.ask(Self.yesNo)
    try await terminal.waits(for: ">")
    await person.observe(RunFixture.event(.noteAdded, "", ["text": "from elsewhere"]))
    #expect(!terminal.text.contains("from elsewhere"))
    terminal.type("y\n")
    #expect(await reply.summary == "answer true")
    #expect(terminal.text.contains("y\r\n    note: from elsewhere"))
  }

  @Test func `a remark from another terminal is shown before the answer, and the prompt again`() async throws {
    async let reply = person.ask(Self.yesNo)
    try await terminal.waits(for: ">")
    await person.observe(RunFixture.event(.noteAdded, "", ["text": "don't do it", "by": "bob", "id": "r1"]))
    try await terminal.waits(for: "note: don't do it  (bob)")
    terminal.type("n\n")
    #expect(await reply.summary == "answer false")
    #expect(terminal.text.split(separator: "4/9  >").count == 3)
  }

  @Test func `two questions are asked one after the other`() async throws {
    async let first = person.ask(Self.yesNo)
    try await terminal.waits(for: "4/9  >")
    async let second = person.ask(Self.text)
    try await Task.sleep(for: .milliseconds(50))
    #expect(!terminal.text.contains("8/9"))
    terminal.type("n\n")
    #expect(await first.summary == "answer false")
    try await terminal.waits(for: "8/9  >")
    terminal.type("slow logins\n")
    #expect(await second.summary == "answer slow logins")
  }

  @Test func `what was mistyped is told without a warning`() async throws {
    await person.observe(RunFixture.event(.warning, "", ["text": "there is no step `x`", "slip": true]))
    try await terminal.waits(for: "    there is no step `x`")
    #expect(!terminal.text.contains("warning"))
  }

  @Test func `what comes from the world is not sent to the terminal`() async throws {
    let hostile = "\u{1B}]0;owned\u{7}\u{1B}[2J\u{202E}"
    await person.observe(RunFixture.event(.warning, "", ["text": .string(hostile)]))
    let question = Question(key: "gate", place: hostile, text: hostile, why: hostile, kind: .yesNo)
    _ = try await ask(question, [(">", "y\n")])
    #expect(!terminal.text.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{7}" || $0 == "\u{202E}" })
    #expect(terminal.text.contains("␛]0;owned␇"))
  }

  @Test func `a cancelled task gets no answer`() async throws {
    let person = person
    let task = Task { await person.ask(Self.yesNo) }
    try await terminal.waits(for: ">")
    task.cancel()
    #expect(await task.value.summary == "unanswered: cancelled")
    async let reply = person.ask(Self.text)
    try await terminal.waits(for: "8/9  >")
    terminal.type("later\n")
    #expect(await reply.summary == "answer later")
  }

  @Test func `when questions are ended the open one has no answer`() async throws {
    async let reply = person.ask(Self.yesNo)
    try await terminal.waits(for: ">")
    await person.endQuestions(reason: "SIGTERM")
    #expect(await reply.summary == "unanswered: SIGTERM")
    #expect(await person.ask(Self.text).summary == "unanswered: SIGTERM")
  }
}
