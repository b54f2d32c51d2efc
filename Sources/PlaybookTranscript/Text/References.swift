import CEL

/// Words that a platform makes links or pictures of although nothing marks them: `GH-26`, `PROJ-12`, the digest of a commit,
/// `:tada:`.
enum References {
  /// Commits are named by seven of their digits or more.
  private static let shortestDigest = 7
  private static let longestAddress = 45

  /// The positions before which something must part such a word.
  static func breaks(in scalars: [Unicode.Scalar]) -> Set<Int> {
    var breaks: Set<Int> = []
    var start: Int?
    for position in 0...scalars.count {
      let scalar = position < scalars.count ? scalars[position] : " "
      if scalar == ":", isPicture(scalars, after: position) { breaks.insert(position + 1) }
      if isWord(scalar) {
        start = start ?? position
        continue
      }
      if let begun = start {
        let word = scalars[begun..<position]
        if isDigest(word) { breaks.insert(begun + word.count / 2) }
        if scalar == "-", isKey(word), position + 1 < scalars.count, isDigit(scalars[position + 1]) {
          breaks.insert(position + 1)
        }
      }
      start = nil
    }
    return breaks
  }

  /// `:tada:`, `:+1:`, `:100:`: a name between two colons; not `17:15:00`, nor part of an IP address.
  private static func isPicture(_ scalars: [Unicode.Scalar], after colon: Int) -> Bool {
    let name = scalars[(colon + 1)...].prefix { isWord($0) || $0 == "+" || $0 == "-" }
    guard let first = name.first, colon + 1 + name.count < scalars.count, scalars[colon + 1 + name.count] == ":" else {
      return false
    }
    if isDigit(first), colon > 0, isWord(scalars[colon - 1]) { return false }
    let isPart = { (scalar: Unicode.Scalar) in scalar == ":" || scalar == "." || scalar.properties.isASCIIHexDigit }
    let before = scalars[..<colon].reversed().prefix(while: isPart).reversed()
    let after = scalars[colon...].prefix(while: isPart)
    guard before.count + after.count <= longestAddress else { return true }
    var address = String.UnicodeScalarView(before)
    address.append(contentsOf: after)
    while address.last == "." { address.removeLast() }
    return IPAddress(String(address)) == nil
  }

  /// A project's key, as in `PROJ-12`.
  private static func isKey(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    guard let first = word.first, word.count >= 2, isUpper(first) else { return false }
    return word.allSatisfy { isUpper($0) || isDigit($0) || $0 == "_" }
  }

  private static func isDigest(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    guard word.count >= shortestDigest, word.allSatisfy({ isDigit($0) || ("a"..."f").contains($0) }) else {
      return false
    }
    // A number is none, unless it is as long as a whole digest.
    return word.count == 40 || (word.contains(where: isDigit) && !word.allSatisfy(isDigit))
  }

  private static func isUpper(_ scalar: Unicode.Scalar) -> Bool { ("A"..."Z").contains(scalar) }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// The positions of what is part of an IPv6 address or of a mail address, which is copied as it is; of `x@here` none.
  static func addresses(in scalars: [Unicode.Scalar]) -> Set<Int> {
    var positions: Set<Int> = []
    for (position, scalar) in scalars.enumerated() where !positions.contains(position) {
      if scalar == ":", let range = longAddress(in: scalars, around: position) { positions.formUnion(range) }
      if scalar == "@", let range = mailAddress(in: scalars, around: position) { positions.formUnion(range) }
    }
    return positions
  }

  private static func longAddress(in scalars: [Unicode.Scalar], around colon: Int) -> Range<Int>? {
    let isPart = { (scalar: Unicode.Scalar) in scalar == ":" || scalar == "." || scalar.properties.isASCIIHexDigit }
    let start = colon - scalars[..<colon].reversed().prefix(while: isPart).count
    var end = colon + scalars[colon...].prefix(while: isPart).count
    while end > colon + 1, scalars[end - 1] == "." { end -= 1 }
    guard end - start <= longestAddress, start == 0 || !isWord(scalars[start - 1]) else { return nil }
    var address = String.UnicodeScalarView()
    address.append(contentsOf: scalars[start..<end])
    return IPAddress(String(address)) == nil ? nil : start..<end
  }

  /// Words that call everybody in a chat, wherever they stand.
  private static let calls: Set<String> = ["here", "everyone", "channel", "all", "room", "team"]

  private static func mailAddress(in scalars: [Unicode.Scalar], around at: Int) -> Range<Int>? {
    let before = scalars[..<at].reversed().prefix { isWord($0) || "._%+-".unicodeScalars.contains($0) }
    let after = scalars[(at + 1)...].prefix { isWord($0) || $0 == "." || $0 == "-" }
    guard let first = before.first, isWord(first), before.last.map(isWord) == true else { return nil }
    var domain = String.UnicodeScalarView()
    domain.append(contentsOf: after)
    while domain.last == "." || domain.last == "-" { domain.removeLast() }
    let labels = String(domain).split(separator: ".", omittingEmptySubsequences: false)
    guard labels.count >= 2, labels.allSatisfy({ !$0.isEmpty }) else { return nil }
    if let label = labels.first, calls.contains(label.lowercased()) { return nil }
    return (at - before.count)..<(at + 1 + domain.count)
  }

