import CEL
import SourceText

/// The names that a step, a loop's item and the like may have.
package enum NameRules {
  /// Names that expressions see everywhere, whatever the playbook.
  static let builtIn: Set<String> = ["inputs", "run", "now", "secrets", "call"]

  /// The problem of `name` as a name that expressions use, or nil.
  static func problem(with name: String, _ what: String, at span: SourceSpan) -> Diagnostic? {
    if !isIdentifier(name) {
      let fixed = repaired(name)
      return Diagnostic(
        code: "wrong-name", "`\(name)` is not a name for \(what): small letters, digits and `_`, a letter first",
        at: span,
        help: fixed.map { "write `\($0)`" })
    }
    if builtIn.contains(name) {
      return Diagnostic(
        code: "reserved-name", "`\(name)` means something already in expressions", at: span,
        help: "name \(what) otherwise")
    }
    if Expression.reservedNames.contains(name) {
      return Diagnostic(
        code: "reserved-name", "`\(name)` is a word of the expression language", at: span,
        help: "name \(what) otherwise, such as `\(name)_1`")
    }
    return nil
  }

  /// Whether `name` can be a plugin's, a field's, a key's: `[a-z][a-z0-9_]*`.
  package static func isIdentifier(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.first.map { isLetter($0) } == true
      && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "_") }
  }

  /// Whether `name` can be a playbook's: `[a-z0-9][a-z0-9-]*`.
  static func isPlaybookName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.first != UInt8(ascii: "-") && !bytes.isEmpty
      && bytes.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  /// The nearest name that would do.
  private static func repaired(_ name: String) -> String? {
    let words = name.lowercased().utf8.map { isLetter($0) || isDigit($0) ? $0 : UInt8(ascii: "_") }
    let text = String(decoding: words.drop { !isLetter($0) }, as: UTF8.self)
    return text.isEmpty || text.allSatisfy { $0 == "_" } ? nil : text
  }
}
