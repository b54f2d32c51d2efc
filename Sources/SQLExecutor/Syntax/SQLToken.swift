import CPgQuery

/// A token of a statement as PostgreSQL's own scanner (libpg_query) reads it.
struct SQLToken: Hashable {
  enum Kind: Hashable {
    case colon, parameter, identifier, string, comment
    /// An operator of more than one character, or one that is not a character of its own in the grammar.
    case operation
    /// A word of the grammar; `isReserved` where it can't name a function or column.
    case keyword(isReserved: Bool)
    /// A character of its own: `(`, `[`, `.`, `;`, `+`, …
    case character(UInt8)
    case other
  }

  var kind: Kind
  /// UTF-8 offsets within the scanned text.
  var range: Range<Int>

  /// Whether an expression may end with this token, so that a colon behind it is that of an array slice.
  var endsExpression: Bool {
    switch kind {
    case .identifier, .string, .parameter, .other, .keyword(isReserved: false): true
    case .character(let character): character == UInt8(ascii: ")") || character == UInt8(ascii: "]")
    case .colon, .comment, .operation, .keyword: false
    }
  }

  /// Cuts `text` into tokens, comments included. Throws where a string, comment or quoted identifier does not end.
  static func scan(_ text: String) throws(SQLProblem) -> [SQLToken] {
    let result = unsafe pg_query_scan(text)
    defer { unsafe pg_query_free_scan_result(result) }
    if let error = unsafe result.error {
      throw unsafe SyntaxTree.problem(error, in: text, tokens: nil)
    }
    let data = unsafe UnsafeRawPointer(result.pbuf.data)?.assumingMemoryBound(to: UInt8.self)
    guard let scan = unsafe pg_query__scan_result__unpack(nil, result.pbuf.len, data) else {
      throw .syntax("the scanner of PostgreSQL's grammar failed")
    }
    defer { unsafe pg_query__scan_result__free_unpacked(scan, nil) }
    let count = unsafe scan.pointee.n_tokens
    let bytes = Array(text.utf8)
    var tokens: [SQLToken] = []
    tokens.reserveCapacity(count)
    for position in 0..<count {
      guard let token = unsafe scan.pointee.tokens[position]?.pointee else { continue }
      let start = unsafe Int(token.start)
      let isEscaped = unsafe token.token == PG_QUERY__TOKEN__UIDENT
      let end = isEscaped ? endOfEscapedIdentifier(bytes, from: start) : unsafe Int(token.end)
      tokens.append(SQLToken(kind: unsafe kind(token), range: start..<end))
    }
    return tokens
  }

  /// The end of `U&"…"`, of which the scanner counts the `U` alone.
  private static func endOfEscapedIdentifier(_ bytes: [UInt8], from start: Int) -> Int {
    let quote = UInt8(ascii: "\"")
    var position = start + 3
    while position < bytes.count {
      if bytes[position] != quote {
        position += 1
      } else if position + 1 < bytes.count, bytes[position + 1] == quote {
        position += 2
      } else {
        return position + 1
      }
    }
    return bytes.count
  }

  private static func kind(_ token: PgQuery__ScanToken) -> Kind {
    switch unsafe token.token {
    case PG_QUERY__TOKEN__IDENT, PG_QUERY__TOKEN__UIDENT: return .identifier
    case PG_QUERY__TOKEN__SCONST, PG_QUERY__TOKEN__USCONST: return .string
    case PG_QUERY__TOKEN__PARAM: return .parameter
    case PG_QUERY__TOKEN__Op, PG_QUERY__TOKEN__LESS_EQUALS, PG_QUERY__TOKEN__GREATER_EQUALS,
      PG_QUERY__TOKEN__NOT_EQUALS, PG_QUERY__TOKEN__TYPECAST, PG_QUERY__TOKEN__COLON_EQUALS,
      PG_QUERY__TOKEN__EQUALS_GREATER, PG_QUERY__TOKEN__DOT_DOT:
      return .operation
    case PG_QUERY__TOKEN__SQL_COMMENT, PG_QUERY__TOKEN__C_COMMENT: return .comment
    default: break
    }
    switch unsafe token.keyword_kind {
    case PG_QUERY__KEYWORD_KIND__NO_KEYWORD: break
    case PG_QUERY__KEYWORD_KIND__RESERVED_KEYWORD: return .keyword(isReserved: true)
    default: return .keyword(isReserved: false)
    }
    guard let character = unsafe UInt8(exactly: token.token.rawValue) else { return .other }
    return character == UInt8(ascii: ":") ? .colon : .character(character)
  }
}

extension String {
  /// The text between UTF-8 offsets.
  func slice(_ range: Range<Int>) -> String {
    let bytes = utf8.dropFirst(range.lowerBound).prefix(range.count)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An SQL identifier without its quotes, as the server reads it: folded to lower case where it isn't quoted.
  var unquotedIdentifier: String {
    guard utf8.first == UInt8(ascii: "\"") else {
      return String(decoding: utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    }
    var bytes: [UInt8] = []
    var isDoubled = false
    for byte in utf8.dropFirst().dropLast() {
      if byte == UInt8(ascii: "\""), !isDoubled {
        isDoubled = true
        continue
      }
      isDoubled = false
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
