/// A text that is looked for, each character of it as it is or as `EncodedCharacter` knows it, which takes in
/// URL-encoded, JSON- and HTML-escaped texts and one within another. Between two bytes may stand a line break or the
/// zero bytes of UTF-16.
struct SecretForm: Hashable, Sendable {
  /// In lower case where `foldsCase`.
  let bytes: [UInt8]
  /// Whether letters of either case are one.
  let foldsCase: Bool
  /// Of a short secret that is nothing but letters or nothing but digits: it is not part of a longer word or number.
  let isWhole: Bool

  init(_ bytes: [UInt8], foldsCase: Bool, isWhole: Bool = false) {
    self.foldsCase = foldsCase
    self.isWhole = isWhole
    self.bytes = foldsCase ? bytes.map(Self.lowercased) : bytes
  }

  static func all(of text: String) -> [SecretForm] {
    // A short word stands in names of other letter case: `postgres` in `PostgreSQL`.
    let isWord = text.utf8.count < longWord && text.utf8.allSatisfy(isLetter)
    var texts = quoted(text)
    let isPlain = text.utf8.allSatisfy { $0 < 0x80 }
    if isWord || !isPlain { texts += [text.lowercased(), text.uppercased()] }
    let isNumber = text.utf8.count < longWord && text.utf8.allSatisfy(isDigit)
    var forms = texts.map { SecretForm(Array($0.utf8), foldsCase: !isWord, isWhole: isWord || isNumber) }
    if !isPlain {
      let units = text.utf16.map { (UInt8($0 & 0xFF), UInt8($0 >> 8)) }
      forms.append(SecretForm(units.flatMap { [$0.0, $0.1] }, foldsCase: false))
      forms.append(SecretForm(units.flatMap { [$0.1, $0.0] }, foldsCase: false))
      // Latin-1, and texts whose bytes that are not UTF-8 were replaced.
      let latin = text.unicodeScalars.map { UInt8(exactly: $0.value) }
      if !latin.contains(nil) { forms.append(SecretForm(latin.compactMap(\.self), foldsCase: true)) }
      let replaced = text.unicodeScalars.map { $0.isASCII ? String($0) : "\u{FFFD}" }.joined()
      forms.append(SecretForm(Array(replaced.utf8), foldsCase: true))
      // UTF-8 that was read as Latin-1.
      let misread = text.utf8.map { String(Unicode.Scalar($0)) }.joined()
      forms.append(SecretForm(Array(misread.utf8), foldsCase: true))
      // In a locale of ASCII a `?` or a `.` stands for each character or byte.
      if text.utf8.count(where: isAlphanumeric) >= fewestLeft {
        forms.append(SecretForm(text.unicodeScalars.map { UInt8($0.isASCII ? $0.value : 0x3F) }, foldsCase: true))
        for mark in "?.".utf8 { forms.append(SecretForm(text.utf8.map { $0 < 0x80 ? $0 : mark }, foldsCase: true)) }
      }
    }
    return forms.filter { $0.bytes.count >= 4 }
  }

  /// The bytes that a key stands for which is written in digits: hexadecimal, also as a UUID, base64 or base32. So it is
  /// known in each other way to write them: without its hyphens or padding, in pairs, in another alphabet, decoded.
  static func keys(of text: String) -> [SecretForm] {
    let bytes = Array(text.utf8)
    let hexadecimal = bytes.filter { $0 != UInt8(ascii: "-") }
    return [DigitAlphabet.hexadecimal.whole(hexadecimal), DigitAlphabet.base64.whole(bytes), base32(bytes)]
      .compactMap(\.self)
      // Of a few bytes, or one byte again and again, much else is made.
      .filter { $0.count >= shortestKey && Set($0).count > 3 }
      .flatMap { bytes in
        String(validating: bytes, as: UTF8.self).map(all) ?? [SecretForm(bytes, foldsCase: false)]
      }
  }

  private static func base32(_ bytes: [UInt8]) -> [UInt8]? {
    let letters = bytes.filter(isLetter)
    guard Set(letters.map { $0 & 0x20 }).count == 1 else { return nil }
    return DigitAlphabet.base32.whole(bytes)
  }

  private static let shortestKey = 8
  /// So many letters and digits are left of a text whose other characters were replaced.
  private static let fewestLeft = 6

  /// From so many letters on a word is taken for a secret in any letter case.
  private static let longWord = 12

  /// The text, and how shells, SQL and CSV write a quotation mark within quotation marks.
  private static func quoted(_ text: String) -> [String] {
    var texts = [text]
    if text.contains("'") { texts += ["'\\''", "'\"'\"'", "''"].map { text.replacing("'", with: $0) } }
    // Of a row within a row of PostgreSQL four.
    if text.contains("\"") { texts += ["\"\"", "\"\"\"\""].map { text.replacing("\"", with: $0) } }
    return texts
  }

  static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

