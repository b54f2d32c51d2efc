/// Lines as `xxd`, `hexdump`, `od`, `tcpdump`, `tshark` and `gdb` write them: an offset, groups of digits or
/// characters, and often the text beside them. A finding in one covers whole lines, since the text stands in them as
/// well.
enum Dump {
  static func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    // Lines with an offset and lines without: `od -t x1c` writes them in turn, the same bytes in both.
    var runs = [Reading.all, Reading.all].map { $0.map { _ in PlacedBytes() } }
    var isOpen = false
    func finish(_ kind: Int, _ index: Int) {
      if runs[kind][index].bytes.count >= 5 { body(runs[kind][index].run) }
      runs[kind][index].removeAll()
    }
    func finishAll() {
      for kind in runs.indices { for index in Reading.all.indices { finish(kind, index) } }
    }
    var start = 0
    var width = 0
    while start < text.count {
      let end = text[start...].firstIndex(of: 0x0A) ?? text.count
      let whole = start..<(end > start && text[end - 1] == 0x0D ? end - 1 : end)
      start = end + 1
      let line = inner(of: whole, in: text)
      let offset = endOfOffset(line, in: text)
      guard let groups = groups(of: line, from: offset, in: text) else {
        if isOpen { finishAll() }
        (isOpen, width) = (false, 0)
        continue
      }
      isOpen = true
      let kind = offset > line.lowerBound ? 0 : 1
      if kind == 0 { width = offset - line.lowerBound }
      // Below a line with an offset there are as many blanks.
      let isBelow = kind == 1 && text[line].prefix(width).allSatisfy(isBlank)
      let first = isBelow ? min(line.lowerBound + width, line.upperBound) : offset
      for (index, reading) in Reading.all.enumerated() {
        let bytes =
          reading == .characters
          ? characters(of: first..<line.upperBound, in: text) : reading.bytes(groups, in: text)
        guard let bytes, !bytes.isEmpty else {
          finish(kind, index)
          continue
        }
        for byte in bytes { runs[kind][index].append(byte, from: whole.lowerBound, to: whole.upperBound) }
      }
    }
    finishAll()
  }

  /// A line without the bars that `strace` has around it.
  private static func inner(of line: Range<Int>, in text: [UInt8]) -> Range<Int> {
    guard line.count > 6, text[line.lowerBound] == 0x20, text[line].starts(with: " | ".utf8),
      text[line].suffix(2).elementsEqual(" |".utf8)
    else {
      return line
    }
    return (line.lowerBound + 3)..<(line.upperBound - 2)
  }

  /// How the groups of a line are read.
  private enum Reading {
    case hexadecimal
    /// Words whose last byte stands first.
    case swapped
    case octal, octalWords, decimal, decimalWords, binary
    /// Of `od -c` and `od -a`.
    case characters

    static let all: [Reading] = [
      .hexadecimal, .swapped, .octal, .octalWords, .decimal, .decimalWords, .binary, .characters,
    ]

    /// The bytes of all groups; nil: they can't be read so.
    func bytes(_ groups: [Range<Int>], in text: [UInt8]) -> [UInt8]? {
      var bytes: [UInt8] = []
      for group in groups {
        guard let more = self.bytes(text[group]) else { return nil }
        bytes += more
      }
      return bytes
    }

    private func bytes(_ group: ArraySlice<UInt8>) -> [UInt8]? {
      let count = group.count
      func number(_ base: Int) -> Int? {
        var value = 0
        for byte in group {
          guard let digit = DigitAlphabet.digit(byte), digit < base else { return nil }
          value = value * base + Int(digit)
        }
        return value
      }
      switch self {
      case .hexadecimal, .swapped:
        guard count.isMultiple(of: 2), count <= 64 else { return nil }
        var bytes: [UInt8] = []
        var at = group.startIndex
        while at < group.endIndex {
          guard let high = DigitAlphabet.digit(group[at]), let low = DigitAlphabet.digit(group[at + 1]) else {
            return nil
          }
          bytes.append(high << 4 | low)
          at += 2
        }
        return self == .swapped ? bytes.reversed() : bytes
      case .octal, .decimal:
        guard count <= 3, let value = number(self == .octal ? 8 : 10) else { return nil }
        return UInt8(exactly: value).map { [$0] }
      case .octalWords, .decimalWords:
        guard count == (self == .octalWords ? 6 : 5), let value = number(self == .octalWords ? 8 : 10), value < 1 << 16
        else { return nil }
        return [UInt8(value & 0xFF), UInt8(value >> 8)]
      case .binary:
        guard count == 8 else { return nil }
        return number(2).map { [UInt8($0)] }
      case .characters: return nil
      }
    }
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  /// Where the offset that a line begins with ends; the line's beginning where there is none.
  private static func endOfOffset(_ line: Range<Int>, in text: [UInt8]) -> Int {
    var at = line.lowerBound
    while at < line.upperBound, isBlank(text[at]) { at += 1 }
    let isMarked = text[at..<line.upperBound].starts(with: "0x".utf8)
    guard isMarked || at == line.lowerBound else { return line.lowerBound }
    if isMarked { at += 2 }
    let first = at
    while at < line.upperBound, DigitAlphabet.digit(text[at]) != nil { at += 1 }
    let count = at - first
    // `gdb` names the place: `0x404010 <key+16>:`.
    if isMarked, text[at..<line.upperBound].starts(with: " <".utf8) {
      at = text[at..<line.upperBound].firstIndex(of: UInt8(ascii: ":")) ?? at
    }
    if at < line.upperBound, text[at] == UInt8(ascii: ":") {
      at += 1
    } else if isMarked {
      return line.lowerBound
    }
    // `tcpdump` and `tshark` have four digits, `strace` five.
    let isShort = 4...5 ~= count && text[at..<line.upperBound].starts(with: "  ".utf8)
    guard isMarked || isShort || count >= 6, count <= 16, at == line.upperBound || isBlank(text[at]) else {
      return line.lowerBound
    }
    return at
  }

  /// The groups of digits of a line behind its offset; nil where it is not a line of a dump.
  private static func groups(of line: Range<Int>, from offset: Int, in text: [UInt8]) -> [Range<Int>]? {
    var at = offset
    guard at < line.upperBound, isBlank(text[at]), line.count <= 1000 else { return nil }
    var groups: [Range<Int>] = []
    var bytes = 0
    var between = 1
    while at < line.upperBound {
      let blank = at
      while at < line.upperBound, isBlank(text[at]) { at += 1 }
      // The text beside the digits is as long as there were bytes, and further away than a group from the next.
      if at - blank > between, bytes > 0, [bytes, groups.count].contains(line.upperBound - at) { break }
      if groups.count == 1 { between = at - blank }
      if text[at..<line.upperBound].starts(with: "0x".utf8) { at += 2 }
      let first = at
      while at < line.upperBound, !isBlank(text[at]) { at += 1 }
      guard first < at else { break }
      guard text[first..<at].allSatisfy({ DigitAlphabet.digit($0) != nil }) else { break }
      groups.append(first..<at)
      bytes += (at - first) / 2
    }
    return groups
  }

  /// The characters of a line of `od -c` or `od -a` behind its offset, four columns each.
  private static func characters(of line: Range<Int>, in text: [UInt8]) -> [UInt8]? {
    var at = line.lowerBound
    guard line.upperBound > at, (line.upperBound - at).isMultiple(of: 4) else { return nil }
    var bytes: [UInt8] = []
    while at < line.upperBound {
      guard isBlank(text[at]) else { return nil }
      let cell = text[at..<at + 4].drop(while: isBlank)
      switch cell.count {
      case 0: bytes.append(0x20)
      case 1: bytes.append(cell[cell.startIndex])
      case 3:
        guard let byte = Reading.octal.bytes([cell.startIndex..<cell.endIndex], in: text) else { return nil }
        bytes += byte
      default:
        switch String(decoding: cell, as: UTF8.self) {
        case "sp": bytes.append(0x20)
        case "nl", "\\n": bytes.append(0x0A)
        case "cr", "\\r": bytes.append(0x0D)
        case "ht", "\\t": bytes.append(0x09)
        case "\\0": bytes.append(0)
        case "\\\\": bytes.append(UInt8(ascii: "\\"))
        default: return nil
        }
      }
      at += 4
    }
    return bytes
  }
}
