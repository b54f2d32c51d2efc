import CEL

/// Passwords within the text of a connection: a URL, JDBC's too, and `KEYWORD=VALUE` pairs of libpq, ODBC and ADO.NET.
///
/// Sources: RFC 3986, section 3.2.1; PostgreSQL's manual, section 34.1.1.
enum ConnectionText {
  /// Each as it is written, and as it is meant.
  static func passwords(in text: String) -> [String] {
    let written = [ofURL(text)].compactMap { $0 } + named(text)
    return written + written.compactMap(percentDecoded)
  }

  /// `pw` of `redis://user:pw@host/0`; of several signs `@` the last one before the path counts. A `/`, `?` or `#` of a
  /// password should be encoded and often is not.
  private static func ofURL(_ text: String) -> String? {
    guard let scheme = text.firstRange(of: "://"),
      text[..<scheme.lowerBound].allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "+-.:".contains($0)) })
    else { return nil }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    if let at = authority.lastIndex(of: "@") { return password(authority[..<at]) }
    guard authority.first != "[", let colon = authority.firstIndex(of: ":"),
      !isPort(authority[authority.index(after: colon)...]),
      let at = rest.lastIndex(of: "@")
    else { return nil }
    return password(rest[..<at])
  }

  private static func password(_ user: Substring) -> String? {
    guard let colon = user.firstIndex(of: ":") else { return nil }
    let password = user[user.index(after: colon)...]
    return password.isEmpty ? nil : String(password)
  }

  private static func isPort(_ text: Substring) -> Bool {
    text.isEmpty || text.count <= 5 && text.allSatisfy(\.isNumber)
  }

  // MARK: Pairs

  private static let names: Set<String> = ["password", "passwd", "pwd", "pass", "sslpassword", "passphrase"]

  /// `pw` of `host=x password=pw`, `password = 'p \'w'`, `?user=u&password=pw`, `Server=x;Pwd={pw}`.
  private static func named(_ text: String) -> [String] {
    var found: [String] = []
    var name = ""
    var at = text.startIndex
    while at < text.endIndex {
      let character = text[at]
      at = text.index(after: at)
      if character == "=", names.contains(name.lowercased()) {
        found += value(text[at...].drop(while: \.isWhitespace))
      }
      if character.isASCII, character.isLetter {
        name.append(character)
      } else if !character.isWhitespace || text[at...].first(where: { !$0.isWhitespace }) != "=" {
        name = ""
      }
    }
    return found
  }

  /// What a value may be: within its quotation marks, or up to a blank and up to what parts pairs elsewhere.
  private static func value(_ text: Substring) -> [String] {
    if let first = text.first, let quote: Character = ["'": "'", "\"": "\"", "{": "}"][first] {
      var (value, plain, isEscaped) = ("", "", false)
      for character in text.dropFirst() {
        if !isEscaped, character == quote { return value == plain ? [value] : [value, plain] }
        plain.append(character)
        isEscaped = character == "\\" && !isEscaped
        if !isEscaped { value.append(character) }
      }
    }
    let word = text.prefix { !$0.isWhitespace }
    return Array(
      Set([word, word.prefix { $0 != "&" }, word.prefix { $0 != ";" }, word.prefix { !"&;#".contains($0) }])
    )
    .map(String.init).filter { !$0.isEmpty }
  }

  private static func percentDecoded(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return nil }
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
        return nil
      }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }
}
