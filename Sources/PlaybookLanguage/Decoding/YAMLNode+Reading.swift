import CEL
package import SourceText
package import YAMLTree

/// A node read as the wanted type; another type becomes a diagnostic and nil. `what` names the place: "`timeout`".
extension YAMLNode {
  func wrong(_ what: String, wants wanted: String, help: String? = nil, _ diagnostics: inout [Diagnostic]) {
    diagnostics.append(Diagnostic(code: "wrong-type", "\(what) is \(wanted), not \(kindName)", at: span, help: help))
  }

  private func wrongValue(_ message: String, help: String? = nil, _ diagnostics: inout [Diagnostic]) {
    diagnostics.append(Diagnostic(code: "wrong-value", message, at: span, help: help))
  }

  var scalar: YAMLScalar? {
    if case .scalar(let scalar) = content { scalar } else { nil }
  }

  /// Whether there is nothing: `key:` with no value.
  var isNull: Bool { scalar?.value == .null }

  /// Any scalar but nothing, as it was written: `3` is the text "3".
  package func readText(_ what: String, _ diagnostics: inout [Diagnostic]) -> String? {
    guard let scalar, scalar.value != .null else {
      wrong(what, wants: "text", &diagnostics)
      return nil
    }
    return scalar.text
  }

  package func readTexts(_ what: String, _ diagnostics: inout [Diagnostic]) -> [String] {
    switch content {
    case .sequence(let items): return items.compactMap { $0.readText("an item of \(what)", &diagnostics) }
    case .scalar(let scalar) where scalar.value != .null: return [scalar.text]
    default:
      wrong(what, wants: "a list of texts", &diagnostics)
      return []
    }
  }

  package func readTemplate(_ what: String, _ diagnostics: inout [Diagnostic]) -> Template? {
    guard let scalar, scalar.value != .null else {
      // A flow mapping where text was meant is nearly always an unquoted `${…}`.
      let help = if case .mapping = content { "quote the text, if it is one" } else { String?.none }
      wrong(what, wants: "text", help: help, &diagnostics)
      return nil
    }
    return Template.parse(self, diagnostics: &diagnostics)
  }

  package func readExpression(_ what: String, _ diagnostics: inout [Diagnostic]) -> LocatedExpression? {
    guard let scalar, scalar.value != .null else {
      wrong(what, wants: "an expression", help: "quote this expression, if it is one", &diagnostics)
      return nil
    }
    return LocatedExpression.parse(self, diagnostics: &diagnostics)
  }

  package func readBoolean(_ what: String, _ diagnostics: inout [Diagnostic]) -> Bool? {
    guard case .bool(let flag) = scalar?.value else {
      let isWord = ["yes", "no", "on", "off"].contains(scalar?.text.lowercased())
      wrong(what, wants: "true or false", help: isWord ? "`yes` and `no` are text here" : nil, &diagnostics)
      return nil
    }
    return flag
  }

  package func readInteger(_ what: String, minimum: Int?, _ diagnostics: inout [Diagnostic]) -> Int? {
    guard case .int(let wide) = scalar?.value, let number = Int(exactly: wide) else {
      wrong(what, wants: "a whole number", &diagnostics)
      return nil
    }
    if let minimum, number < minimum {
      wrongValue("\(what) is at least \(minimum), not \(number)", &diagnostics)
      return nil
    }
    return number
  }

  package func readDuration(_ what: String, _ diagnostics: inout [Diagnostic]) -> Duration? {
    guard let scalar, scalar.value != .null else {
      wrong(what, wants: KeyShape.duration.description, &diagnostics)
      return nil
    }
    guard let duration = Duration(human: scalar.text) else {
      let help: String? = if case .int = scalar.value { "write the unit: `\(scalar.text)s`" } else { nil }
      wrongValue("\(what) is \(KeyShape.duration.description), not `\(scalar.text)`", help: help, &diagnostics)
      return nil
    }
    if duration < .zero {
      wrongValue("\(what) can't be negative", &diagnostics)
      return nil
    }
    return duration
  }

  package func readChoice(_ what: String, _ words: [String], _ diagnostics: inout [Diagnostic]) -> String? {
    let wanted = KeyShape.choice(words).description
    guard let scalar, scalar.value != .null else {
      wrong(what, wants: wanted, &diagnostics)
      return nil
    }
    if words.contains(scalar.text) { return scalar.text }
    let help =
      BooleanWord.help(for: scalar.text, among: words)
      ?? Suggestion.nearest(to: scalar.text, in: words).map { "did you mean `\($0)`?" }
    wrongValue("\(what) is \(wanted), not `\(scalar.text)`", help: help, &diagnostics)
    return nil
  }

  /// The entries of a mapping whose keys are the author's.
  func readEntries(_ what: String, _ diagnostics: inout [Diagnostic]) -> [YAMLEntry] {
    guard case .mapping(let entries) = content else {
      wrong(what, wants: "a mapping", &diagnostics)
      return []
    }
    return entries
  }
}
