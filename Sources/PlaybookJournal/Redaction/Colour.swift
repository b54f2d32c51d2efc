/// A text without the sequences that a terminal takes for colours and links: `ESC [ 31 m`, also with the escape written
/// as `\u001b`, `\x1b`, `\033`, `\e` or `^[`.
///
/// Source: ECMA-48, sections 5.4 and 8.3.
enum Colour {
  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    var pieces = Pieces()
    var (from, at) = (0, 0)
    while at < text.count {
      guard let end = endOfSequence(at: at, in: text) else {
        at += 1
        continue
      }
      if from < at { pieces.append(from..<at, of: text) }
      (from, at) = (end, end)
    }
    guard from > 0, !pieces.isEmpty else { return }
    if from < text.count { pieces.append(from..<text.count, of: text) }
    body(pieces.run)
  }

  private static let names = ["\u{1B}", "^[", "\\u001b", "\\u001B", "\\x1b", "\\x1B", "\\033", "\\e", "\\E"].map {
    Array($0.utf8)
  }
  /// Bytes of a sequence at most.
  private static let longest = 2000

  private static func endOfSequence(at index: Int, in text: [UInt8]) -> Int? {
    switch text[index] {
    case 0x1B: break
    case UInt8(ascii: "^"), UInt8(ascii: "\\"):
      guard index + 1 < text.count else { return nil }
      switch text[index + 1] {
      case UInt8(ascii: "["), UInt8(ascii: "u"), UInt8(ascii: "x"), UInt8(ascii: "0"), UInt8(ascii: "e"),
        UInt8(ascii: "E"):
        break
      default: return nil
      }
    default: return nil
    }
    let rest = text[index...]
    guard let name = names.first(where: { rest.starts(with: $0) }) else { return nil }
    var at = index + name.count
    guard at < text.count else { return nil }
    switch text[at] {
    case UInt8(ascii: "["):
      at += 1
      while at < text.count, at < index + longest, (0x20..<0x40).contains(text[at]) { at += 1 }
      return at < text.count && (0x40..<0x7F).contains(text[at]) ? at + 1 : nil
    case UInt8(ascii: "]"):
      // A link or a title ends with BEL or `ESC \`.
      while at < text.count, at < index + longest, text[at] != 0x0A {
        if text[at] == 0x07 { return at + 1 }
        let end = text[at...]
        if end.starts(with: name + [UInt8(ascii: "\\")]) { return at + name.count + 1 }
        at += 1
      }
      return nil
    case UInt8(ascii: "("): return at + 2 <= text.count ? at + 2 : nil
    default: return nil
    }
  }
}
