/// A text that diagnostics can point into: a playbook, a SQL file, an answers file, a command-line value.
public final class SourceFile: Sendable {
  /// Its name in messages: the path as the user gave it, or a name such as `--set window`.
  public let path: String
  /// The bytes as read, without a UTF-8 byte order mark.
  public let bytes: [UInt8]
  /// The offset of the first byte of each line.
  private let lineStarts: [Int]
  /// How many code points start before each 64th byte, so that a column costs the same on a line of a megabyte. Empty
  /// where all is ASCII.
  private let codePoints: [Int]

  public init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
    var starts = [0]
    for (offset, byte) in self.bytes.enumerated() where byte == UInt8(ascii: "\n") { starts.append(offset + 1) }
    lineStarts = starts
    codePoints = Self.countCodePoints(self.bytes)
  }

  public convenience init(path: String, text: String) {
    self.init(path: path, bytes: Array(text.utf8))
  }

  public var lineCount: Int { lineStarts.count }

  /// The text of the 1-based `line` without its line break; bytes that are not UTF-8 show as U+FFFD.
  public func text(ofLine line: Int) -> String {
    guard line >= 1, line <= lineStarts.count else { return "" }
    let start = lineStarts[line - 1]
    var end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The text around a place, of its line alone, and how many code points of it stand before the place: of a line of a
  /// megabyte, `margin` bytes to each side.
  func text(around place: SourcePosition, to end: SourcePosition, margin: Int) -> (text: String, before: Int) {
    let lineStart = lineStarts[min(max(place.line, 1), lineStarts.count) - 1]
    var lineEnd = place.line < lineStarts.count ? lineStarts[place.line] - 1 : bytes.count
    if lineEnd > lineStart, bytes[lineEnd - 1] == UInt8(ascii: "\r") { lineEnd -= 1 }
    var (from, to) = (max(lineStart, place.offset - margin), min(lineEnd, max(place.offset, end.offset) + margin))
    guard from <= to else { return (text(ofLine: place.line), place.column - 1) }
    // Not within a character.
    while from > lineStart, bytes[from] & 0xC0 == 0x80 { from -= 1 }
    while to < lineEnd, bytes[to] & 0xC0 == 0x80 { to += 1 }
    let before = countCodePoints(before: min(place.offset, to)) - countCodePoints(before: from)
    return (String(decoding: bytes[from..<to], as: UTF8.self), before)
  }

  /// The place of a byte: 1-based line, and 1-based column counted in code points.
  public func position(at offset: Int) -> SourcePosition {
    let offset = min(max(offset, 0), bytes.count)
    var low = 0
    var high = lineStarts.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle - 1 }
    }
    let column = countCodePoints(before: offset) - countCodePoints(before: lineStarts[low])
    return SourcePosition(offset: offset, line: low + 1, column: column + 1)
  }

  private func countCodePoints(before offset: Int) -> Int {
    if codePoints.isEmpty { return offset }
    let block = offset / 64
    return codePoints[block] + bytes[block * 64..<offset].count { $0 & 0xC0 != 0x80 }
  }

  /// A code point starts at each byte that is not a UTF-8 continuation byte.
  private static func countCodePoints(_ bytes: [UInt8]) -> [Int] {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return [] }
    var counts: [Int] = []
    var count = 0
    for (offset, byte) in bytes.enumerated() {
      if offset % 64 == 0 { counts.append(count) }
      if byte & 0xC0 != 0x80 { count += 1 }
    }
    counts.append(count)
    return counts
  }

  /// The place of a 1-based line and column in code points; past the line's end, its end.
  public func position(line: Int, column: Int) -> SourcePosition {
    let line = min(max(line, 1), lineStarts.count)
    let end = line < lineStarts.count ? lineStarts[line] - 1 : bytes.count
    var offset = lineStarts[line - 1]
    var remaining = column - 1
    while offset < end, remaining > 0 {
      offset += 1
      while offset < end, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      remaining -= 1
    }
    return SourcePosition(offset: offset, line: line, column: column - remaining)
  }
}

/// A place in a text.
public struct SourcePosition: Sendable, Hashable, Comparable {
  /// In bytes of UTF-8, from 0.
  public let offset: Int
  /// From 1.
  public let line: Int
  /// From 1, in code points.
  public let column: Int

  public init(offset: Int, line: Int, column: Int) {
    self.offset = offset
    self.line = line
    self.column = column
  }

  public static func < (left: SourcePosition, right: SourcePosition) -> Bool { left.offset < right.offset }
}

/// A stretch of a text, end exclusive.
public struct SourceSpan: Sendable {
  public let file: SourceFile
  public let start: SourcePosition
  public let end: SourcePosition

  public init(file: SourceFile, start: SourcePosition, end: SourcePosition) {
    self.file = file
    self.start = start
    self.end = max(start, end)
  }

  /// The span of bytes `range`.
  public init(file: SourceFile, range: Range<Int>) {
    self.init(file: file, start: file.position(at: range.lowerBound), end: file.position(at: range.upperBound))
  }

  /// `file:line:column`, as editors and CI read it.
  public var location: String { "\(file.path):\(start.line):\(start.column)" }
}
