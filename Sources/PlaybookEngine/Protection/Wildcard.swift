/// Patterns of shells, of Redis and of SQL's LIKE.
struct Wildcard {
  private enum Piece {
    case any
    case one
    /// One letter or digit: of a `_` that stands for a sign of a name nobody could tell whether it is one.
    case letter
    case byte(UInt8)
    case set(Set<UInt8>, isNegated: Bool)
  }

  private let pieces: [Piece]

  /// Nil where nothing of it is a wildcard.
  ///
  /// - Parameter isLike: Whether `_` is one.
  init?(_ text: some Collection<UInt8>, isLike: Bool) {
    var pieces: [Piece] = []
    var isWild = false
    let bytes = Array(text)
    var position = 0
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "*"), UInt8(ascii: "%"): pieces.append(.any)
      case UInt8(ascii: "?"): pieces.append(.one)
      case UInt8(ascii: "_") where isLike: pieces.append(.letter)
      case UInt8(ascii: "["):
        guard let end = bytes[(position + 1)...].firstIndex(of: UInt8(ascii: "]")), end > position + 1 else {
          fallthrough
        }
        pieces.append(Self.set(bytes[(position + 1)..<end]))
        position = end
      default:
        pieces.append(.byte(bytes[position]))
        position += 1
        continue
      }
      isWild = true
      position += 1
    }
    guard isWild else { return nil }
    self.pieces = pieces
  }

  private static func set(_ text: ArraySlice<UInt8>) -> Piece {
    var text = Array(text)
    let isNegated = ["!", "^"].contains(Character(Unicode.Scalar(text[0])))
    if isNegated { text.removeFirst() }
    var set: Set<UInt8> = []
    var position = 0
    while position < text.count {
      if position + 2 < text.count, text[position + 1] == UInt8(ascii: "-"), text[position] <= text[position + 2] {
        set.formUnion(text[position]...text[position + 2])
        position += 3
      } else {
        set.insert(text[position])
        position += 1
      }
    }
    return .set(set, isNegated: isNegated)
  }

  func matches(_ text: some Collection<UInt8>) -> Bool {
    // The places in the pattern that the text so far leads to.
    var places = closed([0])
    for byte in text {
      var next: Set<Int> = []
      for place in places where place < pieces.count {
        switch pieces[place] {
        case .any: next.insert(place)
        case .one: next.insert(place + 1)
        case .letter: if byte.isWordPart { next.insert(place + 1) }
        case .byte(let own): if own == byte { next.insert(place + 1) }
        case .set(let set, let isNegated): if set.contains(byte) != isNegated { next.insert(place + 1) }
        }
      }
      if next.isEmpty { return false }
      places = closed(next)
    }
    return places.contains(pieces.count)
  }

  private func closed(_ places: Set<Int>) -> Set<Int> {
    var all = places
    for place in places {
      var place = place
      while place < pieces.count, case .any = pieces[place] {
        place += 1
        all.insert(place)
      }
    }
    return all
  }
}

extension PlainText {
  /// The words with a wildcard in them: between blanks, and between all that can't be part of a name.
  func patterns(isLike: Bool) -> [ArraySlice<UInt8>] {
    let wild = Array(isLike ? "*?%[_".utf8 : "*?%[".utf8)
    guard bytes.contains(where: wild.contains) else { return [] }
    var found: [ArraySlice<UInt8>] = []
    for word in withoutEscapes(isLike: isLike).split(whereSeparator: { $0 == 0x20 || $0 == 0x0A })
    where word.count <= 512 && word.contains(where: wild.contains) {
      found.append(word)
      for part in word.split(whereSeparator: { ":/@,;=|()<>{}\"'&#`\\".utf8.contains($0) })
      where part.count < word.count && part.contains(where: wild.contains) { found.append(part) }
    }
    let singles = Array(isLike ? "?_".utf8 : "?".utf8)
    return found.filter { word in
      (word.contains(where: \.isWordPart) || word.allSatisfy(singles.contains)) && !Self.isShare(word, isLike)
    }
  }

  /// With blanks in the place of `%2F` and the like, whose percent sign is no wildcard; in SQL it is one.
  func withoutEscapes(isLike: Bool) -> [UInt8] {
    guard !isLike, bytes.contains(UInt8(ascii: "%")) else { return bytes }
    var plain = bytes
    for place in bytes.indices.dropLast(2) where bytes[place] == UInt8(ascii: "%") {
      guard bytes[place + 1].isHexadecimal, bytes[place + 2].isHexadecimal else { continue }
      for position in place..<(place + 3) { plain[position] = 0x20 }
    }
    return plain
  }

  /// `10%`, `12.5%`.
  private static func isShare(_ word: ArraySlice<UInt8>, _ isLike: Bool) -> Bool {
    guard !isLike, word.last == UInt8(ascii: "%") else { return false }
    let number = word.dropLast().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    return number.count <= 2 && number.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isDigit) }
  }
}
