extension ShellCall {
  /// The call as an operator would type it. Of the environment and the standard input, which may hold secrets, it has
  /// the names and the size.
  var display: String {
    var notes: [String] = []
    if !environment.isEmpty {
      notes.append("with " + environment.map(\.name).joined(separator: ", ") + " in its environment")
    }
    if let input { notes.append("\(input.count) bytes on its standard input") }
    if let directory { notes.append("in \(Self.quoted(directory))") }
    switch action {
    case .words(let words):
      let line = words.map(Self.quoted).joined(separator: " ")
      return notes.isEmpty ? line : line + "  # " + notes.joined(separator: ", ")
    case .script(let text):
      return (["# a script for \(Self.interpreter)"] + notes).joined(separator: ", ") + "\n" + text
    }
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
