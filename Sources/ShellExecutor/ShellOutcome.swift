import CEL
import ExecutorKit
import SourceText

/// A program's result, as an outcome's fields.
struct ShellOutcome: Sendable {
  /// How many lines are kept for each row that a result may have: lines are shorter than rows.
  static let linesPerRow = 100

  /// `exit` (as shells count it: 128 and the signal's number where a signal ended it; null where it still runs),
  /// `stdout`, `stderr`, `lines`, `json`; `notices` where there is something to be known of them.
  let fields: MapValue
  let isTruncated: Bool
  /// ": " and the last line that the program wrote to its standard error, or nothing.
  let complaint: String
  /// Its standard error, as far as that is text.
  let errorText: String

  init(_ report: ChildProcess.Report, lineLimit: Int) {
    let output = report.output
    let (lines, hasMoreLines) = Self.lines(output, limit: lineLimit)
    let exit: Value =
      switch report.ending {
      case .exited(let code): .int(Int64(code))
      case .signalled(let number): .int(128 + Int64(number))
      case nil: .null
      }
    let (stdout, stderr) = (Self.text(output), Self.text(report.errorOutput))
    let (json, problem, isJSONLeftOut) = output.isTruncated ? (.null, nil, false) : Self.json(output.bytes)
    errorText = stderr.stringValue ?? ""
    var fields = MapValue([
      ("exit", exit), ("stdout", stdout), ("stderr", stderr), ("lines", .list(lines)), ("json", json),
    ])
    let notices = ShellNotices(stdout: stdout, errorText: errorText, jsonProblem: problem).texts
    if !notices.isEmpty { fields["notices"] = .list(notices.map(Value.string)) }
    self.fields = fields
    isTruncated = output.isTruncated || report.errorOutput.isTruncated || hasMoreLines || isJSONLeftOut
    complaint = Self.complaint(report.errorOutput)
  }

  /// Text where the bytes are UTF-8; where they were truncated within a character, without its part.
  private static func text(_ content: Capture.Content) -> Value {
    if let text = String(validating: content.bytes, as: UTF8.self) { return .string(text) }
    if content.isTruncated {
      for cut in 1...3 where cut < content.bytes.count {
        if let text = String(validating: content.bytes.dropLast(cut), as: UTF8.self) { return .string(text) }
      }
    }
    return .bytes(content.bytes)
  }

  /// Lines without their ends, `\n` or `\r\n`, as they stood on a terminal at last, without control sequences; a line
  /// that is not UTF-8 is bytes. A byte order mark is not part of the first. The last of output that was truncated has
  /// a mark where it goes on. By the mark the redactor knows that a secret may be truncated there.
  private static func lines(_ content: Capture.Content, limit: Int) -> (lines: [Value], hasMore: Bool) {
    var lines: [Value] = []
    var rest = unmarked(content.bytes)
    while !rest.isEmpty {
      if lines.count == limit { return (lines, true) }
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      var line = rest[..<end]
      if end == rest.endIndex, content.isTruncated {
        lines.append(.string(Printed.line(beginning(line)) + "…"))
        break
      }
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      lines.append(
        String(validating: line, as: UTF8.self).map { .string(Printed.line($0)) } ?? .bytes(Array(line)))
      rest = end == rest.endIndex ? [] : rest[(end + 1)...]
    }
    return (lines, false)
  }

  /// The bytes without the byte order mark of UTF-8.
  private static func unmarked(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
  }

  /// The value where the output is one JSON text, else null; why it is null where it looks like JSON, and of which keys
  /// the last one counts.
  private static func json(_ bytes: [UInt8]) -> (value: Value, problem: String?, isLeftOut: Bool) {
    var bytes = unmarked(bytes)
    let hasControls = bytes.contains { $0 == 0x1B || $0 == 0x08 || $0 == 0x0D || $0 == 0xC2 }
    if hasControls, let text = String(validating: bytes, as: UTF8.self) { bytes = Array(Printed.text(text).utf8)[...] }
    let start = bytes.drop { " \t\r\n".utf8.contains($0) }
    guard let first = start.first, "{[\"-0123456789tfn".utf8.contains(first) else { return (.null, nil, false) }
    do {
      return (try Value(json: bytes), "{[".utf8.contains(first) ? doubled(Array(bytes)) : nil, false)
    } catch {
      if error.hasTooManyValues {
        return (.null, "the output is \(error.message), so `json` is null; have less printed, such as by jq", true)
      }
      // A log's line may begin with a bracket as well: `[2026-11-29 …] started`.
      let next = start.dropFirst().first { !" \t\r\n".utf8.contains($0) }
      let opens: String.UTF8View = first == UInt8(ascii: "{") ? "\"}".utf8 : "{[\"".utf8
      guard "{[".utf8.contains(first), let next, opens.contains(next) else { return (.null, nil, false) }
      if isLines(start) {
        return (
          .null, "the output is one JSON text a line, so `json` is null: `lines.map(l, json(l))` reads them", false
        )
      }
      return (.null, "the output begins like JSON and is none, so `json` is null: \(error.message)", false)
    }
  }

  private static func doubled(_ bytes: [UInt8]) -> String? {
    let keys = Value.doubledKeys(json: bytes)
    if keys.isEmpty { return nil }
    let names = keys.prefix(3).map { "`\($0)`" }.joined(separator: ", ") + (keys.count > 3 ? ", …" : "")
    return "a key is there twice in one object of its JSON, and the last one counts: \(names)"
  }

  /// Whether each line, of a long output each of the first hundred, is a JSON text of its own.
  private static func isLines(_ bytes: ArraySlice<UInt8>) -> Bool {
    let lines = bytes.split(maxSplits: 100, whereSeparator: { $0 == UInt8(ascii: "\n") })
    let texts = lines.prefix(100).filter { !$0.allSatisfy { " \t\r".utf8.contains($0) } }
    return texts.count > 1 && texts.allSatisfy { (try? Value(json: $0)) != nil }
  }

  /// The way out for a program that asked for a password, or nothing: the words of sudo, doas, su and pkexec.
  var advice: String {
    let said = errorText.utf8.prefix(1 << 16).split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self).lowercased()
    }
    let asks = [
      "a terminal is required", "a password is required", "no tty present", "a tty is required",
      "must be run from a terminal", "unable to read password",
    ]
    guard said.contains(where: { line in asks.contains { line.contains($0) } }) else { return "" }
    return "; no terminal is given to a program: allow it without a password (NOPASSWD), or call `sudo -n`"
  }

  /// The text of truncated bytes, without the part of a character at its end.
  private static func beginning(_ bytes: ArraySlice<UInt8>) -> String {
    for cut in 0...3 where cut < bytes.count {
      if let text = String(validating: bytes.dropLast(cut), as: UTF8.self) { return text }
    }
    return Printed.text(of: bytes)
  }

  private static let longestLine = 1 << 14

  private static func complaint(_ content: Capture.Content) -> String {
    let bytes = content.bytes
    guard let end = bytes.lastIndex(where: { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }) else { return "" }
    let start = bytes[...end].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    var written = bytes[start...end]
    if written.count > longestLine {
      // The last state of a line that is redrawn stands at its end.
      let isRedrawn = written.contains(UInt8(ascii: "\r"))
      written = isRedrawn ? written.suffix(longestLine) : written.prefix(longestLine)
    }
    let line = Printed.line(Printed.text(of: written))
    let isOpen = content.isTruncated && end == bytes.indices.last
    return ": " + (isOpen ? line.beginning(199) + "…" : line.beginning(200))
  }
}
