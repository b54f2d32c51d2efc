import ExecutorKit
import PlaybookLanguage
import SourceText

/// Words that mean something to a shell, written where there is none: in a call as one text.
enum WordCheck {
  /// - Parameter words: as they were written, with their quotes.
  static func problems(_ words: [String]) -> [CallProblem] {
    guard let first = words.first else { return [] }
    if let problem = prompt(first) ?? beginning(first) { return [problem] }
    // One is enough: the rest belongs to it.
    let found = words.indices.lazy.compactMap { problem(words[$0], at: $0) }.first
    if let found { return [found] }
    return words.indices.dropFirst().lazy.compactMap { expansion(words[$0], at: $0) }.first.map { [$0] } ?? []
  }

  /// `*.log`, `host-[0-9]`, `{a,b}`, `~user`: a shell would put names in its place.
  private static func expansion(_ word: String, at position: Int) -> CallProblem? {
    guard let text = WordExpansion.first(in: word) else { return nil }
    return CallProblem(
      path: ["args", String(position)], code: "shell-operator",
      message: "there is no shell here: `\(text)` is not a pattern and goes to the program as it is",
      help: "use `script` for a shell; where the text is meant, put it in single quotes", severity: .warning)
  }

  /// `$ service status`, `root@web:~# service status`: the prompt before a command in a terminal.
  private static func prompt(_ word: String) -> CallProblem? {
    let isMark = ["$", "#", "%", ">", "$>", "❯"].contains(word)
    let isHost = word.contains("@") && (word.hasSuffix("$") || word.hasSuffix("#"))
    guard isMark || isHost else { return nil }
    return CallProblem(
      path: ["args", "0"], code: "shell-prompt", message: "`\(word)` is a prompt, not a program",
      help: "leave it out; there is no shell here")
  }

  private static let builtins: Set<String> = [
    "cd", "export", "source", ".", "eval", "set", "unset", "alias", "exec", "if", "for", "while", "until", "case", "{",
    "!", "[[", "function", "umask", "ulimit", "pushd", "popd",
  ]

  /// Words that only a shell can begin a command with.
  private static func beginning(_ word: String) -> CallProblem? {
    if builtins.contains(word) {
      let instead =
        word == "cd" ? "`cwd` names the folder, " : ["export", "set"].contains(word) ? "`env` sets variables, " : ""
      return CallProblem(
        path: ["args", "0"], code: "shell-operator",
        message: "there is no shell here, and `\(word)` is a word of the shell's own",
        help: "\(instead)`script` runs a shell")
    }
    if let name = word.split(separator: "=", maxSplits: 1).first, word.contains("="),
      VariableName.isName(String(name)), !word.hasPrefix("=")
    {
      return CallProblem(
        path: ["args", "0"], code: "shell-operator",
        message: "there is no shell here, and `\(word)` would be the program's name",
        help: "set the variable by `env`, or use `script`")
    }
    return nil
  }

  private static func problem(_ word: String, at position: Int) -> CallProblem? {
    let scan = WordScan(word)
    guard let found = scan.operators.first else { return nil }
    let isAlone = found.isWhole || scan.isOperator
    let message =
      isAlone
      ? "there is no shell here: `\(found.text)` goes to the program as \(found.isWhole ? "a word" : "it is")"
      : "there is no shell here: `\(found.text)` in `\(word.beginning(40))` means nothing and goes to the program"
    return CallProblem(
      path: ["args", String(position)], code: "shell-operator", message: message,
      help: "use `script` for a shell; where the text is meant, put it in single quotes",
      severity: isAlone ? .error : .warning)
  }
}

/// Characters in one word that a shell would not take as text.
private struct WordScan {
  struct Operator {
    var text: String
    /// Whether it is all of the word.
    var isWhole = false
  }

  private(set) var operators: [Operator] = []
  /// Whether a shell would have ended the word there or put something in its place, whatever else is in it.
  private(set) var isOperator = false

  init(_ word: String) {
    let bytes = Array(word.utf8)
    if ["*", "~", "#", "(", ")", "((", "))", "{", "}", "}", ";;"].contains(word) || word.hasPrefix("~/") {
      operators = [Operator(text: word, isWhole: true)]
      return
    }
    // `<id>` stands for something in a text.
    if bytes.first == UInt8(ascii: "<"), bytes.last == UInt8(ascii: ">"), bytes.count > 2 { return }
    if Self.isRedirection(bytes) || bytes.allSatisfy({ "|&;<>".utf8.contains($0) }) {
      operators = [Operator(text: word, isWhole: true)]
      return
    }
    var quote: UInt8?
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      let next = position + 1 < bytes.count ? bytes[position + 1] : nil
      defer { position += 1 }
      if quote == UInt8(ascii: "'") {
        if byte == quote { quote = nil }
        continue
      }
      switch byte {
      case UInt8(ascii: "\\"): position += 1
      case UInt8(ascii: "'") where quote == nil: quote = byte
      case UInt8(ascii: "\""): quote = quote == nil ? byte : nil
      case UInt8(ascii: "`"):
        add("`", isOperator: true)
      case UInt8(ascii: "$"):
        guard let next else { break }
        if next == UInt8(ascii: "{") {
          // A value of the playbook's: its text is not looked at.
          position = Self.end(of: bytes, from: position)
        } else if next == UInt8(ascii: "(") {
          add("$(…)", isOperator: true)
        } else if Self.isName(next) || (48...57).contains(next) || "@*#?$!".utf8.contains(next) {
          let name = bytes[(position + 1)...].prefix { Self.isName($0) || (48...57).contains($0) }
          add("$" + String(decoding: name, as: UTF8.self), isOperator: position == 0 || position == 1 && quote != nil)
        }
      case UInt8(ascii: ";") where quote == nil: add(";", isOperator: next == nil)
      case UInt8(ascii: "&") where quote == nil:
        if next == nil || next == byte { add(next == nil ? "&" : "&&", isOperator: true) }
        if next == byte { position += 1 }
      case UInt8(ascii: "|") where quote == nil: add("|", isOperator: next == nil || position == 0)
      case UInt8(ascii: "<"), UInt8(ascii: ">"):
        if quote == nil { add(String(decoding: [byte], as: UTF8.self), isOperator: position == 0) }
      case UInt8(ascii: "(") where quote == nil && position == 0: add("(", isOperator: true)
      default: break
      }
    }
  }

  private mutating func add(_ text: String, isOperator: Bool) {
    operators.append(Operator(text: text))
    if isOperator { self.isOperator = true }
  }

  /// `2>&1`, `>/dev/null`, `<<EOF`, `&>log`.
  private static func isRedirection(_ bytes: [UInt8]) -> Bool {
    let rest = bytes.drop { (48...57).contains($0) }
    guard let first = rest.first else { return false }
    if first == UInt8(ascii: "&") { return rest.dropFirst().first == UInt8(ascii: ">") }
    return first == UInt8(ascii: ">") || first == UInt8(ascii: "<")
  }

  private static func isName(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "_") || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// The place of the brace that ends `${`, texts within it left out.
  private static func end(of bytes: [UInt8], from start: Int) -> Int {
    var depth = 0
    var quote: UInt8?
    for position in (start + 1)..<bytes.count {
      let byte = bytes[position]
      if let open = quote {
        if byte == open { quote = nil }
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
      } else if byte == UInt8(ascii: "{") {
        depth += 1
      } else if byte == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return position }
      }
    }
    return bytes.count
  }
}
