/// Text that a program printed for a terminal, as a reader has it at last: of a line that was redrawn the last state.
///
/// A carriage return begins a line anew, an erasing sequence (`ESC [ K`) empties it, a backspace goes back to the
/// character that the next one replaces. Cursor movements between lines are not followed.
///
/// Source: ECMA-48, 5.4 (control sequences), 5.6 (control strings), 8.3; "OSC 8" of the terminal emulators.
public enum Printed {
  /// Which control sequences are taken out.
  public enum Form: Sendable {
    /// All: colours, links around their text, titles, movements, and the bell. For expressions.
    case read
    /// Those that only style the text. The others stay, so that they can be shown by name.
    case shown
  }

  /// A line without its end; a carriage return at its end belongs to that.
  public static func line(_ text: some StringProtocol, _ form: Form = .read) -> String {
    guard text.utf8.contains(where: isControl) else { return String(text) }
    var scalars = Array(text.unicodeScalars)
    while scalars.last == "\r" { scalars.removeLast() }
    var drawing = Drawing(scalars, form)
    return drawing.text
  }

  /// All lines of a text, a byte order mark at its beginning left out.
  public static func text(_ text: String, _ form: Form = .read) -> String {
    let body = text.unicodeScalars.first == "\u{FEFF}" ? Substring(text.unicodeScalars.dropFirst()) : text[...]
    guard body.utf8.contains(where: isControl) else { return String(body) }
    return body.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
      .map { line(Substring($0), form) }.joined(separator: "\n")
  }

  /// Bytes as text: UTF-8 where they are that, each other byte as `\xF6`.
  public static func text(of bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    // Bytes, since a view of scalars is copied whole with every text that is appended.
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 2)
    var parser = Unicode.UTF8.ForwardParser()
    var input = bytes.makeIterator()
    var position = 0
    while true {
      switch parser.parseScalar(from: &input) {
      case .valid(let encoded):
        text += encoded
        position += encoded.count
      case .error(let length):
        for byte in bytes[position..<position + length] { text += hex(byte).utf8 }
        position += length
      case .emptyInput: return String(decoding: text, as: UTF8.self)
      }
    }
  }

  private static func hex(_ byte: UInt8) -> String {
    "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
  }

  /// Whether a byte can belong to a control character other than a tab; of UTF-8 U+0080 to U+009F begin with 0xC2.
  private static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0xC2 }
}

/// One line as it is drawn.
private struct Drawing {
  private let input: [Unicode.Scalar]
  private let form: Printed.Form
  private var position = 0
  /// The text of the line since it was begun, and where the next character goes.
  private var cells: [Unicode.Scalar] = []
  private var cursor = 0
  /// Whether the line was emptied since it was begun.
  private var isErased = false
  /// The text there when it was begun anew.
  private var last: [Unicode.Scalar] = []
  private var isRedrawn = false
  /// From here on no control string ends, so that none need be looked for.
  private var hasNoStringEnd = false

  /// The bound of a movement, in columns.
  private static let furthest = 1000

  init(_ input: [Unicode.Scalar], _ form: Printed.Form) {
    (self.input, self.form) = (input, form)
  }

  var text: String {
    mutating get {
      draw()
      var line = cells.isEmpty && !isErased ? last : cells
      // Blanks that covered the earlier text.
      if isRedrawn { while line.last == " " { line.removeLast() } }
      var text = String.UnicodeScalarView()
      text.append(contentsOf: line)
      return String(text)
    }
  }

  private mutating func draw() {
    while position < input.count {
      let scalar = input[position]
      switch scalar {
      case "\r": restart()
      case "\u{8}":
        cursor = max(0, cursor - 1)
        isRedrawn = true
      case "\u{1B}":
        if escape() { continue }
        put(scalar)
      case "\u{9B}":
        if control(from: position + 1) { continue }
        put(scalar)
      case "\u{90}", "\u{98}", "\u{9D}", "\u{9E}", "\u{9F}":
        if string(from: position + 1) { continue }
        put(scalar)
      case "\u{7}" where form == .read: break
      default: put(scalar)
      }
      position += 1
    }
  }

  private mutating func restart() {
    if !cells.isEmpty || isErased { last = cells }
    (cells, cursor, isErased, isRedrawn) = ([], 0, false, true)
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    while cells.count < cursor { cells.append(" ") }
    if cursor < cells.count { cells[cursor] = scalar } else { cells.append(scalar) }
    cursor += 1
  }

  /// Takes an escape sequence; false where there is none that is whole.
  private mutating func escape() -> Bool {
    guard position + 1 < input.count else { return false }
    switch input[position + 1] {
    case "[": return control(from: position + 2)
    case "]", "P", "X", "^", "_", "k": return string(from: position + 2)
    case let next where (0x20...0x2F).contains(next.value):
      // A set of characters, as `tput sgr0` sends it.
      var end = position + 1
      while end < input.count, (0x20...0x2F).contains(input[end].value) { end += 1 }
      guard end < input.count, (0x30...0x7E).contains(input[end].value) else { return false }
      take(through: end, isStyle: true)
      return true
    case let next where (0x30...0x7E).contains(next.value):
      take(through: position + 1, isStyle: false)
      return true
    default: return false
    }
  }

  /// Takes a control sequence whose parameters begin at `start`.
  private mutating func control(from start: Int) -> Bool {
    var end = start
    while end < input.count, (0x20...0x3F).contains(input[end].value) { end += 1 }
    guard end < input.count, (0x40...0x7E).contains(input[end].value) else { return false }
    let parameters = String(String.UnicodeScalarView(input[start..<end]))
    let number = Int(parameters) ?? 0
    let isPlain = parameters.isEmpty || Int(parameters) != nil
    switch input[end] {
    case "m": take(through: end, isStyle: true)
    case "K" where isPlain:
      erase(number)
      position = end + 1
    case "G" where isPlain && number < 2:
      restart()
      position = end + 1
    case "C" where isPlain:
      cursor = min(cursor + max(1, number), cells.count + Self.furthest)
      position = end + 1
    case "D" where isPlain:
      (cursor, isRedrawn) = (max(0, cursor - max(1, number)), true)
      position = end + 1
    case "J" where form == .read && isPlain && (number == 0 || number == 2):
      erase(number)
      position = end + 1
    default: take(through: end, isStyle: false)
    }
    return true
  }

  private mutating func erase(_ what: Int) {
    isErased = true
    isRedrawn = true
    switch what {
    case 0: cells.removeLast(max(0, cells.count - cursor))
    case 1: for place in 0..<min(cursor + 1, cells.count) { cells[place] = " " }
    default: cells = []
    }
  }

  /// Takes a control string, such as a title or a link, whose content begins at `start`: up to a bell or a string
  /// terminator.
  private mutating func string(from start: Int) -> Bool {
    guard !hasNoStringEnd else { return false }
    var end = start
    while end < input.count {
      if input[end] == "\u{7}" || input[end] == "\u{9C}" { break }
      if input[end] == "\u{1B}", end + 1 < input.count, input[end + 1] == "\\" {
        end += 1
        break
      }
      end += 1
    }
    guard end < input.count else {
      hasNoStringEnd = true
      return false
    }
    take(through: end, isStyle: false)
    return true
  }

  private mutating func take(through end: Int, isStyle: Bool) {
    if form == .shown, !isStyle { for scalar in input[position...end] { put(scalar) } }
    position = end + 1
  }
}
