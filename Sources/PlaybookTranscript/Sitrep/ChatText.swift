import CEL
import SourceText

/// One line of a chat in which nobody is called and nothing becomes a link or a format.
enum ChatText {
  private static let longest = 500

  /// `command` follows as code, in which chats neither call nor link nor format anything: it is copied as it is.
  static func line(_ text: String, command: String?) -> String {
    guard let command, !command.contains("`") else { return line(text + (command.map { "; " + $0 } ?? "")) }
    let code = "`\(Visible.text(command))`"
    return text.isEmpty ? code : line(text) + "; " + code
  }

  static func line(_ text: String) -> String {
    let start = String(decoding: text.utf8.prefix(longest * 4), as: UTF8.self)
    // A backtick would begin or end code.
    let scalars = Visible.text(start).unicodeScalars.prefix(longest).map { $0 == "`" ? "'" : $0 }
    var safe = String.UnicodeScalarView()
    var position = 0
    while position < scalars.count {
      let word = scalars[position...].prefix { !$0.properties.isWhitespace }
      guard !word.isEmpty else {
        safe.append(scalars[position])
        position += 1
        continue
      }
      append(Array(word), to: &safe)
      position += word.count
    }
    return String(safe) + (text.unicodeScalars.count > longest ? "…" : "")
  }

  /// A word, as code where a chat would call, link or format something in it, what ends a sentence left out.
  private static func append(_ word: [Unicode.Scalar], to text: inout String.UnicodeScalarView) {
    let whole = References.addresses(in: word).union(References.paths(in: word))
    let isMarked = word.indices.contains { !whole.contains($0) && isMark(word, at: $0) }
    guard isMarked else {
      text.append(contentsOf: word)
      return
    }
    var end = word.count
    while end > 1, ".,;:!?".unicodeScalars.contains(word[end - 1]) { end -= 1 }
    text.append("`")
    text.append(contentsOf: word[..<end])
    text.append("`")
    text.append(contentsOf: word[end...])
  }

  private static func isMark(_ word: [Unicode.Scalar], at position: Int) -> Bool {
    let scalar = word[position]
    let next = position + 1 < word.count ? word[position + 1] : " "
    // `:tada:`, `mailto:`, and a domain without a scheme, which chats link as well.
    if scalar == ":" || scalar == "." { return scalar == ":" && next == "/" || next.properties.isAlphabetic }
    // An underscore within a name is no format.
    if scalar == "_", position > 0, References.isWord(word[position - 1]), References.isWord(next) { return false }
    return "@#<*_~".unicodeScalars.contains(scalar)
  }
}
