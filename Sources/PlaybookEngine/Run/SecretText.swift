import CEL
import PlaybookRecord
import SourceText

/// A secret as its source has it, made ready: line ends at its end and a byte order mark at its beginning are no part
/// of it, whatever it comes from. All else stays, since a password may begin or end with a blank; it is named, without
/// the value.
struct SecretText: Sendable {
  /// What is used.
  let value: String
  /// What may be a mistake, each as it follows the secret's name: `has a blank at its end, which is sent with it`.
  let findings: [String]

  init(_ source: String) {
    var scalars = source.unicodeScalars[...]
    let hasMark = scalars.first == Self.byteOrderMark
    while scalars.first == Self.byteOrderMark { scalars.removeFirst() }
    var text = String(String.UnicodeScalarView(scalars))
    while let last = text.last, last.isNewline { text.removeLast() }
    value = text
    var findings: [String] = []
    if hasMark { findings.append("begins with a byte order mark, which is left out") }
    let bare = text.bare
    let around = Self.around(text)
    if bare.isEmpty {
      findings.append("has nothing that can be seen in it")
    } else {
      for (place, names) in [("beginning", around.before), ("end", around.after)] where !names.isEmpty {
        findings.append("has \(names.joined(separator: ", ")) at its \(place), which is sent with it")
      }
    }
    if bare.unquoted != nil { findings.append("stands in quotation marks, which are sent with it") }
    self.findings = findings
  }

  private static let byteOrderMark: Unicode.Scalar = "\u{FEFF}"

  private static func around(_ text: String) -> (before: [String], after: [String]) {
    let scalars = Array(text.unicodeScalars)
    let before = scalars.prefix(while: \.isAround)
    let after = scalars.dropFirst(before.count).reversed().prefix(while: \.isAround).reversed()
    return (names(before), names(Array(after)))
  }

