import CEL

/// What is looked for of a secret: the text itself, or all of it in an encoding of bytes. Each character of a form may be
/// written as `EncodedCharacter` knows, which takes in URL-encoded, JSON- and HTML-escaped texts and one within another.
struct SecretForm: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case text
    /// Digits of either case.
    case hexadecimal
    /// Plain or URL-safe, in lines or not. `head`: digits before the form that hold bits of the secret or of what stands
    /// before it; `hasTail`: such stand behind it.
    case base64(head: Int, hasTail: Bool)
  }

  let bytes: [UInt8]
  let kind: Kind

  static func all(of text: String) -> [SecretForm] {
    let bytes = Array(text.utf8)
    var forms = quoted(text).map { SecretForm(bytes: Array($0.utf8), kind: .text) }
    for written in [text] + escaped(text) { forms += base64(of: Array(written.utf8)) }
    let digits = bytes.map { hexadecimal([$0]) }
    for separator in ["", " ", ":", "-"] {
      forms.append(SecretForm(bytes: Array(digits.joined(separator: separator).utf8), kind: .hexadecimal))
    }
    return forms.filter { $0.bytes.count >= 4 }
  }

  /// The text, and how shells, SQL and CSV write a quotation mark within quotation marks.
  private static func quoted(_ text: String) -> [String] {
    var texts = [text]
    if text.contains("'") { texts += ["'\\''", "'\"'\"'", "''"].map { text.replacing("'", with: $0) } }
    if text.contains("\"") { texts.append(text.replacing("\"", with: "\"\"")) }
    return texts
  }

  /// The text as it is URL-encoded or JSON-escaped before all of it is encoded once more, where that is another one.
  private static func escaped(_ text: String) -> [String] {
    let slashes = { (kept: String) in
      text.utf8.map { byte in
        let isKept = kept.utf8.contains(byte)
        return isKept || isUnreserved(byte) ? String(UnicodeScalar(byte)) : "%" + hexadecimal([byte]).uppercased()
      }.joined()
    }
    let json = String(decoding: Value.string(text).jsonBytes().dropFirst().dropLast(), as: UTF8.self)
    let ascii = json.unicodeScalars.map { scalar in
      scalar.isASCII
        ? String(scalar)
        : Character(scalar).utf16.map { "\\u" + hexadecimal([UInt8($0 >> 8), UInt8($0 & 0xFF)]) }.joined()
    }.joined()
    return Set([slashes(""), slashes("/"), json, ascii]).subtracting([text]).sorted()
  }

  /// RFC 3986, section 2.3.
  private static func isUnreserved(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "-._~".utf8.contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func base64(of bytes: [UInt8]) -> [SecretForm] {
    var forms: [SecretForm] = []
    // At each alignment the digits at the borders depend on the neighbours; what lies between is always the same.
    for shift in 0..<3 {
      let encoded = Array(Base64.encode(Array(repeating: 0, count: shift) + bytes).utf8)
      let head = [0, 2, 3][shift]
      let whole = (shift + bytes.count) / 3 * 4
      guard whole >= head + 5 else { continue }
      let hasTail = (shift + bytes.count) % 3 != 0
      forms.append(SecretForm(bytes: Array(encoded[head..<whole]), kind: .base64(head: head, hasTail: hasTail)))
    }
    return forms
  }

  /// A byte as the form has it: digits that mean the same are one.
  func folded(_ byte: UInt8) -> UInt8 {
    switch (kind, byte) {
    case (.hexadecimal, UInt8(ascii: "A")...UInt8(ascii: "F")): byte | 0x20
    case (.base64, UInt8(ascii: "-")): UInt8(ascii: "+")
    case (.base64, UInt8(ascii: "_")): UInt8(ascii: "/")
    default: byte
    }
  }

  /// The pairs of bytes that it may begin with, where its first character is written as it is.
  var beginnings: [(UInt8, UInt8)] {
    let all = UInt8.min...UInt8.max
    return all.filter { folded($0) == bytes[0] }.flatMap { first in
      all.filter { folded($0) == bytes[1] || EncodedCharacter.isLead($0) || isSkipped($0) }.map { (first, $0) }
    }
  }

  /// How many bytes of a form at the end of a text are taken to be one that was cut.
  static let shortestCut = 5

  /// Where it ends in `text` when its first `matched` bytes end at `start`; nil: it is not there. Of several ends the last.
  ///
  /// - Parameter isCut: The text may stop in the middle of it: then it ends with the text.
  func end(in text: [UInt8], from start: Int, matched: Int, isCut: Bool) -> Int? {
    var (place, at) = (matched, start)
    // Most of what begins alike goes on differently at once.
    while place < bytes.count, at < text.count, !EncodedCharacter.isLead(text[at]), !isSkipped(text[at]) {
      guard folded(text[at]) == bytes[place] else { return nil }
      place += 1
      at += 1
    }
    if place == bytes.count { return at }
    guard at < text.count else { return isCut && place >= Self.shortestCut ? at : nil }
    return end(in: text, among: [State(place: place, at: at)], isCut: isCut)
  }

  /// So many bytes of the form end there.
  private struct State: Hashable {
    var place: Int
    var at: Int
  }

  private func end(in text: [UInt8], among open: [State], isCut: Bool) -> Int? {
    var open = open
    var seen: Set<State> = []
    var last: Int?
    func follow(_ place: Int, _ at: Int) {
      let state = State(place: place, at: at)
      if seen.insert(state).inserted { open.append(state) }
    }
    while let state = open.popLast() {
      guard state.place < bytes.count else {
        last = max(last ?? 0, state.at)
        continue
      }
      guard state.at < text.count else {
        if isCut, state.place >= Self.shortestCut { last = text.count }
        continue
      }
      let byte = text[state.at]
      if folded(byte) == bytes[state.place] { follow(state.place + 1, state.at + 1) }
      if isSkipped(byte) { follow(state.place, state.at + 1) }
      guard EncodedCharacter.isLead(byte) else { continue }
      for character in EncodedCharacter.all(at: state.at, in: text) {
        if let next = place(after: character, from: state.place) { follow(next, character.end) }
        if character.scalar.isASCII, isSkipped(UInt8(character.scalar.value)) { follow(state.place, character.end) }
      }
    }
    return last
  }

  /// How many bytes of the form are matched once `character` follows the first `place`; nil: it does not fit.
  func place(after character: EncodedCharacter, from place: Int) -> Int? {
    var next = place
    for byte in character.scalar.utf8 {
      guard next < bytes.count, folded(byte) == bytes[next] else { return nil }
      next += 1
    }
    return next
  }

  /// Whether it may stand anywhere in the form: base64 is often broken into lines.
  private func isSkipped(_ byte: UInt8) -> Bool {
    guard case .base64 = kind else { return false }
    return byte == 0x0A || byte == 0x0D
  }

  /// `found` with the digits around it that hold bits of the secret.
  func widened(_ found: Range<Int>, in text: [UInt8]) -> Range<Int> {
    guard case .base64(let head, let hasTail) = kind else { return found }
    var (start, end) = (found.lowerBound, found.upperBound)
    for _ in 0..<head where start > 0 && Self.isDigit(text[start - 1]) { start -= 1 }
    for _ in 0..<4 where hasTail { end = Self.digit(at: end, in: text) ?? end }
    return start..<end
  }

  /// Where the digit, or the sign that fills up, which begins at `index` ends; nil: none does. A line may end before it.
  private static func digit(at index: Int, in text: [UInt8], breaks: Int = 2) -> Int? {
    guard index < text.count else { return nil }
    var characters = [(byte: text[index], end: index + 1)]
    if EncodedCharacter.isLead(text[index]) {
      characters += EncodedCharacter.all(at: index, in: text).filter(\.scalar.isASCII)
        .map { (UInt8($0.scalar.value), $0.end) }
    }
    for (byte, end) in characters {
      if isDigit(byte) || byte == UInt8(ascii: "=") { return end }
      if byte == 0x0A || byte == 0x0D, breaks > 0 { return digit(at: end, in: text, breaks: breaks - 1) }
    }
    return nil
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    isAlphanumeric(byte) || "+/-_".utf8.contains(byte)
  }
}
