import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

/// Whoever says yes to a program sees every value that reaches it, and no value passes for another one or for a part of
/// the call.
@Suite struct ShownValuePromiseTests {
  private let bench: Workbench

  init() throws { bench = try Workbench() }

  /// A try: what is given, and the lines that stand below the call.
  struct Try: Sendable, CustomTestStringConvertible {
    var name: String
    var more: [(String, Value)]
    var lines: [String]
    var testDescription: String { name }
  }

  private static let tries = [
    Try(name: "a variable", more: [("env", ["DIR": "/var/a"])], lines: ["  with DIR=/var/a"]),
    Try(name: "an empty variable", more: [("env", ["DIR": ""])], lines: ["  with DIR=''"]),
    Try(
      name: "variables in their order", more: [("env", ["B": "1 2", "A": "$(id)"])],
      lines: ["  with B='1 2'", "  with A='$(id)'"]),
    Try(
      name: "a variable of several lines", more: [("env", ["X": "a\n  with Y=/safe"])],
      lines: ["  with X, 16 bytes:", "  | a", "  |   with Y=/safe"]),
    Try(
      name: "standard input of one line", more: [("stdin", "150 clients\n")],
      lines: ["  with 12 bytes on its standard input:", "  | 150 clients"]),
    Try(
      name: "standard input of several lines", more: [("stdin", "DROP TABLE a;\n\nDROP TABLE b;\n")],
      lines: ["  with 29 bytes on its standard input:", "  | DROP TABLE a;", "  | ", "  | DROP TABLE b;"]),
    Try(
      name: "standard input without a line's end", more: [("stdin", "x")],
      lines: ["  with 1 byte on its standard input, the last line without its end:", "  | x"]),
    Try(name: "no standard input", more: [("stdin", "")], lines: ["  with 0 bytes on its standard input"]),
    Try(
      name: "standard input that is not text", more: [("stdin", .bytes([0xFF, 0x00]))],
      lines: ["  with 2 bytes on its standard input, which are not text, in hexadecimal:", "  | ff00"]),
  ]

  @Test(arguments: tries)
  func `every value stands below a program's call and above a script`(_ one: Try) {
    let program = bench.executor.display(bench.call(["tool", "a"], .act, one.more), on: nil)
    #expect(program == (["tool a"] + one.lines).joined(separator: "\n"))
    let script = bench.executor.display(bench.script("rm -rf \"$DIR\"", .act, one.more), on: nil)
    #expect(script == (["# a script for /bin/sh"] + one.lines + ["rm -rf \"$DIR\""]).joined(separator: "\n"))
  }

  @Test func `the folder stands with the program, and a long value is whole`() {
    let long = String(repeating: "0123456789", count: 10_000)
    let text = bench.executor.display(
      bench.call(["tool"], .act, [("env", ["X": .string(long)]), ("cwd", "/tmp")]), on: nil)
    #expect(text == "tool  # in /tmp\n  with X=\(long)")
  }
}