  /// Each kind once: `a blank`, `a zero-width character (U+200B)`.
  private static func names(_ scalars: some Sequence<Unicode.Scalar>) -> [String] {
    var names: [String] = []
    for scalar in scalars {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      let code = "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      let name =
        switch scalar {
        case " ": "a blank"
        case "\t": "a tab"
        case "\r", "\n": "a line break"
        case "\u{A0}": "a no-break space (U+00A0)"
        case byteOrderMark: "a byte order mark"
        case _ where scalar.properties.isWhitespace: "white space (\(code))"
        case _ where scalar.properties.generalCategory == .format: "a zero-width character (\(code))"
        default: "a control character (\(code))"
        }
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  // MARK: Parts

  /// Words that stand before a token in a header, lower-case.
  private static let schemes: Set<String> = [
    "apikey", "api-key", "basic", "bearer", "bot", "digest", "geniekey", "hawk", "jwt", "key", "negotiate", "oauth",
    "splunk", "ssws", "token",
  ]

  /// What of a secret text is a secret by itself, besides all of it: what stands before `;` at the end or a comment, a
  /// token behind `Bearer`, user and password of `Basic`, what stands within quotation marks, the value of a single
  /// `NAME=VALUE`, what a document names `password` or `api_key`, the password of a connection.
  static func parts(of text: String) -> [String] {
    var parts: [String] = []
    let bare = text.bare
    if let statement = statement(bare) { parts += [statement] + Self.parts(of: statement) }
    if let inner = bare.unquoted { parts += [inner] + Self.parts(of: inner) }
    if let value = assigned(bare) { parts += [value, value.unquoted].compactMap { $0 } }
    let words = bare.split(maxSplits: 1, whereSeparator: \.isWhitespace).map(String.init)
    if words.count == 2, schemes.contains(words[0].lowercased()) {
      let token = words[1].bare
      parts.append(token)
      // Behind one scheme another may stand, by mistake; `Token token="…"` names it.
      parts += Self.parts(of: token)
      if let equals = token.firstIndex(of: "=") {
        let named = String(token[token.index(after: equals)...])
        parts += [named, named.unquoted].compactMap { $0 }
      }
      if words[0].lowercased() == "basic", let decoded = Base64.decode(token),
        let pair = String(validating: decoded, as: UTF8.self)
      {
        parts.append(pair)
        if let colon = pair.firstIndex(of: ":") { parts.append(String(pair[pair.index(after: colon)...])) }
      }
    }
    for value in named(bare) { parts += [value] + Self.parts(of: value) }
    return parts + ConnectionText.passwords(in: bare)
  }

  /// The values of a JSON document, or of several lines such as `NAME=VALUE` and `name: value`, whose names say that
  /// they are secrets.
  private static func named(_ text: String) -> [String] {
    if text.hasPrefix("{") || text.hasPrefix("["), let document = try? Value(json: text) { return named(document) }
    let lines = text.split(whereSeparator: \.isNewline)
    guard lines.count > 1 else { return [] }
    return lines.compactMap { line in
      guard let sign = line.firstIndex(where: { "=:".contains($0) }) else { return nil }
      let name = String(line[..<sign]).bare
      let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-. ".contains($0)) }
      return isName && isSecret(name) ? String(line[line.index(after: sign)...]).bare : nil
    }
  }

  private static func named(_ value: Value, isSecret: Bool = false) -> [String] {
    switch value {
    case .string(let text): isSecret ? [text] : []
    case .list(let items): items.flatMap { named($0, isSecret: isSecret) }
    case .map(let map): map.entries.flatMap { named($0.value, isSecret: Self.isSecret($0.key.rendered)) }
    default: []
    }
  }

  /// Whether a name says that its value is a secret: `password`, `DB_PASS`, `api-key`, and not `key_id`, `token_url`.
  private static func isSecret(_ name: String) -> Bool {
    let name = name.lowercased()
    let isSecret = ["pass", "pwd", "secret", "token", "key", "credential", "seed"].contains(where: name.contains)
    let isOpen = ["id", "url", "uri", "name", "type", "host", "file", "path"].contains(where: name.hasSuffix)
    return (isSecret || name == "auth" || name == "pin") && !isOpen && !name.contains("public")
  }

  /// `abc` of `abc;`, `abc # staging` and `abc ; staging`; nil: nothing of that stands behind it.
  private static func statement(_ text: String) -> String? {
    guard !text.contains(where: \.isNewline) else { return nil }
    var head = text[...]
    for mark in [" #", "\t#", " ;", "\t;"] {
      if let comment = head.firstRange(of: mark) { head = head[..<comment.lowerBound] }
    }
    while head.last == ";" { head.removeLast() }
    let statement = String(head).bare
    return statement.isEmpty || statement == text ? nil : statement
  }

  /// `abc` of `session=abc` and of `export TOKEN=abc;`: one name with its value, and nothing else.
  private static func assigned(_ text: String) -> String? {
    let pair = text.hasPrefix("export ") ? text.dropFirst(7) : text[...]
    guard let equals = pair.firstIndex(of: "="), equals > pair.startIndex,
      pair[..<equals].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_-.".contains($0)) })
    else { return nil }
    var value = pair[pair.index(after: equals)...]
    if value.last == ";" { value.removeLast() }
    // Of several pairs most are no secrets.
    guard !value.isEmpty, !value.contains(where: { $0.isWhitespace || ";&,".contains($0) }) else { return nil }
    return String(value)
  }
}

extension String {
  /// What stands within quotation marks that are around all of it; nil: there are none.
  fileprivate var unquoted: String? {
    guard count > 2, let first, let last else { return nil }
    let pairs: [Character: Character] = [
      "\"": "\"", "'": "'", "`": "`", "\u{201C}": "\u{201D}", "\u{2018}": "\u{2019}",
    ]
    return pairs[first] == last ? String(dropFirst().dropLast()) : nil
  }
}
