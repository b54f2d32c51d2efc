/// The parts of a script for a POSIX shell outside of quotes, comments and here-documents: pipelines, and forms that
/// only bash knows. A reading for hints alone: it says nothing of the parts that it does not follow.
///
/// Source: POSIX.1-2024, "Shell Command Language", 2.3 "Token Recognition", 2.9.2 "Pipelines", 2.9.4.3 "Case".
struct ScriptScan {
  struct Mark: Equatable {
    var text: String
    /// UTF-8 offsets within the script.
    var range: Range<Int>
  }

  /// The `|` of each pipeline.
  private(set) var pipes: [Range<Int>] = []
  /// Forms that bash knows and a plain shell does not, each once.
  private(set) var bashisms: [Mark] = []
  /// Whether `pipefail` is set.
  private(set) var hasPipefail = false

  private let bytes: [UInt8]
  private var position = 0
  private var isCommandStart = true
  private var isWordStart = true
  private var cases = 0
  /// How many substitutions are open.
  private var nesting = 0
  private var isPattern = false
  /// Here-documents whose text begins on the next line: the word that ends each, and whether tabs before that don't
  /// count.
  private var documents: [(end: [UInt8], isIndented: Bool)] = []

  init(_ script: String) {
    bytes = Array(script.utf8)
    while position < bytes.count { step() }
  }

  private func byte(_ ahead: Int = 0) -> UInt8? {
    bytes.indices.contains(position + ahead) ? bytes[position + ahead] : nil
  }

  private func begins(_ text: StaticString) -> Bool {
    bytes[position...].starts(with: text.description.utf8)
  }

  private mutating func step() {
    guard let byte = byte() else { return }
    switch byte {
    case UInt8(ascii: "\\"): word(2)
    case UInt8(ascii: "'"):
      word(1)
      skip(through: UInt8(ascii: "'"))
    case UInt8(ascii: "\""):
      word(1)
      doubleQuoted()
    case UInt8(ascii: "#") where isWordStart:
      while let byte = self.byte(), byte != UInt8(ascii: "\n") { _ = byte; position += 1 }
    case UInt8(ascii: "$"): dollar()
    case UInt8(ascii: "\n"):
      separator(1)
      skipDocuments()
    case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
      position += 1
      isWordStart = true
    case UInt8(ascii: ";"):
      if cases > 0, self.byte(1) == byte { isPattern = true }
      separator(1)
    case UInt8(ascii: "|"): pipe()
    case UInt8(ascii: "&"):
      if begins("&>") { bashism("&>", 2) }
      separator(begins("&&") || begins("&>") ? 2 : 1)
    case UInt8(ascii: "<"), UInt8(ascii: ">"): redirection()
    case UInt8(ascii: "("), UInt8(ascii: "`"):
      if byte == UInt8(ascii: "("), position > 0, bytes[position - 1] == UInt8(ascii: "="), !isWordStart {
        bashism("=(", 1)
      }
      separator(1)
    case UInt8(ascii: ")"):
      isPattern = false
      separator(1)
    default: isWordStart ? wholeWord() : word(1)
    }
  }

  private mutating func word(_ count: Int) {
    position += count
    (isCommandStart, isWordStart) = (false, false)
  }

  private mutating func separator(_ count: Int) {
    position += count
    (isCommandStart, isWordStart) = (true, true)
  }

  private mutating func bashism(_ text: String, _ count: Int) {
    guard !bashisms.contains(where: { $0.text == text }) else { return }
    bashisms.append(Mark(text: text, range: position..<min(position + count, bytes.count)))
  }

  private mutating func skip(through end: UInt8) {
    while let byte = byte(), byte != end { _ = byte; position += 1 }
    position += 1
  }

  /// The contents of double quotes are text, but for the commands in them.
  private mutating func doubleQuoted() {
    while let byte = byte(), byte != UInt8(ascii: "\"") {
      if byte == UInt8(ascii: "\\") {
        position += 2
      } else if begins("$((") || begins("${") {
        dollar()
      } else if begins("$(") {
        position += 2
        command()
      } else {
        position += 1
      }
    }
    position += 1
  }

