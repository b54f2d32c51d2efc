/// Finds where each part of a scalar's text stands in the file, by walking over both at once.
///
/// Every byte is compared on the way: a result is right, and where the two can't be matched nothing is returned.
struct ScalarAlignment {
  private let text: [UInt8]
  private let file: [UInt8]
  private let end: Int
  private let style: YAMLScalar.Style
  private var textOffset = 0
  private var fileOffset: Int
  /// Spaces that a block scalar's lines lose.
  private var indentation = 0
  private var lines: [(text: Int, file: Int)] = []

  private init(_ text: [UInt8], in file: [UInt8], range: Range<Int>, style: YAMLScalar.Style) {
    self.text = text
    self.file = file
    self.style = style
    fileOffset = range.lowerBound
    end = range.upperBound
  }

  /// Pairs as `YAMLScalar.lines` holds them. `range` is the scalar in the file, quotes or block header included.
  static func lines(
    of text: [UInt8], in file: [UInt8], range: Range<Int>, style: YAMLScalar.Style
  ) -> [(text: Int, file: Int)] {
    var alignment = ScalarAlignment(text, in: file, range: range, style: style)
    guard alignment.start(), alignment.walk() else { return [] }
    return alignment.lines
  }

  private mutating func start() -> Bool {
    switch style {
    case .plain: break
    case .singleQuoted, .doubleQuoted: fileOffset += 1
    case .literal, .folded:
      while fileOffset < end, file[fileOffset] != newline { fileOffset += 1 }
      fileOffset += 1
      guard let indentation = blockIndentation() else { return text.isEmpty }
      self.indentation = indentation
      skipBlockIndentation()
    }
    anchor()
    return true
  }

  /// The file's spaces before the first line that isn't blank, less those that its text has.
  private func blockIndentation() -> Int? {
    func spaces(_ bytes: [UInt8], from start: Int, to end: Int) -> Int? {
      var lineStart = start
      var offset = start
      while offset < end {
        switch bytes[offset] {
        case newline: lineStart = offset + 1
        case space, carriageReturn: break
        default: return offset - lineStart
        }
        offset += 1
      }
      return nil
    }
    guard let inFile = spaces(file, from: fileOffset, to: min(end, file.count)),
      let inText = spaces(text, from: 0, to: text.count), inFile >= inText
    else { return nil }
    return inFile - inText
  }

  private mutating func walk() -> Bool {
    while textOffset < text.count {
      // The line breaks at a block's end may be more or fewer in the file: chomping.
      if fileOffset >= end { return text[textOffset...].allSatisfy { $0 == newline } }
      if isAtLineBreak {
        guard foldLineBreaks() else { return false }
      } else if style == .singleQuoted, file[fileOffset] == apostrophe {
        guard text[textOffset] == apostrophe else { return false }
        advance(text: 1, file: 2)
      } else if style == .doubleQuoted, file[fileOffset] == backslash {
        guard unescape() else { return false }
      } else {
        guard text[textOffset] == file[fileOffset] else { return false }
        textOffset += 1
        fileOffset += 1
      }
    }
    return true
  }

  /// Whether only blanks that don't count are left of this line of the file.
  private var isAtLineBreak: Bool {
    var offset = fileOffset
    if style != .literal, style != .folded {
      while offset < end, file[offset] == space || file[offset] == tab { offset += 1 }
    }
    if offset < end, file[offset] == carriageReturn { offset += 1 }
    return offset < end && file[offset] == newline
  }

  private mutating func foldLineBreaks() -> Bool {
    guard style == .literal || text[textOffset] == space || text[textOffset] == newline else { return false }
    if style == .literal {
      guard text[textOffset] == newline else { return false }
      textOffset += 1
      passLineBreak()
    } else {
      let isSpace = text[textOffset] == space
      textOffset += 1
      while !isSpace, textOffset < text.count, text[textOffset] == newline { textOffset += 1 }
      repeat { passLineBreak() } while isAtLineBreak
    }
    anchor()
    return true
  }

  private mutating func passLineBreak() {
    while fileOffset < end, file[fileOffset] != newline { fileOffset += 1 }
    fileOffset += 1
    if style == .literal || style == .folded {
      skipBlockIndentation()
    } else {
      while fileOffset < end, file[fileOffset] == space || file[fileOffset] == tab { fileOffset += 1 }
    }
  }

  private mutating func skipBlockIndentation() {
    var count = 0
    while count < indentation, fileOffset < end, file[fileOffset] == space {
      fileOffset += 1
      count += 1
    }
  }

  /// The escapes of one character for one character; text with others isn't mapped.
  private mutating func unescape() -> Bool {
    guard fileOffset + 1 < end, let character = Self.escapes[file[fileOffset + 1]] else { return false }
    guard text[textOffset] == character else { return false }
    advance(text: 1, file: 2)
    return true
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "0"): 0, UInt8(ascii: "e"): 27,
  ]

  private mutating func advance(text: Int, file: Int) {
    textOffset += text
    fileOffset += file
    anchor()
  }

  private mutating func anchor() {
    lines.append((textOffset, fileOffset))
  }
}

private let newline = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let space = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")
private let apostrophe = UInt8(ascii: "'")
private let backslash = UInt8(ascii: "\\")
