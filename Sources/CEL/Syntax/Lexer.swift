/// Cuts the text of an expression into tokens.
///
/// Source: the CEL specification, "Syntax".
struct Lexer {
  private let bytes: [UInt8]
  private(set) var position: Int

  init(_ bytes: [UInt8], from start: Int = 0) {
    self.bytes = bytes
    position = start
  }

  /// Longer marks first, so that `&&` is not two.
  private static let marks: [[UInt8]] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ".", ",", "(", ")", "[", "]",
    "{", "}",
  ].map { Array($0.utf8) }

  /// The next token, `end` when the text is used up.
  mutating func next() throws(Expression.Problem) -> Token {
    skipSpace()
    let start = position
    guard let byte = peek() else { return Token(kind: .end, range: start..<start) }
    if byte.isLetter { return try word() }
    if byte.isDigit || byte == UInt8(ascii: ".") && peek(1)?.isDigit == true { return try number() }
    if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") { return try text(start, isRaw: false, isBytes: false) }
    if byte == UInt8(ascii: "`") { return try quotedName() }
    for mark in Self.marks where bytes[position...].starts(with: mark) {
      position += mark.count
      return Token(kind: .mark(String(decoding: mark, as: UTF8.self)), range: start..<position)
    }
    throw unexpected(byte)
  }

  /// Passes over one byte that is not a token.
  mutating func skipByte() { position += 1 }

  private func unexpected(_ byte: UInt8) -> Expression.Problem {
    var end = position + 1
    while end < bytes.count, bytes[end] & 0xc0 == 0x80 { end += 1 }
    let character = String(decoding: bytes[position..<end], as: UTF8.self)
    let help: String? =
      switch byte {
      case UInt8(ascii: "&"): "did you mean `&&`?"
      case UInt8(ascii: "|"): "did you mean `||`?"
      case UInt8(ascii: "=") where peek(1) == UInt8(ascii: ">"): Habit.macroComma
      case UInt8(ascii: "=") where peek(1) == UInt8(ascii: "~"): "write `x.matches('…')`"
      case UInt8(ascii: "=") where position > 1 && bytes[position - 1] == byte:
        "write `==` or `!=`: nothing is converted"
      case UInt8(ascii: "="): "did you mean `==`?"
      case UInt8(ascii: "~"): "write `x.matches('…')`"
      case UInt8(ascii: ";"): "an expression is one value: `cel.bind(name, value, expression)` names a part of it"
      case 0xC2 where character == "\u{A0}": "a no-break space (U+00A0): write a plain one"
      case 0xE2 where "‘’“”".contains(character): "write plain quotes: ' or \""
      case UInt8(ascii: "#"): "a comment starts with `//`; in YAML, quote the whole expression"
      case UInt8(ascii: "$"): "names stand bare within an expression: `inputs.window`, not `${inputs.window}`"
      default: nil
      }
    return Expression.Problem("`\(character)` has no meaning here", position..<end, help: help)
  }

  private func peek(_ ahead: Int = 0) -> UInt8? {
    position + ahead < bytes.count ? bytes[position + ahead] : nil
  }

  private mutating func skipSpace() {
    while let byte = peek() {
      if byte == 0x20 || (0x09...0x0d).contains(byte) && byte != 0x0b {
        position += 1
      } else if byte == UInt8(ascii: "/"), peek(1) == UInt8(ascii: "/") {
        while let byte = peek(), byte != 0x0a { _ = byte; position += 1 }
      } else {
        return
      }
    }
  }

  /// A name, or a text with a prefix.
  private mutating func word() throws(Expression.Problem) -> Token {
    let start = position
    while let byte = peek(), byte.isLetter || byte.isDigit { position += 1 }
    let word = String(decoding: bytes[start..<position], as: UTF8.self)
    if let quote = peek(), quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
      switch word {
      case "r", "R": return try text(start, isRaw: true, isBytes: false)
      case "b", "B": return try text(start, isRaw: false, isBytes: true)
      case "br", "bR", "Br", "BR": return try text(start, isRaw: true, isBytes: true)
      default: break
      }
    }
    return Token(kind: .name(word), range: start..<position)
  }

  private mutating func quotedName() throws(Expression.Problem) -> Token {
    let start = position
    position += 1
    while let byte = peek(), byte.isLetter || byte.isDigit || Array("-./ ".utf8).contains(byte) { position += 1 }
    let name = String(decoding: bytes[start + 1..<position], as: UTF8.self)
    guard peek() == UInt8(ascii: "`"), !name.isEmpty else {
      throw Expression.Problem("this name between back quotes doesn't end", start..<position)
    }
    position += 1
    return Token(kind: .quotedName(name), range: start..<position)
  }

  private mutating func number() throws(Expression.Problem) -> Token {
    let start = position
    if peek() == UInt8(ascii: "0"), peek(1) == UInt8(ascii: "x"), peek(2)?.hexadecimalValue != nil {
      position += 2
      while peek()?.hexadecimalValue != nil { position += 1 }
      return try integer(String(decoding: bytes[start + 2..<position], as: UTF8.self), radix: 16, from: start)
    }
    var isDouble = false
    skipDigits()
    if peek() == UInt8(ascii: "."), peek(1)?.isDigit == true {
      isDouble = true
      position += 1
      skipDigits()
    }
    if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
      let hasSign = peek(1) == UInt8(ascii: "+") || peek(1) == UInt8(ascii: "-")
      if peek(hasSign ? 2 : 1)?.isDigit == true {
        isDouble = true
        position += hasSign ? 2 : 1
        skipDigits()
      }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard isDouble else { return try integer(text, radix: 10, from: start) }
    guard let number = Double(text), number.isFinite else {
      throw Expression.Problem("this number is beyond the range of a double", start..<position)
    }
    return Token(kind: .double(number), range: start..<position)
  }

  private mutating func skipDigits() {
    while peek()?.isDigit == true { position += 1 }
  }

  private mutating func integer(_ digits: String, radix: Int, from start: Int) throws(Expression.Problem) -> Token {
    let isUnsigned = peek() == UInt8(ascii: "u") || peek() == UInt8(ascii: "U")
    if isUnsigned { position += 1 }
    let range = start..<position
    guard let number = UInt64(digits, radix: radix), isUnsigned || number <= UInt64(Int64.max) + 1 else {
      throw Expression.Problem("this number is beyond 64 bits", range)
    }
    return Token(kind: isUnsigned ? .uint(number) : .int(number), range: range)
  }

  /// A text from its opening quote; `start` is where its prefix began.
  private mutating func text(_ start: Int, isRaw: Bool, isBytes: Bool) throws(Expression.Problem) -> Token {
    let quote = bytes[position]
    let isLong = peek(1) == quote && peek(2) == quote
    let width = isLong ? 3 : 1
    position += width
    var body = TextBody(isRaw: isRaw, isBytes: isBytes)
    while true {
      guard let byte = peek(), isLong || byte != 0x0a && byte != 0x0d else {
        throw Expression.Problem(
          "this text doesn't end", start..<position,
          help: isLong ? nil : "a text over several lines stands between three quotes")
      }
      if byte == quote, !isLong || peek(1) == quote && peek(2) == quote {
        position += width
        break
      }
      try body.take(bytes, &position)
    }
    if isBytes { return Token(kind: .bytes(body.bytes), range: start..<position) }
    guard let text = String(validating: body.bytes, as: UTF8.self) else {
      throw Expression.Problem("this text is not UTF-8", start..<position)
    }
    return Token(kind: .string(text), range: start..<position)
  }
}

extension UInt8 {
  /// A letter of ASCII or `_`.
  var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) || self == UInt8(ascii: "_")
  }

  var isDigit: Bool { (48...57).contains(self) }

  var hexadecimalValue: UInt32? {
    switch self {
    case 48...57: UInt32(self) - 48
    case 65...70: UInt32(self) - 55
    case 97...102: UInt32(self) - 87
    default: nil
    }
  }
}
