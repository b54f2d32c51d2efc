import CEL

/// Finds IP addresses and mail addresses in texts. What looks like one is taken for one: a pseudonym too many is no harm.
enum Sensitive {
  /// An address, where it stands and what its pseudonym is found by.
  struct Place {
    /// Of the text's UTF-8.
    var range: Range<Int>
    /// The kind of its pseudonym: `ip`, `email`.
    var kind: String
    /// One text for all spellings of it.
    var key: String
  }

  /// In the order of the text, without overlaps between those of a kind.
  static func places(in text: String, _ redaction: Redaction) -> [Place] {
    guard redaction.hidesAddresses || redaction.hidesEmails else { return [] }
    let letters = SensitiveText(text)
    var places: [Place] = []
    if redaction.hidesEmails, letters.has("@") {
      places += emails(in: letters).map {
        Place(range: letters.bytes($0), kind: "email", key: letters.text($0).lowercased())
      }
    }
    if redaction.hidesAddresses {
      let long = letters.has(":") ? longAddresses(in: letters) : []
      // An address of four numbers may stand within a long one, which has it then.
      let short = shortAddresses(in: letters).filter { four in !long.contains { $0.range.overlaps(four.range) } }
      places += (long + short).map { Place(range: letters.bytes($0.range), kind: "ip", key: $0.key) }
    }
    return places
  }

  private typealias Found = (range: Range<Int>, key: String)

  // MARK: IPv4

  /// Four numbers with points, whatever letters stand around them; a fifth number is a port, as tcpdump writes it.
  private static func shortAddresses(in text: SensitiveText) -> [Found] {
    text.runs { isDigit($0) || $0 == "." }.flatMap { run -> [Found] in
      guard run.count >= 7 else { return [] }
      var found: [Found] = []
      var numbers: [Range<Int>] = []
      func close() {
        if let address = address(of: numbers, in: text) { found.append(address) }
        numbers = []
      }
      var position = run.lowerBound
      while position < run.upperBound {
        if text[position] == "." {
          // Two points are no part of an address: `203.0.113.7..203.0.113.9`.
          if position + 1 < run.upperBound, text[position + 1] == "." { close() }
          position += 1
          continue
        }
        let start = position
        while position < run.upperBound, isDigit(text[position]) { position += 1 }
        numbers.append(start..<position)
      }
      close()
      return found
    }
  }

  private static func address(of numbers: [Range<Int>], in text: SensitiveText) -> Found? {
    guard numbers.count == 4 || numbers.count == 5 else { return nil }
    let values = numbers.map { $0.count <= 5 ? Int(text.text($0)) ?? .max : .max }
    guard values.prefix(4).allSatisfy({ $0 < 256 }), numbers.prefix(4).allSatisfy({ $0.count <= 3 }),
      values.count == 4 || values[4] < 65_536
    else { return nil }
    return (numbers[0].lowerBound..<numbers[3].upperBound, values.prefix(4).map(String.init).joined(separator: "."))
  }

  // MARK: IPv6

  /// Groups of hexadecimal digits with colons: the longest part of each run that is an address and cuts no word in two.
  private static func longAddresses(in text: SensitiveText) -> [Found] {
    text.runs { isHexadecimal($0) || $0 == ":" || $0 == "." }.flatMap { run -> [Found] in
      var borders = [run.lowerBound]
      for position in run where text[position] == ":" { borders += [position, position + 1] }
      borders.append(run.upperBound)
      guard borders.count > 4 else { return [] }
      var found: [Found] = []
      var first = 0
      while first < borders.count {
        guard let address = longest(of: borders[first...], in: text) else {
          first += 1
          continue
        }
        found.append(address)
        while first < borders.count, borders[first] < address.range.upperBound { first += 1 }
      }
      return found
    }
  }

  /// IPv6 in text is 45 characters long at most (RFC 4291 with an IPv4 tail).
  private static let longestAddress = 45

  /// The longest address from the first of `borders` to another.
  private static func longest(of borders: ArraySlice<Int>, in text: SensitiveText) -> Found? {
    guard let start = borders.first, start == 0 || !isWord(text[start - 1]) else { return nil }
    for border in borders.prefix(while: { $0 - start <= longestAddress }).reversed() {
      var end = border
      while end > start, text[end - 1] == "." { end -= 1 }
      if end - start < 3 || (end < text.count && isWord(text[end])) { continue }
      let known = text.text(start..<end)
      guard known.utf8.contains(UInt8(ascii: ":")), let address = IPAddress(known) else { continue }
      // Eight groups of a longer row are a fingerprint's or a dump's.
      if !known.contains("::"), text.hasMoreGroups(than: 10, around: start..<end) { continue }
      return (start..<end, address.description)
    }
    return nil
  }

  // MARK: Mail

  /// Of the local part what addresses are made of in practice; RFC 5322 allows `=`, `/` and `'` as well, which mostly are
  /// the text around it.
  private static func emails(in text: SensitiveText) -> [Range<Int>] {
    var places: [Range<Int>] = []
    for at in 0..<text.count where text[at] == "@" {
      var start = at
      while start > places.last?.upperBound ?? 0,
        isLetter(text[start - 1]) || "._%+-".unicodeScalars.contains(text[start - 1])
      {
        start -= 1
      }
      while start < at, ".%+-".unicodeScalars.contains(text[start]) { start += 1 }
      var end = at + 1
      while end < text.count, isLetter(text[end]) || text[end] == "." || text[end] == "-" { end += 1 }
      while end > at + 1, text[end - 1] == "." || text[end - 1] == "-" { end -= 1 }
      if start < at, (at + 1..<end).contains(where: { text[$0] == "." }) { places.append(start..<end) }
    }
    return places
  }

  // MARK: Letters

  /// What a word is made of, as far as addresses go: nothing that isn't ASCII, so that a dash or a quotation mark hides none.
  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  private static func isHexadecimal(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || ("a"..."f").contains(scalar) || ("A"..."F").contains(scalar)
  }

  private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
    isWord(scalar) || (scalar.value >= 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil))
  }
}
