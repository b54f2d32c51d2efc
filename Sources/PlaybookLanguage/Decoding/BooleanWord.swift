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

  /// `yes` for `on`, `Yes` and `y`, `no` for `off`, `No` and `n`.
  private static func sameTruth(as written: String) -> String? {
    switch written.lowercased() {
    case "on", "yes", "y": "yes"
    case "off", "no", "n": "no"
    default: nil
    }
  }

  /// The way out.
  static func help(for written: String, among words: some Collection<String>) -> String? {
    if let word = sameTruth(as: written), words.contains(word), !words.contains(written) {
      return "write `\(word)`: here the words of YAML 1.1 for true and false are texts"
    }
    return meant(by: written, among: words).map { "`\($0)`, as a YAML 1.1 tool writes it: quote it there" }
  }
}

/// Characters that look like a blank and are none to YAML.
enum OddSpace {
  /// The first such character of a call that is split into words, as an offset in its text; those in quotes are meant,
  /// and the text in `${…}` is an expression's.
  static func place(in text: String) -> (range: Range<Int>, help: String)? {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
    var (offset, depth) = (0, 0)
    var quote: Unicode.Scalar?
    var before: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      let range = offset..<offset + scalar.utf8.count
      offset = range.upperBound
      switch scalar {
      case "{" where depth > 0 || before == "$": depth += 1
      case "}" where depth > 0: depth -= 1
      case "'" where depth == 0 && quote != "\"", "\"" where depth == 0 && quote != "'":
        quote = quote == nil ? scalar : nil
      case _ where depth == 0 && quote == nil && scalar.value > 0x7F && scalar.properties.isWhitespace:
        return help(for: String(scalar)).map { (range, $0) }
      default: break
      }
      before = scalar
    }
    return nil
  }

  static func help(for written: String) -> String? {
    guard let first = written.unicodeScalars.first(where: { $0.value > 0x7F && $0.properties.isWhitespace }) else {
      return nil
    }
    let number = String(first.value, radix: 16, uppercase: true)
    let name = String(repeating: "0", count: max(0, 4 - number.count)) + number
    return "U+\(name)\(first == "\u{A0}" ? " (no-break space)" : "") stands in it: write plain spaces"
  }
}
