import CEL
import ExecutorKit
import PlaybookLanguage

/// An argument list of `read_only`: which words a query may run.
struct AllowedWords: Sendable {
  enum Word: Sendable {
    /// The word itself, byte for byte.
    case exact(String)
    case pattern(WordPattern)
  }

  let words: [Word]
  /// Whether more words may follow, each of them ordinary and no option.
  let isOpen: Bool

  /// Throws a sentence's end, such as "must name a program before `...`", where the value is no such list.
  init(_ value: Value) throws(Problem) {
    guard let items = value.listValue, !items.isEmpty else {
      throw Problem("must hold argument lists, such as [firewall, list]")
    }
    isOpen = items.count > 1 && items.last == "..."
    var words: [Word] = []
    for item in isOpen ? items.dropLast() : items { words.append(try Self.word(item)) }
    guard case .exact(let program) = words[0], program != "..." else {
      throw Problem("must name a program, written out, at the beginning of each list")
    }
    self.words = words
  }

  struct Problem: Error {
    let message: String

    init(_ message: String) { self.message = message }
  }

  private static func word(_ value: Value) throws(Problem) -> Word {
    if let map = value.mapValue {
      guard map.entries.count == 1, let text = map["match"]?.stringValue else {
        throw Problem("takes texts and `{match: PATTERN}` as words")
      }
      guard let pattern = WordPattern(text) else {
        throw Problem("has `\(text)`, which is not a regular expression of RE2")
      }
      return .pattern(pattern)
    }
    do {
      return .exact(try value.argumentText("a word"))
    } catch {
      throw Problem("takes texts and `{match: PATTERN}` as words")
    }
  }

  func allows(_ given: [String]) -> Bool {
    guard isOpen ? given.count >= words.count : given.count == words.count else { return false }
    return zip(words, given).allSatisfy(Self.fits) && given.dropFirst(words.count).allSatisfy(Self.isPlain)
  }

  /// Whether it would allow the words if its `...` took options and odd texts as well.
  func nearlyAllows(_ given: [String]) -> Bool {
    isOpen && given.count >= words.count && zip(words, given).allSatisfy(Self.fits)
  }

  private static func fits(_ word: Word, _ given: String) -> Bool {
    switch word {
    case .exact(let text): text.utf8.elementsEqual(given.utf8)
    case .pattern(let pattern): pattern.matches(given)
    }
  }

  /// Whether a word that the list does not spell out is harmless: neither an option nor odd.
  private static func isPlain(_ word: String) -> Bool { WordPattern.isOrdinary(word) && !word.hasPrefix("-") }
}

/// `{match: PATTERN}`: a word that RE2 matches as a whole.
struct WordPattern: Sendable {
  let text: String
  /// The alternatives of the pattern that begin with a `-` which must be there: only these take a word that begins so.
  private let options: [String]

  /// Nil where RE2 can't read the pattern.
  init?(_ text: String) {
    guard InputText.isPattern(text) else { return nil }
    self.text = text
    options = Self.alternatives(of: text).filter { alternative in
      let bytes = Array(alternative.utf8.prefix(2))
      return bytes.first == UInt8(ascii: "-") && !(bytes.count > 1 && "?*{".utf8.contains(bytes[1]))
    }
  }

  func matches(_ word: String) -> Bool {
    guard Self.isOrdinary(word), InputText.matches(word, text) else { return false }
    return !word.hasPrefix("-") || options.contains { InputText.matches(word, $0) }
  }

  /// Whether it takes options that its author can't have thought of.
  var opensOptions: Bool {
    ["--zz-any=/x/y", "--zz-any", "-Z"].contains(where: matches)
  }

  /// Whether a word holds something, and neither a line break nor a control character.
  static func isOrdinary(_ word: String) -> Bool {
    !word.isEmpty
      && word.unicodeScalars.allSatisfy { scalar in
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: false
        default: true
        }
      }
  }

  /// The alternatives at the top of a pattern: the parts between `|`s that are in no group and no class. None where it
  /// quotes by `\\Q`, which RE2 alone reads to its end.
  private static func alternatives(of pattern: String) -> [String] {
    guard !pattern.contains(#"\Q"#) else { return [] }
    var found: [[UInt8]] = [[]]
    var depth = 0
    var isEscaped = false
    // How many bytes of a class were read: a `]` at its beginning is a member.
    var classLength: Int?
    for byte in pattern.utf8 {
      if byte == UInt8(ascii: "|"), depth == 0, !isEscaped, classLength == nil {
        found.append([])
        continue
      }
      found[found.count - 1].append(byte)
      if isEscaped {
        isEscaped = false
        classLength = classLength.map { $0 + 1 }
        continue
      }
      isEscaped = byte == UInt8(ascii: "\\")
      if let length = classLength {
        let isEnd = byte == UInt8(ascii: "]") && length > 0
        classLength = isEnd ? nil : byte == UInt8(ascii: "^") && length == 0 ? 0 : length + 1
      } else if byte == UInt8(ascii: "[") {
        classLength = 0
      } else if byte == UInt8(ascii: "(") {
        depth += 1
      } else if byte == UInt8(ascii: ")") {
        depth -= 1
      }
    }
    return found.map { String(decoding: $0, as: UTF8.self) }
  }
}
