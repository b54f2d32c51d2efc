import CEL
import Glibc
import PlaybookRecord
import Testing

@testable import PlaybookTerminal

/// Where nobody sits: pipes instead of a terminal. And what is under way, with and without one.
@Suite(.timeLimit(.minutes(2))) struct PlainOutputTests {
  private func pipe() throws -> (read: Int32, write: Int32) {
    var ends: [Int32] = [0, 0]
    let failure = unsafe Glibc.pipe(&ends)
    try #require(failure == 0)
    return (ends[0], ends[1])
  }

  private func all(_ end: Int32) -> String {
    var text: [UInt8] = []
    var bytes = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = unsafe read(end, &bytes, bytes.count)
      guard count > 0 else { break }
      text += bytes[..<count]
    }
    close(end)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func `without a terminal the run is shown in plain lines and nothing is answered`() async throws {
    let output = try pipe()
    let input = try pipe()
    _ = unsafe write(input.write, "y\n", 2)
    var configuration = TerminalOperator.Configuration(name: "ci")
    configuration.input = input.read
    configuration.output = output.write
    let person = TerminalOperator(configuration: configuration)
    #expect(!person.isInteractive)
    for event in RunFixture.all { await person.observe(event) }
    await person.progress(Progress(path: "a", text: "poll 3", elapsed: .seconds(5)))
    #expect(await person.ask(TerminalOperatorTests.yesNo).summary == "unanswered: no terminal")
    await person.progress(nil)
    close(output.write)
    let text = all(output.read)
    #expect(!text.contains("\u{1B}") && !text.contains("\r") && !text.contains("/all"))
    #expect(text.contains("CRITICAL  Mass account lockouts") && text.contains("Follow-ups"))
    close(input.read)
    close(input.write)
  }

  @Test func `a reader gets lines, a rest without a line break, and then the end`() async throws {
    let input = try pipe()
    let reader = LineReader(input: input.read)
    func line() async throws -> LineReader.Input {
      guard let reading = reader.begin() else { throw CancellationError() }
      return await reader.line(reading)
    }
    let bytes = Array("one\ntwo\n\nrest\u{E9}".utf8) + [0xFF]
    _ = unsafe write(input.write, bytes, bytes.count)
    #expect(try await line() == .line("one"))
    #expect(try await line() == .line("two"))
    #expect(try await line() == .line(""))
    close(input.write)
    #expect(try await line() == .line("rest\u{E9}\u{FFFD}"))
    #expect(try await line() == .endOfInput)
    #expect(try await line() == .endOfInput)
    close(input.read)
  }

  @Test func `a cancel ends the read under way and not the next one`() async throws {
    let input = try pipe()
    let reader = LineReader(input: input.read)
    for _ in 0..<200 {
      guard let reading = reader.begin() else { throw CancellationError() }
      reader.cancel()
      reader.cancel()
      #expect(await reader.line(reading) == .cancelled)
      reader.cancel()
    }
    _ = unsafe write(input.write, "x\n", 2)
    guard let reading = reader.begin() else { throw CancellationError() }
    #expect(await reader.line(reading) == .line("x"))
    close(input.read)
    close(input.write)
  }

  @Test func `a closed descriptor ends the input`() async throws {
    let reader = LineReader(input: 9999)
    guard let reading = reader.begin() else { throw CancellationError() }
    #expect(await reader.line(reading) == .endOfInput)
  }

  @Test func `what takes long has one line that goes away`() async throws {
    let terminal = try PseudoTerminal()
    let person = terminal.makeOperator()
    await person.progress(Progress(path: "still_failing", text: "poll 3, attempts = 12", elapsed: .seconds(12)))
    try await terminal.waits(for: "12s  still_failing: poll 3, attempts = 12")
    await person.observe(RunFixture.event(.noteAdded, "", ["text": "a note"]))
    #expect(terminal.text.contains("\r\u{1B}[K    note: a note"))
    await person.progress(nil)
    try await Task.sleep(for: .milliseconds(700))
    #expect(terminal.text.hasSuffix("\r\u{1B}[K") || terminal.text.hasSuffix("a note\r\n"))
  }

  @Test func `a call that was sent is seen to be under way`() async throws {
    let terminal = try PseudoTerminal()
    let person = terminal.makeOperator()
    await person.observe(RunFixture.evidence[0])
    await person.observe(RunFixture.evidence[2])
    try await terminal.waits(for: "attempts: sql sql")
    await person.observe(RunFixture.evidence[4])
    #expect(terminal.text.contains("\r\u{1B}[K 1  query    Check for an attack pattern"))
  }

  @Test func `a terminal that is gone ends nothing`() async throws {
    let output = try pipe()
    close(output.read)
    signal(SIGPIPE, SIG_IGN)
    var configuration = TerminalOperator.Configuration(name: "ci")
    configuration.output = output.write
    let person = TerminalOperator(configuration: configuration)
    for event in RunFixture.all { await person.observe(event) }
    close(output.write)
  }
}
