/// Finds secrets in texts.
struct SecretSearch: Sendable {
  private var forms: [SecretForm] = []
  private var known: Set<SecretForm> = []
  /// The forms by their first byte, as places in `forms`.
  private var byFirst: [[Int]] = []
  /// For each pair of bytes, whether a form may begin with it.
  private var isBeginning: [Bool] = []
  /// How many backslashes a form begins with at most.
  private var backslashes = 0

  var isEmpty: Bool { forms.isEmpty }

  mutating func add(_ form: SecretForm) {
    guard known.insert(form).inserted else { return }
    if forms.isEmpty {
      byFirst = Array(repeating: [], count: 256)
      isBeginning = Array(repeating: false, count: 1 << 16)
      for first in UInt8.min...UInt8.max where EncodedCharacter.isLead(first) {
        for second in 0..<256 { isBeginning[Int(first) << 8 | second] = true }
      }
    }
    for (first, second) in form.beginnings { isBeginning[Int(first) << 8 | Int(second)] = true }
    for first in UInt8.min...UInt8.max where form.folded(first) == form.bytes[0] {
      byFirst[Int(first)].append(forms.count)
    }
    backslashes = max(backslashes, form.leading(Self.backslash))
    forms.append(form)
  }

  /// How many encodings of bytes within each other are looked through.
  private static let depth = 3
  private static let backslash = UInt8(ascii: "\\")

  /// Where secrets stand, in order, none touching another.
  ///
  /// - Parameter isCut: The text may stop in the middle of one.
  func ranges(in text: [UInt8], isCut: Bool) -> [Range<Int>] {
    forms.isEmpty ? [] : ranges(in: text, isCut: isCut, depth: Self.depth)
  }

  private func ranges(in text: [UInt8], isCut: Bool, depth: Int) -> [Range<Int>] {
    var found = written(in: text, isCut: isCut)
    if depth > 0 {
      DecodedRun.forEach(in: text) { run in
        let isCut = isCut && run.end == text.count || SecretForm.isCutMark(at: run.end, in: text)
        for range in ranges(in: run.bytes, isCut: isCut, depth: depth - 1) {
          found.append(run.place(range))
        }
      }
    }
    guard found.count > 1 else { return found }
    found.sort { $0.lowerBound < $1.lowerBound }
    // Of two that overlap no part is left standing.
    var merged: [Range<Int>] = []
    for range in found {
      if let last = merged.last, range.lowerBound < last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    return merged
  }

  /// Where forms are written as they are, or escaped.
  private func written(in text: [UInt8], isCut: Bool) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var index = 0
    while index + 1 < text.count {
      guard isBeginning[Int(text[index]) << 8 | Int(text[index + 1])] else {
        index += 1
        continue
      }
      if text[index] == Self.backslash, text[index + 1] == Self.backslash {
        index = lastBackslashes(from: index, in: text)
      }
      if let end = longest(at: index, in: text, isCut: isCut) { found.append(index..<end) }
      index += 1
    }
    return found
  }

  /// Of a long run of backslashes the part that still matters: the text that they escape, or that begins with them.
  private func lastBackslashes(from index: Int, in text: [UInt8]) -> Int {
    let kept = 32 + 16 * backslashes
    guard index + kept < text.count, text[index + kept] == Self.backslash else { return index }
    var end = index
    while end < text.count, text[end] == Self.backslash { end += 1 }
    return max(index, end - kept)
  }

  /// Where the longest of the forms that begin at `index` ends; nil: none does.
  private func longest(at index: Int, in text: [UInt8], isCut: Bool) -> Int? {
    var found: Int?
    for place in byFirst[Int(text[index])] {
      let form = forms[place]
      let ends = [
        form.end(in: text, from: index + 1, matched: 1, isCut: isCut), form.spelledEnd(in: text, from: index),
      ]
      for case let end? in ends where form.fits(index..<end, in: text) { found = max(found ?? 0, end) }
    }
    guard EncodedCharacter.isLead(text[index]) else { return found }
    for character in EncodedCharacter.all(at: index, in: text) {
      guard let first = character.scalar.utf8.first else { continue }
      for form in byFirst[Int(first)].map({ forms[$0] }) {
        guard let matched = form.place(after: character, from: 0),
          let end = form.end(in: text, from: character.end, matched: matched, isCut: isCut),
          form.fits(index..<end, in: text)
        else { continue }
        found = max(found ?? 0, end)
      }
    }
    return found
  }
}