  static func isAlphanumeric(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  /// A byte as the form has it.
  func folded(_ byte: UInt8) -> UInt8 { foldsCase ? Self.lowercased(byte) : byte }

  /// The pairs of bytes that it may begin with, where its first character is written as it is.
  var beginnings: [(UInt8, UInt8)] {
    let all = UInt8.min...UInt8.max
    return all.filter { folded($0) == bytes[0] }.flatMap { first in
      all.filter { folded($0) == bytes[1] || !Self.isAlphanumeric($0) && $0 < 0x80 }.map { (first, $0) }
    }
  }

  /// How many of the same byte it begins with.
  func leading(_ byte: UInt8) -> Int { bytes.prefix { $0 == byte }.count }

  // MARK: Finding

  /// Whether it may stand there: one that `isWhole` is not within a longer word or number. A letter or digit before it
  /// may belong to an escape: `\npassword`, `%20password`.
  func fits(_ place: Range<Int>, in text: [UInt8]) -> Bool {
    guard isWhole else { return true }
    let isSame = bytes.allSatisfy(Self.isDigit) ? Self.isDigit : Self.isLetter
    if place.upperBound < text.count, isSame(text[place.upperBound]) { return false }
    guard place.lowerBound > 0, isSame(text[place.lowerBound - 1]) else { return true }
    return [(2, "\\"), (3, "%"), (3, "="), (4, "\\"), (6, "\\")].contains { distance, mark in
      let at = place.lowerBound - distance
      guard at >= 0, [text[at]].elementsEqual(mark.utf8) else { return false }
      return text[(at + 1)..<place.lowerBound].allSatisfy(Self.isAlphanumeric)
    }
  }

  /// How many bytes of a form at the end of a text are taken to be a truncated one.
  static let shortestCut = 5

  /// How many bytes of a form are taken to be a truncated one where a mark says so.
  private static let shortestMarkedCut = 8

  /// How many bytes of a long form are known by themselves, whatever follows: no other text begins with them.
  private var longestLeft: Int { max(24, min(bytes.count / 2, 64)) }

  /// Whether a mark of truncation stands there: `…`, `...`, `"...`, `[...]`, `<truncated>`.
  static func isCutMark(at index: Int, in text: [UInt8]) -> Bool {
    var at = index
    if at < text.count, text[at] == 0x20 || text[at] == UInt8(ascii: "\"") { at += 1 }
    // Most of what is looked at goes on with something else.
    guard at < text.count, cutMarks.contains(where: { $0[0] == text[at] }) else { return false }
    let rest = text[at...].prefix(longestCutMark)
    return cutMarks.contains { rest.starts(with: $0) }
  }

  private static let cutMarks = ["…", "...", "[...", "[…", "<truncated", "[truncated", "(truncated"].map {
    Array($0.utf8)
  }
  private static let longestCutMark = 10

  /// Whether a mark may stand between groups of three to six, as keys are written for people to read: `OGCI-WHRD`.
  private static func isBetweenGroups(_ byte: UInt8, _ place: Int) -> Bool {
    guard byte == UInt8(ascii: "-") || byte == 0x20, place > 0 else { return false }
    return place % 3 == 0 || place % 4 == 0 || place % 5 == 0
  }

  /// Where it ends in `text` when its first `matched` bytes end at `start`; nil: it is not there. Of several ends the
  /// last.
  ///
  /// - Parameter isCut: The text may stop in the middle of it: then it ends with the text.
  func end(in text: [UInt8], from start: Int, matched: Int, isCut: Bool) -> Int? {
    var (place, at) = (matched, start)
    // Most texts that begin alike differ at once.
    while place < bytes.count, at < text.count, !EncodedCharacter.isLead(text[at]), !Self.isBreak(text[at]) {
      guard folded(text[at]) == bytes[place] else {
        if Self.isBetweenGroups(text[at], place) { break }
        return isBeginning(place, at: at, in: text) ? at : nil
      }
      place += 1
      at += 1
    }
    if place == bytes.count { return at }
    guard at < text.count else { return place >= (isCut ? Self.shortestCut : longestLeft) ? at : nil }
    return end(in: text, among: [State(place: place, at: at)], isCut: isCut)
  }

  /// Whether its first `place` bytes, which end at `index`, are known without the others.
  private func isBeginning(_ place: Int, at index: Int, in text: [UInt8]) -> Bool {
    place >= Self.shortestMarkedCut && (place >= longestLeft || Self.isCutMark(at: index, in: text))
  }

  /// So many bytes of the form end there.
  private struct State: Hashable {
    var place: Int
    var at: Int
    /// Breaks since the last byte of the form.
    var breaks = 0
  }

  /// Two stand for an escaped `\r\n`, three for the zeros of UTF-32.
  private static let mostBreaks = 3

  private func end(in text: [UInt8], among open: [State], isCut: Bool) -> Int? {
    var open = open
    var seen: Set<State> = []
    var last: Int?
    func follow(_ place: Int, _ at: Int, breaks: Int = 0) {
      guard breaks <= Self.mostBreaks else { return }
      let state = State(place: place, at: at, breaks: breaks)
      if seen.insert(state).inserted { open.append(state) }
    }
    while let state = open.popLast() {
      guard state.place < bytes.count else {
        last = max(last ?? 0, state.at)
        continue
      }
      guard state.at < text.count else {
        if isCut ? state.place >= Self.shortestCut : state.breaks == 0 && state.place >= longestLeft {
          last = text.count
        }
        continue
      }
      let byte = text[state.at]
      if state.breaks == 0, isBeginning(state.place, at: state.at, in: text) { last = max(last ?? 0, state.at) }
      if Self.isBetweenGroups(byte, state.place) { follow(state.place, state.at + 1, breaks: state.breaks + 1) }
      if folded(byte) == bytes[state.place] { follow(state.place + 1, state.at + 1) }
      if byte == 0x0D { follow(state.place, state.at + 1, breaks: state.breaks + 1) }
      if let end = Self.endOfBreak(at: state.at, in: text) {
        follow(state.place, end, breaks: state.breaks + 1)
        // Words are folded at a blank, which is left out.
        if bytes[state.place] == 0x20 { follow(state.place + 1, end) }
      }
      guard EncodedCharacter.isLead(byte) else { continue }
      for character in EncodedCharacter.all(at: state.at, in: text) {
        if let next = place(after: character, from: state.place) { follow(next, character.end) }
        if character.scalar == "\r" || character.scalar == "\n" || character.scalar == "\0" {
          follow(state.place, character.end, breaks: state.breaks + 1)
        }
      }
    }
    return last
  }

  /// How many bytes of the form are matched once `character` follows the first `place`; nil: it does not fit.
  func place(after character: EncodedCharacter, from place: Int) -> Int? {
    // Pages have it in the place of a blank.
    if character.scalar == "\u{A0}", place < bytes.count, bytes[place] == 0x20 { return place + 1 }
    var next = place
    for byte in character.scalar.utf8 {
      guard next < bytes.count, folded(byte) == bytes[next] else { return nil }
      next += 1
    }
    return next
  }

  /// Whether a text that may stand between two bytes begins with it.
  private static func isBreak(_ byte: UInt8) -> Bool {
    byte == 0x0A || byte == 0x0D || byte == 0 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'")
  }

  /// Where a line break with the blanks behind it ends, also one that `\` or `=` goes before, or the zeros of UTF-16
  /// and UTF-32.
  private static func endOfBreak(at index: Int, in text: [UInt8]) -> Int? {
    var at = index
    if text[at] == 0 {
      while at < text.count, at < index + 3, text[at] == 0 { at += 1 }
      return at
    }
    if let end = endOfItem(at: index, in: text) { return end }
    if text[at] == UInt8(ascii: "\\") || text[at] == UInt8(ascii: "=") { at += 1 }
    if at < text.count, text[at] == 0x0D { at += 1 }
    if at < text.count, text[at] == 0x0A { at += 1 }
    guard at > index, text[at - 1] == 0x0A || text[at - 1] == 0x0D else { return nil }
    let line = at
    while at < text.count, at < line + 40, text[at] == 0x20 || text[at] == 0x09 { at += 1 }
    return at
  }

  private static let joints = Array(",+.|&".utf8)

  /// Where `", "` ends, between two texts of a list as JSON, YAML and most languages write one, also with an operator
  /// that joins texts in the comma's place, or nothing but blanks.
  static func endOfItem(at index: Int, in text: [UInt8]) -> Int? {
    let quote = text[index]
    guard quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else { return nil }
    var at = index + 1
    func skipBlanks() {
      let first = at
      while at < text.count, at < first + 40, [0x20, 0x09, 0x0A, 0x0D].contains(text[at]) { at += 1 }
    }
    skipBlanks()
    let sign = at
    while at < text.count, at < sign + 2, joints.contains(text[at]) { at += 1 }
    skipBlanks()
    return at > index + 1 && at < text.count && text[at] == quote ? at + 1 : nil
  }

  /// Where it ends in `text` when it begins at `index` and the same marks stand between all of its bytes: `a b c`, `a,
  /// b, c`, `"a","b","c"`.
  func spelledEnd(in text: [UInt8], from index: Int) -> Int? {
    guard folded(text[index]) == bytes[0] else { return nil }
    var width = 1
    while width <= Self.widestMark, index + width < text.count {
      let byte = text[index + width]
      if width > 1, folded(byte) == bytes[1], isSpelled(in: text, from: index, width: width) {
        return index + (bytes.count - 1) * width + 1
      }
      guard !Self.isAlphanumeric(byte) else { return nil }
      width += 1
    }
    return nil
  }

  private static let widestMark = 12

  private func isSpelled(in text: [UInt8], from index: Int, width: Int) -> Bool {
    guard index + (bytes.count - 1) * width < text.count else { return false }
    for place in 1..<bytes.count {
      let at = index + place * width
      guard folded(text[at]) == bytes[place] else { return false }
      for offset in 1..<width where text[at - width + offset] != text[index + offset] { return false }
    }
    return true
  }
}
