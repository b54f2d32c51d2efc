package import CEL
import SourceText

/// What a call said besides being done or not, for screens and transcripts: what it did in a word, what the server
/// remarked, and what went to standard error or stands in the body of a refusal.
package struct CallAnswer: Sendable {
  /// What a target or program said in lines of its own.
  package struct Said: Sendable, Equatable {
    /// `stderr`, `stdout`, `body`, `replies`.
    package let name: String
    package let text: String

    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// `0 rows`, `status 202`, `nil: not set`, a reply or a program's one line; nil: nothing that is that short.
  package let effect: String?
  /// What was said beside the answer: `WARNING: skipping "owned" …`.
  package let notices: [String]
  package let said: [Said]

  /// - Parameter call: as it was sent, where that is known; a refusal of Redis means what its command does.
  package init(_ outcome: MapValue?, call: String? = nil) {
    let isFailed = outcome?["ok"]?.boolValue == false
    effect = outcome.flatMap { isFailed ? nil : Self.effect($0, call) }
    notices = outcome.map(Self.notices) ?? []
    said = outcome.map { Self.said($0, isFailed: isFailed) } ?? []
  }

  /// What a call that failed said, by the fields that its error has.
  package static func failed(_ outcome: MapValue?) -> [Said] { outcome.map { said($0, isFailed: true) } ?? [] }

  /// The field `notices` of an outcome, each in one line: a list of texts, or nothing.
  package static func notices(_ outcome: MapValue) -> [String] {
    let texts = (outcome["notices"]?.listValue ?? []).compactMap(\.stringValue)
    return texts.map { $0.split(whereSeparator: \.isNewline).joined(separator: ", ") }.filter { !$0.isEmpty }
  }

  private static let longest = 80

  private static func effect(_ outcome: MapValue, _ call: String?) -> String? {
    if let rows = outcome["affected"]?.intValue { return "\(rows) row\(rows == 1 ? "" : "s")" }
    if let status = outcome["status"]?.intValue { return "status \(status)" }
    if let exit = outcome["exit"]?.intValue {
      let parts = [exit == 0 ? nil : "exit \(exit)", printed(outcome)].compactMap { $0 }
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
    switch outcome["value"] {
    case nil: return nil
    case .null: return isSetting(call) ? "nil: not set" : "nil"
    case .list(let items) where items.count <= 16:
      let texts = items.compactMap(short)
      let text = texts.joined(separator: ", ")
      return texts.count == items.count && !items.isEmpty && text.count <= longest ? text : nil
    case .some(let value): return short(value)
    }
  }

  private static func short(_ value: Value) -> String? {
    switch value {
    case .null: "nil"
    case .list, .map, .bytes, .unknown, .optional: nil
    default: value.rendered.utf8.count <= longest * 4 && value.rendered.count <= longest ? value.rendered : nil
    }
  }

  /// Whether a call's nil says that nothing was set: `SET key value NX`.
  private static func isSetting(_ call: String?) -> Bool {
    guard let word = call?.split(whereSeparator: \.isWhitespace).first?.lowercased() else { return false }
    return word == "set" || word == "getset"
  }

  /// A program's output where it is one short line, else how many lines it has.
  private static func printed(_ outcome: MapValue) -> String? {
    let lines = outcome["lines"]?.listValue ?? []
    guard lines.count == 1, let line = lines.first else { return lines.isEmpty ? nil : "\(lines.count) lines" }
    guard let text = line.stringValue else { return "1 line" }
    return text.isEmpty ? nil : text.beginning(longest)
  }

  private static func said(_ outcome: MapValue, isFailed: Bool) -> [Said] {
    var said: [Said] = []
    func add(_ name: String, _ text: String?) {
      if let text, !text.utf8.allSatisfy({ " \t\r\n".utf8.contains($0) }) { said.append(Said(name: name, text: text)) }
    }
    add("stderr", Self.printed(outcome["stderr"]))
    guard isFailed else { return said }
    add("stdout", Self.printed(outcome["stdout"]))
    add("body", body(outcome))
    if let value = outcome["value"], value.listValue?.isEmpty == false { add("replies", value.jsonText()) }
    return said
  }

  /// The body of an answer as it came, or as JSON.
  private static func body(_ outcome: MapValue) -> String? {
    for name in ["text", "body"] {
      switch outcome[name] {
      case nil, .null: continue
      case .string(let text): return text
      case .bytes(let bytes): return Printed.text(of: bytes)
      case .some(let value): return value.jsonText(pretty: true)
      }
    }
    return nil
  }

  /// What a program wrote, as it stood there at last.
  package static func printed(_ value: Value?) -> String? {
    switch value {
    case .string(let text): Printed.text(text, .shown)
    case .bytes(let bytes): Printed.text(Printed.text(of: bytes), .shown)
    default: nil
    }
  }
}

extension CallAnswer.Said {
  /// The first and the last of its lines where there are more than `most`, and how many are left out between.
  package func lines(_ most: Int) -> (first: [String], leftOut: Int, last: [String]) {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    while lines.last?.isEmpty == true { lines.removeLast() }
    guard lines.count > most, most > 1 else { return (lines, 0, []) }
    let last = (most + 1) / 2
    return (Array(lines.prefix(most - last)), lines.count - most, Array(lines.suffix(last)))
  }
}