  /// Words that one copies as they are and that a platform would make a link of, or a call: addresses of pages and of people,
  /// digests, and what they are part of.
  static func copied(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var start = 0
    while start < scalars.count {
      let length = scalars[start...].prefix(while: isPartOfAddress).count
      var end = start + length
      while end > start, ".,:;!?".unicodeScalars.contains(scalars[end - 1]) { end -= 1 }
      if end > start, isCopied(scalars[start..<end]) { words.append(start..<end) }
      start += max(length, 1)
    }
    return words
  }

  /// The words that stand as code in prose: those that one copies, and those of which a platform would make a call, a reference
  /// or a picture: `@alice`, `#12`, `PROJ-12`, `:tada:`, `[vulnerability:1]`.
  static func coded(in scalars: [Unicode.Scalar]) -> [Range<Int>] {
    let copied = copied(in: scalars)
    let breaks = breaks(in: scalars)
    var words: [Range<Int>] = []
    func add(_ word: Range<Int>) {
      if let last = words.last, word.lowerBound <= last.upperBound {
        words[words.count - 1] = last.lowerBound..<max(last.upperBound, word.upperBound)
      } else {
        words.append(word)
      }
    }
    var rest = copied[...]
    var position = 0
    while position < scalars.count {
      if let word = rest.first, position >= word.lowerBound {
        add(word)
        rest.removeFirst()
        position = max(position, word.upperBound)
      } else if isCalling(scalars, at: position, breaks) {
        let word = word(around: position, in: scalars)
        add(word)
        while let next = rest.first, next.lowerBound < word.upperBound {
          add(next)
          rest.removeFirst()
        }
        position = max(position + 1, words.last?.upperBound ?? 0)
      } else {
        position += 1
      }
    }
    return words
  }

  /// Whether a platform takes what begins or goes on at `position` for more than text.
  private static func isCalling(_ scalars: [Unicode.Scalar], at position: Int, _ breaks: Set<Int>) -> Bool {
    if breaks.contains(position) { return true }
    let next = position + 1 < scalars.count ? scalars[position + 1] : " "
    switch scalars[position] {
    case "@", "#", "~", "!", "$", "&", "%":
      return next.properties.isAlphabetic || next.properties.numericType != nil || next == "\"" || next == "#"
    case "[": return next.properties.isAlphabetic
    case ":": return next == "/"
    case ".":
      let before = scalars[..<position].suffix(3)
      return before.count == 3 && before.allSatisfy { $0 == "w" || $0 == "W" }
    default: return false
    }
  }

  /// The word around a position, as far as code can hold it: no blank, backtick or pipe; no point or bracket at its end.
  private static func word(around position: Int, in scalars: [Unicode.Scalar]) -> Range<Int> {
    let isPart = { (scalar: Unicode.Scalar) in
      !scalar.properties.isWhitespace && !"`|\u{240A}".unicodeScalars.contains(scalar)
    }
    let start = position - scalars[..<position].reversed().prefix(while: isPart).count
    var end = position + scalars[position...].prefix(while: isPart).count
    while end > position + 2, ".,;!?".unicodeScalars.contains(scalars[end - 1]) { end -= 1 }
    return start..<max(end, position + 1)
  }

  private static func isCopied(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    guard word.count >= shortestDigest - 1, let first = word.first, isWord(first) || first == "/" || first == "." else {
      return false
    }
    if isAddress(word) { return true }
    if word.count >= shortestDigest, word.contains(where: isDigit),
      word.split(whereSeparator: { !isWord($0) }).contains(where: isDigest)
    {
      return true
    }
    if first == "/", word.dropFirst().contains("/") { return word.contains("@") || word.contains("#") }
    guard let at = word.firstIndex(of: "@") else { return false }
    return mailAddress(in: Array(word), around: at - word.startIndex) == 0..<word.count
  }

  /// `https://…`, `www.…`.
  private static func isAddress(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
    if word.prefix(3).allSatisfy({ $0 == "w" || $0 == "W" }), word.dropFirst(3).first == "." { return true }
    guard let colon = word.firstIndex(of: ":"), word[colon...].prefix(3).elementsEqual("://".unicodeScalars) else {
      return false
    }
    return word[..<colon].allSatisfy { isWord($0) || "+.-".unicodeScalars.contains($0) }
  }

  /// Nothing that parts words, ends code or a cell, or stands around an address.
  private static func isPartOfAddress(_ scalar: Unicode.Scalar) -> Bool {
    isWord(scalar) || "./-+:@%~#?&=,;!$".unicodeScalars.contains(scalar)
  }

  /// The positions of what is part of a file's path from the root on, `/var/log/app.log`: platforms link none.
  static func paths(in scalars: [Unicode.Scalar]) -> Set<Int> {
    var positions: Set<Int> = []
    var position = 0
    while position < scalars.count {
      let isStart = position == 0 || !isPartOfPath(scalars[position - 1])
      let length = isStart && scalars[position] == "/" ? scalars[position...].prefix(while: isPartOfPath).count : 0
      // `//evil.example` is an address without its scheme.
      if length > 1, scalars[position + 1] != "/" { positions.formUnion(position..<position + length) }
      position += max(length, 1)
    }
    return positions
  }

  private static func isPartOfPath(_ scalar: Unicode.Scalar) -> Bool {
    isWord(scalar) || "./-+".unicodeScalars.contains(scalar)
  }

  static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    isDigit(scalar) || isUpper(scalar) || ("a"..."z").contains(scalar) || scalar == "_"
  }
}
