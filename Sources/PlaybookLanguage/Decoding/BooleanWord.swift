/// `yes`, `no`, `on` and `off`, which tools of YAML 1.1 take for booleans and write back as `true` and `false`.
package enum BooleanWord {
  /// The one of `words` that such a tool turned into `written`; nil where there is none or more than one.
  package static func meant(by written: String, among words: some Collection<String>) -> String? {
    let candidates: [String] =
      switch written {
      case "true", "True", "TRUE": ["yes", "on"]
      case "false", "False", "FALSE": ["no", "off"]
      default: []
      }
    let found = candidates.filter(words.contains)
    return found.count == 1 && !words.contains(written) ? found[0] : nil
  }

  /// What to do about it.
  static func help(for written: String, among words: some Collection<String>) -> String? {
    meant(by: written, among: words).map { "`\($0)`, as a YAML 1.1 tool writes it: quote it there" }
  }
}

/// Characters that look like a blank and are none to YAML.
enum OddSpace {
  static func help(for written: String) -> String? {
    guard let first = written.unicodeScalars.first(where: { $0.value > 0x7F && $0.properties.isWhitespace }) else {
      return nil
    }
    let number = String(first.value, radix: 16, uppercase: true)
    let name = String(repeating: "0", count: max(0, 4 - number.count)) + number
    return "U+\(name)\(first == "\u{A0}" ? " (no-break space)" : "") stands in it: write plain spaces"
  }
}
