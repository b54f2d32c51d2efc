/// Lines without the marks that tools and people write around them: the `$` and `^M$` of `cat -A`, the `\` of a
/// continued line, quotation marks and operators of source code, the `>` of a mail, the bars of a box, the signs of a
/// comment and of a diff, the `+` of psql; and the last word of each line, as it stands behind a number, a name or a
/// time.
struct WrappedLines {
  private let text: [UInt8]

  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    WrappedLines(text: text).forEachRun(body)
  }

  private func forEachRun(_ body: (DecodedRun) -> Void) {
    var (whole, words) = (Pieces(), Pieces())
    func finish(_ pieces: inout Pieces) {
      if pieces.count > 1 { body(pieces.run) }
      pieces.removeAll()
    }
    var (before, line) = (0..<0, nextLine(from: 0))
    while let (here, next) = line {
      let after = nextLine(from: next)
      let core = core(of: here, beside: [before, after?.line ?? 0..<0])
      let isWrapped = core != trimmed(here)
      // The line behind a `\` has nothing around it.
      if isWrapped || !whole.isEmpty { whole.append(core, of: text, mark: 0x0A) }
      if !isWrapped { finish(&whole) }
      let word = lastWord(of: core)
      if word != core { words.append(word, of: text, mark: 0x0A) } else { finish(&words) }
      (before, line) = (here, after)
    }
    finish(&whole)
    finish(&words)
  }

  // MARK: Lines

  /// The line that begins at `start`, without its end, and where the next one begins. A line may also end with `\n` as
  /// JSON writes it.
  private func nextLine(from start: Int) -> (line: Range<Int>, next: Int)? {
    guard start < text.count else { return nil }
    var at = start
    while at < text.count {
      if text[at] == 0x0A { return (start..<at, at + 1) }
      if text[at] == Self.backslash {
        var letter = at + 1
        while letter < text.count, text[letter] == Self.backslash { letter += 1 }
        if letter < text.count, text[letter] == UInt8(ascii: "n") {
          // `\\\n` is a `\` and an end.
          return (start..<(letter - at > 2 ? at + 1 : at), letter + 1)
        }
        at = letter
      } else {
        at += 1
      }
    }
    return (start..<at, at)
  }

  private func trimmed(_ line: Range<Int>) -> Range<Int> {
    var (start, end) = (line.lowerBound, line.upperBound)
    while start < end, isBlank(text[start]) { start += 1 }
    while start < end, isBlank(text[end - 1]) || text[end - 1] == 0x0D { end -= 1 }
    return start..<end
  }

  /// - Parameter neighbours: The line before and the one behind it: a `+` or `-` is a sign where they have it as well.
  private func core(of line: Range<Int>, beside neighbours: [Range<Int>]) -> Range<Int> {
    let isIndented = text[line].first == 0x20 && text[line].dropFirst().first.map(isBlank) == false
    let line = trimmed(line)
    let end = endOfCore(line, isIndented: isIndented, beside: neighbours)
    return startOfCore(line.lowerBound..<max(end, line.lowerBound), beside: neighbours)..<max(end, line.lowerBound)
  }

  private func endOfCore(_ line: Range<Int>, isIndented: Bool, beside neighbours: [Range<Int>]) -> Int {
    let start = line.lowerBound
    var end = line.upperBound
    func dropBlanks() { while start < end, isBlank(text[end - 1]) { end -= 1 } }
    func drop(_ mark: String) -> Bool {
      guard text[start..<end].suffix(mark.utf8.count).elementsEqual(mark.utf8) else { return false }
      end -= mark.utf8.count
      dropBlanks()
      return true
    }
    if drop("$") { _ = drop("^M") }
    if !drop("+|") { _ = Self.bars.contains(where: drop) }
    // psql has one blank before each line.
    if end > start, text[end - 1] == UInt8(ascii: "+"),
      isIndented || neighbours.contains(where: { text[trimmed($0)].last == text[end - 1] })
    {
      _ = drop("+")
    }
    if end > start, Self.foldEnds.contains(text[end - 1]),
      let mark = Self.folds.first(where: { begins(neighbours[1], with: $0) })
    {
      _ = drop(mark)
    }
    // The end of a text in quotation marks, with the operator behind it.
    var at = end
    while at > start, end - at < Self.widestMark, isSign(text[at - 1]) {
      at -= 1
      guard isQuote(text[at]) else { continue }
      while at > start, text[at - 1] == Self.backslash { at -= 1 }
      return at
    }
    while drop("\\") {}
    return end
  }

  private func startOfCore(_ line: Range<Int>, beside neighbours: [Range<Int>]) -> Int {
    let end = line.upperBound
    var start = line.lowerBound
    func drop(_ mark: String) -> Bool {
      guard text[start..<end].starts(with: mark.utf8) else { return false }
      start += mark.utf8.count
      while start < end, isBlank(text[start]) { start += 1 }
      return true
    }
    if start < end, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(text[start]),
      neighbours.contains(where: { text[$0].first == text[start] })
    {
      start += 1
    }
    while Self.leads.contains(where: drop) || Self.bars.contains(where: drop) {}
    if start < end, Self.foldStarts.contains(text[start]),
      let mark = Self.folds.first(where: { ends(neighbours[0], with: $0) })
    {
      _ = drop(mark)
    }
    // The beginning of a text in quotation marks: `+ "`, `|| '`, `b"`.
    var at = start
    if at + 1 < end, !isSign(text[at]), isQuote(text[at + 1]) { at += 1 }
    while at < end, at - start < Self.widestMark, isSign(text[at]) {
      at += 1
      if isQuote(text[at - 1]) { return at }
    }
    return start
  }

  /// Whether a line begins with a mark, a bar before it aside.
  private func begins(_ line: Range<Int>, with mark: String) -> Bool {
    let text = text[trimmed(line)]
    let bar = Self.bars.first { text.starts(with: $0.utf8) } ?? ""
    return text.dropFirst(bar.utf8.count).starts(with: mark.utf8)
  }

  /// Whether a line ends with a mark, a bar behind it aside.
  private func ends(_ line: Range<Int>, with mark: String) -> Bool {
    let text = text[trimmed(line)]
    let bar = Self.bars.first { text.suffix($0.utf8.count).elementsEqual($0.utf8) } ?? ""
    return text.dropLast(bar.utf8.count).suffix(mark.utf8.count).elementsEqual(mark.utf8)
  }

  private func lastWord(of core: Range<Int>) -> Range<Int> {
    var start = core.upperBound
    while start > core.lowerBound {
      let byte = text[start - 1]
      if isBlank(byte) || isQuote(byte) || byte == UInt8(ascii: ":") || byte == UInt8(ascii: "|") { break }
      // A tab as JSON writes it.
      if byte == UInt8(ascii: "t"), start - 1 > core.lowerBound, text[start - 2] == Self.backslash { break }
      start -= 1
    }
    return start..<core.upperBound
  }

  // MARK: Bytes

  private static let bars = ["|", "│", "┃", "║"]
  private static let leads = [">", "# ", "* ", "// ", "-- ", "; "]
  /// What psql puts at both sides of a fold.
  private static let folds = [".", "…"]
  private static let foldStarts = folds.compactMap(\.utf8.first)
  private static let foldEnds = folds.compactMap(\.utf8.last)
  private static let widestMark = 6
  private static let backslash = UInt8(ascii: "\\")

  private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  private func isSign(_ byte: UInt8) -> Bool { byte < 0x80 && !SecretForm.isAlphanumeric(byte) }
  private func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }
}
