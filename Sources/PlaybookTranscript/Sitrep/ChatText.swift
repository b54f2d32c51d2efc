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
    let scalars = Array(Visible.text(start).unicodeScalars.prefix(longest))
    var safe = String.UnicodeScalarView()
    let whole = References.addresses(in: scalars).union(References.paths(in: scalars))
    for (position, scalar) in scalars.enumerated() {
      safe.append(scalar)
      if whole.contains(position) { continue }
      let next = position + 1 < scalars.count ? scalars[position + 1] : " "
      // `:tada:`, `mailto:`, and a domain without a scheme, which chats link as well.
      let isJoint = (scalar == ":" && next == "/") || ((scalar == ":" || scalar == ".") && next.properties.isAlphabetic)
      // An underscore within a name is no format.
      let isInName =
        scalar == "_" && position > 0 && References.isWord(scalars[position - 1]) && References.isWord(next)
      let isMark = ("@#<`*_~".unicodeScalars.contains(scalar) && !isInName) || isJoint
      // Invisible, and enough that no chat takes it for a call, a channel, an address or a format.
      if isMark { safe.append("\u{2060}") }
    }
    return String(safe) + (text.unicodeScalars.count > longest ? "…" : "")
  }
}
