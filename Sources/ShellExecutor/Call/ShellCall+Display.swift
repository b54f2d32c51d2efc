import CEL

extension ShellCall {
  /// The call as an operator would type it, with every value that reaches the program: variables and standard input, in
  /// lines of their own. The yes is to all of them. The engine masks known secrets in every display.
  var display: String {
    let place = directory.map { "in \(Self.quoted($0))" }
    let values = environment.flatMap { Self.lines(variable: $0.name, $0.text) } + Self.lines(input: input)
    switch action {
    case .words(let words):
      let line = words.map(Self.quoted).joined(separator: " ")
      return ([line + (place.map { "  # " + $0 } ?? "")] + values).joined(separator: "\n")
    case .script(let text, let interpreter):
      let head = ["# a script for \(interpreter.line)", place].compactMap { $0 }.joined(separator: ", ")
      return ([head] + values + [text]).joined(separator: "\n")
    }
  }

  /// `  with DIR='/var/a b'`; a text of several lines below its name.
  private static func lines(variable name: String, _ text: String) -> [String] {
    guard text.contains(where: \.isNewline) else { return ["  with \(name)=\(quoted(text))"] }
    return ["  with \(name), \(text.utf8.count) bytes:"] + block(text)
  }

  private static func lines(input: [UInt8]?) -> [String] {
    guard let input else { return [] }
    let name = "  with \(input.count) byte\(input.count == 1 ? "" : "s") on its standard input"
    if input.isEmpty { return [name] }
    guard let text = String(validating: input, as: UTF8.self) else {
      return [name + ", which are not text, in hexadecimal:", mark + hexadecimal(input)]
    }
    return [name + (text.last?.isNewline == true ? ":" : ", the last line without its end:")] + block(text)
  }

  /// The mark before each line of a value, so that no value passes for something else.
  private static let mark = "  | "

  private static func block(_ text: String) -> [String] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { mark + $0 }
    if text.hasSuffix("\n") { lines.removeLast() }
    return lines
  }

  /// `word` in the quotes that a POSIX shell needs to read it back as it is; none where none are needed.
  ///
  /// Source: POSIX.1-2024, "Shell Command Language", 2.2.2 "Single-Quotes".
  static func quoted(_ word: String) -> String {
    if !word.isEmpty, word.utf8.allSatisfy(isHarmless), word.utf8.first != UInt8(ascii: "~") { return word }
    var text = "'"
    for scalar in word.unicodeScalars {
      if scalar == "'" { text += #"'\''"# } else { text.unicodeScalars.append(scalar) }
    }
    return text + "'"
  }

  private static func isHarmless(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"),
      UInt8(ascii: ","), UInt8(ascii: "+"), UInt8(ascii: "@"), UInt8(ascii: "%"), UInt8(ascii: "="):
      true
    default: false
    }
  }
}
