import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTerminal

@Suite(.timeLimit(.minutes(2))) struct InterruptTests {
  let terminal: PseudoTerminal
  let person: TerminalOperator

  init() throws {
    terminal = try PseudoTerminal()
    person = terminal.makeOperator()
  }

  @Test(arguments: [
    ("\n", InterruptChoice.goOn), ("f\n", .finishStep), ("p\n", .pause), ("q\n", .pause), ("abort\n", .abort),
    ("\u{4}", .pause),
  ]) func `the menu is answered by a key`(keys: String, expected: InterruptChoice) async throws {
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    terminal.type(keys)
    #expect(await choice == expected)
  }

  @Test func `a wrong key at the menu is asked about again`() async throws {
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    terminal.type("stop\n")
    try await terminal.waits(for: "Type f, p or a")
    terminal.type("p\n")
    #expect(await choice == .pause)
  }

  @Test func `an open question stands there again when the run goes on`() async throws {
    async let reply = person.ask(TerminalOperatorTests.yesNo)
    try await terminal.waits(for: "4/9  >")
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    terminal.type("\n")
    #expect(await choice == .goOn)
    try await terminal.waits(for: "4/9  >", times: 2)
    terminal.type("y\n")
    #expect(await reply.summary == "answer true")
  }

  @Test(arguments: [("p\n", "pause"), ("a\n", "abort")])
  func `an open question is replied to with the choice`(keys: String, expected: String) async throws {
    async let reply = person.ask(TerminalOperatorTests.yesNo)
    try await terminal.waits(for: "4/9  >")
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    terminal.type(keys)
    _ = await choice
    #expect(await reply.summary == expected)
  }

  @Test func `a second interrupt answers the first one`() async throws {
    async let reply = person.ask(TerminalOperatorTests.yesNo)
    try await terminal.waits(for: "4/9  >")
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    #expect(await person.interrupted() == nil)
    #expect(await choice == .cancelCall)
    #expect(await reply.summary == "unanswered: interrupted")
  }

  @Test func `a menu that a signal ends has chosen nothing`() async throws {
    async let reply = person.ask(TerminalOperatorTests.yesNo)
    try await terminal.waits(for: "4/9  >")
    async let choice = person.interrupted { choice in Issue.record("\(choice) was chosen") }
    try await terminal.waits(for: "Enter >")
    await person.endQuestions(reason: "SIGTERM")
    #expect(await choice == nil)
    #expect(await reply.summary == "unanswered: SIGTERM")
  }

  @Test func `on a narrow screen the menu is broken at spaces`() async throws {
    let narrow = terminal.makeOperator { $0.width = 40 }
    async let choice = narrow.interrupted()
    try await terminal.waits(for: "Enter >")
    terminal.type("\n")
    _ = await choice
    let shown = terminal.text.replacing("\r\n", with: "\n")
    #expect(shown.contains("      p       stop here; the run can be\n              resumed\n"), "\(shown)")
    #expect(shown.split(separator: "\n").allSatisfy { CellWidth.of(String($0)) <= 40 }, "\(shown)")
  }

  @Test func `what was typed before an interrupt does not answer its menu`() async throws {
    terminal.type("a\na\n")
    async let choice = person.interrupted()
    try await terminal.waits(for: "Enter >")
    try await Task.sleep(for: .milliseconds(50))
    terminal.type("f\n")
    #expect(await choice == .finishStep)
  }

  @Test func `without a terminal an interrupt is a pause`() async throws {
    let other = terminal.makeOperator { $0.isInteractive = false }
    #expect(await other.interrupted() == .pause)
  }

  @Test func `after a stop in the background the open prompt stands there again`() async throws {
    async let reply = person.ask(TerminalOperatorTests.yesNo)
    try await terminal.waits(for: "4/9  >")
    await person.continued()
    try await terminal.waits(for: "4/9  >", times: 2)
    terminal.type("y\n")
    #expect(await reply.summary == "answer true")
    // Where nothing is asked nothing is shown.
    await person.continued()
  }
}