  /// The commands of a substitution, up to its parenthesis.
  private mutating func command() {
    // A script that nests deeper than that is not looked into any further.
    guard nesting < 200 else { return position = bytes.count }
    nesting += 1
    defer { nesting -= 1 }
    (isCommandStart, isWordStart) = (true, true)
    let outer = (cases, isPattern)
    (cases, isPattern) = (0, false)
    var depth = 1
    while position < bytes.count, depth > 0 {
      if bytes[position] == UInt8(ascii: "("), !isPattern { depth += 1 }
      if bytes[position] == UInt8(ascii: ")"), !isPattern { depth -= 1 }
      step()
    }
    (cases, isPattern) = outer
    (isCommandStart, isWordStart) = (false, false)
  }

  private mutating func dollar() {
    if begins("$((") {
      position += 3
      while position < bytes.count, !begins("))") { position += 1 }
      word(2)
    } else if begins("${") {
      position += 2
      var depth = 1
      while let byte = byte(), depth > 0 {
        if byte == UInt8(ascii: "{") { depth += 1 }
        if byte == UInt8(ascii: "}") { depth -= 1 }
        position += byte == UInt8(ascii: "\\") ? 2 : 1
      }
      word(0)
    } else if begins("$(") {
      position += 2
      command()
    } else {
      word(begins("$#") ? 2 : 1)
    }
  }

  private mutating func pipe() {
    if begins("||") { return separator(2) }
    if isPattern {
      position += 1
      return
    }
    if begins("|&") { bashism("|&", 2) }
    pipes.append(position..<position + 1)
    separator(begins("|&") ? 2 : 1)
  }

  private mutating func redirection() {
    if begins("<<<") {
      bashism("<<<", 3)
      position += 3
    } else if begins("<<") {
      position += 2
      let isIndented = byte() == UInt8(ascii: "-")
      if isIndented { position += 1 }
      while byte() == UInt8(ascii: " ") || byte() == UInt8(ascii: "\t") { position += 1 }
      var end: [UInt8] = []
      while let byte = byte(), !" \t\r\n;|&<>()".utf8.contains(byte) {
        if !"'\"\\".utf8.contains(byte) { end.append(byte) }
        position += 1
      }
      documents.append((end, isIndented))
    } else if begins("<(") || begins(">(") {
      bashism(begins("<(") ? "<(" : ">(", 2)
      position += 1
    } else {
      position += begins(">|") || begins(">&") || begins("<&") || begins(">>") ? 2 : 1
    }
    isWordStart = false
  }

  private mutating func skipDocuments() {
    for document in documents {
      while position < bytes.count {
        var line = bytes[position...].prefix { $0 != UInt8(ascii: "\n") }
        position = min(line.endIndex + 1, bytes.count)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        if document.isIndented { line = line.drop { $0 == UInt8(ascii: "\t") } }
        if line.elementsEqual(document.end) { break }
      }
    }
    documents = []
  }

  private static let openers: Set<String> = [
    "if", "then", "else", "elif", "do", "while", "until", "!", "{", "time", "exec",
  ]

  /// A word from its first character on, up to a character that may end it or needs a look of its own.
  private mutating func wholeWord() {
    let letters = bytes[position...].prefix { !" \t\r\n;|&<>()'\"\\$`=#".utf8.contains($0) }
    let text = String(decoding: letters, as: UTF8.self)
    if text == "pipefail" {
      hasPipefail = true
      bashism("set -o pipefail", letters.count)
    }
    if isCommandStart, text == "[[" { bashism("[[", 2) }
    if isCommandStart, text == "source" { bashism("source", 6) }
    if isCommandStart, text == "function" { bashism("function", 8) }
    if text == "case", isCommandStart { cases += 1 }
    if text == "esac" { (cases, isPattern) = (max(0, cases - 1), false) }
    if text == "in", cases > 0 { isPattern = true }
    let opens = isCommandStart && Self.openers.contains(text)
    word(max(1, letters.count))
    if opens { isCommandStart = true }
  }
}
