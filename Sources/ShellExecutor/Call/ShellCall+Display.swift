extension ShellCall {
  /// The call as an operator would type it. Of the environment, which may hold secrets, it has the names; of the standard
  /// input the size, and the text where it is one short line: whoever says yes to a new value must see it. What is known as
  /// a secret the engine takes out of every display.
  var display: String {
    var notes: [String] = []
    if !environment.isEmpty {
      notes.append("with " + environment.map(\.name).joined(separator: ", ") + " in its environment")
    }
    if let input { notes.append("\(input.count) bytes on its standard input" + Self.glance(input)) }
    if let directory { notes.append("in \(Self.quoted(directory))") }
    switch action {
    case .words(let words):
      let line = words.map(Self.quoted).joined(separator: " ")
      return notes.isEmpty ? line : line + "  # " + notes.joined(separator: ", ")
    case .script(let text, let interpreter):
      return (["# a script for \(interpreter.line)"] + notes).joined(separator: ", ") + "\n" + text
    }
  }

  /// ": " and the text where it is a line of at most 80 bytes, or nothing.
  private static func glance(_ input: [UInt8]) -> String {
    let line = input.last == UInt8(ascii: "\n") ? input.dropLast() : input[...]
    guard !line.isEmpty, line.count <= 80, let text = String(validating: line, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F })
    else { return "" }
    return ": " + quoted(text)
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
