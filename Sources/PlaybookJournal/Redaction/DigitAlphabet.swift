/// The digits of an encoding of bytes, several of which make some bytes: base64 (RFC 4648, sections 4 and 5), base32
/// (sections 6 and 7), hexadecimal and binary.
struct DigitAlphabet: Sendable {
  private enum Marks {
    /// Line breaks with the blanks behind them.
    case lines
    /// A blank, a hyphen or a line break behind a group of 4 or 8.
    case groups
    /// Marks and prefixes between bytes, such as `, 0x`, `\x`, `:` and `=`.
    case bytes
  }

  /// The value of each byte that is a digit; 255: none.
  private let values: [UInt8]
  private let bits: Int
  /// So many digits make whole bytes.
  private let quantum: Int
  /// Fewer hold no secret.
  private let shortest: Int
  private let marks: Marks

  static let base64 = DigitAlphabet(
    letters + lowercase + digits + "+/", also: "-_", bits: 6, quantum: 4, shortest: 10, marks: .lines)
  static let base32 = DigitAlphabet(letters + "234567", bits: 5, quantum: 8, shortest: 12, marks: .groups)
  static let hexadecimal = DigitAlphabet(digits + "ABCDEF", bits: 4, quantum: 2, shortest: 10, marks: .bytes)

  static let all = [
    base64, base32,
    DigitAlphabet(digits + "ABCDEFGHIJKLMNOPQRSTUV", bits: 5, quantum: 8, shortest: 12, marks: .groups),
    hexadecimal, DigitAlphabet("01", bits: 1, quantum: 8, shortest: 40, marks: .bytes),
  ]

  private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
  private static let lowercase = "abcdefghijklmnopqrstuvwxyz"
  private static let digits = "0123456789"

  /// - Parameter other: The last digits as another alphabet writes them.
  private init(_ text: String, also other: String = "", bits: Int, quantum: Int, shortest: Int, marks: Marks) {
    var values = [UInt8](repeating: 255, count: 256)
    let digits = Array(text.utf8)
    let isEither = !digits.contains(UInt8(ascii: "a"))
    for (value, digit) in digits.enumerated() {
      values[Int(digit)] = UInt8(value)
      if isEither, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(digit) { values[Int(digit | 0x20)] = UInt8(value) }
    }
    for (offset, digit) in other.utf8.enumerated() {
      values[Int(digit)] = UInt8(digits.count - other.utf8.count + offset)
    }
    self.values = values
    self.bits = bits
    self.quantum = quantum
    self.shortest = shortest
    self.marks = marks
  }

  /// The bytes of a text that is nothing but digits, with or without the signs that fill up; nil of any other.
  func whole(_ text: [UInt8]) -> [UInt8]? {
    let text = text[..<((text.lastIndex { $0 != UInt8(ascii: "=") } ?? -1) + 1)]
    guard !text.isEmpty, text.count * bits % 8 < bits, text.allSatisfy({ values[Int($0)] != 255 }) else { return nil }
    var digits = PlacedBytes()
    for (place, byte) in text.enumerated() { digits.append(values[Int(byte)], from: place, to: place + 1) }
    return decoded(digits, from: 0, to: text.count).bytes
  }

  /// Calls `body` with each run of digits, decoded from each digit that a byte may begin with.
  func forEachRun(in text: [UInt8], _ body: (DecodedRun) -> Void) {
    var digits = PlacedBytes()
    var at = 0
    while at < text.count {
      guard values[Int(text[at])] != 255 else {
        at += 1
        continue
      }
      if let end = endOfShort(from: at, in: text) {
        at = end
        continue
      }
      digits.removeAll()
      at = marks == .bytes ? collectBytes(from: at, in: text, &digits) : collect(from: at, in: text, &digits)
      guard digits.bytes.count >= shortest else { continue }
      // The signs that fill up belong to the last digits.
      var end = digits.end
      if marks != .bytes {
        while let sign = encoded(at: end, in: text), sign.byte == UInt8(ascii: "=") { end = sign.end }
      }
      for first in 0..<quantum where digits.bytes.count - first >= shortest - quantum {
        body(decoded(digits, from: first, to: end))
      }
    }
  }

  /// Where digits end that are too few and that nothing continues; nil: there may be enough of them.
  private func endOfShort(from start: Int, in text: [UInt8]) -> Int? {
    var at = start
    while at < text.count, at < start + shortest, values[Int(text[at])] != 255 { at += 1 }
    guard at < start + shortest, at < text.count else { return nil }
    let byte = text[at]
    if byte >= 0x80 { return at }
    switch marks {
    case .lines, .groups:
      if byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\") { return nil }
      if byte == UInt8(ascii: "&") || byte == UInt8(ascii: "\"") { return nil }
      return marks == .groups && (at - start == 4 || at - start == 8) ? nil : at
    case .bytes:
      if byte | 0x20 == UInt8(ascii: "x") { return nil }
      if Self.isAlphanumeric(byte) { return at }
      let isBroken = bits == 1 || byte == 0x0A || byte == 0x0D || byte == UInt8(ascii: "\"")
      return isBroken || (at - start).isMultiple(of: quantum) ? nil : at
    }
  }

  private func decoded(_ digits: PlacedBytes, from first: Int, to end: Int) -> DecodedRun {
    let (bits, quantum, values) = (bits, quantum, digits.bytes)
    var bytes = [UInt8](repeating: 0, count: (values.count - first) * bits / 8)
    var (count, held, pending) = (0, 0, UInt32(0))
    for place in first..<values.count {
      pending = pending << UInt32(bits) | UInt32(values[place])
      held += bits
      guard held >= 8 else { continue }
      held -= 8
      bytes[count] = UInt8(truncatingIfNeeded: pending >> UInt32(held))
      count += 1
    }
    let width = quantum * bits / 8
    return DecodedRun(bytes: bytes, end: end) { range in
      // A digit at the border holds bits of the neighbour as well: whole quanta are masked.
      let start = first + range.lowerBound / width * quantum
      let behind = first + (range.upperBound - 1) / width * quantum + quantum
      let places = digits.place(of: start..<min(behind, values.count))
      return behind < values.count ? places : places.lowerBound..<max(end, places.upperBound)
    }
  }

  // MARK: Texts of digits

  /// Reads a run of digits with line breaks or groups in it. Gives where it ends.
  private func collect(from start: Int, in text: [UInt8], _ digits: inout PlacedBytes) -> Int {
    var at = start
    var group = 0
    var letterCase: UInt8?
    while at < text.count {
      let value = values[Int(text[at])]
      if value != 255 {
        // Base32 is written in one letter case; most texts that look like it are something else.
        if marks == .groups, Self.isLetter(text[at]) {
          guard letterCase ?? (text[at] & 0x20) == text[at] & 0x20 else { return at }
          letterCase = text[at] & 0x20
        }
        digits.append(value, from: at, to: at + 1)
        at += 1
        group += 1
        continue
      }
      let isGrouped = marks == .groups && (group == 4 || group == 8)
      if isGrouped, text[at] == UInt8(ascii: " ") || text[at] == UInt8(ascii: "-") {
        group = 0
        at += 1
        continue
      }
      if let end = SecretForm.endOfItem(at: at, in: text) {
        at = end
        group = 0
        continue
      }
      guard let character = encoded(at: at, in: text) else { return at }
      if character.byte == 0x0A || character.byte == 0x0D {
        at = character.end
        while at < text.count, text[at] == 0x20 || text[at] == 0x09 { at += 1 }
        group = 0
        continue
      }
      let digit = values[Int(character.byte)]
      guard digit != 255 else { return at }
      digits.append(digit, from: at, to: character.end)
      at = character.end
      group += 1
    }
    return at
  }

  /// A byte as it is, or as URLs, JSON and HTML write it: `%2B`, `%253D`, `\/`, `\n`, `\u003d`, `&#43;`.
  private func encoded(at index: Int, in text: [UInt8]) -> (byte: UInt8, end: Int)? {
    guard index < text.count else { return nil }
    var at = index + 1
    switch text[index] {
    case UInt8(ascii: "%"):
      for _ in 0..<4 {
        guard let value = Self.number(at: at, count: 2, in: text) else { return nil }
        at += 2
        if value != 0x25 { return value < 0x80 ? (UInt8(value), at) : nil }
      }
      return nil
    case UInt8(ascii: "\\"):
      while at < text.count, at < index + 8, text[at] == UInt8(ascii: "\\") { at += 1 }
      guard at < text.count else { return nil }
      switch text[at] {
      case UInt8(ascii: "/"): return (text[at], at + 1)
      case UInt8(ascii: "n"): return (0x0A, at + 1)
      case UInt8(ascii: "r"): return (0x0D, at + 1)
      case UInt8(ascii: "u"):
        guard let value = Self.number(at: at + 1, count: 4, in: text), value < 0x80 else { return nil }
        return (UInt8(value), at + 5)
      default: return nil
      }
    case UInt8(ascii: "&"):
      guard at < text.count, text[at] == UInt8(ascii: "#") else { return nil }
      at += 1
      let isHexadecimal = at < text.count && text[at] | 0x20 == UInt8(ascii: "x")
      if isHexadecimal { at += 1 }
      var value = 0
      let first = at
      while at < text.count, at < first + 4, let digit = Self.digit(text[at]), isHexadecimal || digit < 10 {
        value = value * (isHexadecimal ? 16 : 10) + Int(digit)
        at += 1
      }
      guard at > first, at < text.count, text[at] == UInt8(ascii: ";"), value < 0x80 else { return nil }
      return (UInt8(value), at + 1)
    case let byte where byte < 0x80: return (byte, at)
    default: return nil
    }
  }

  /// Reads a run of whole bytes with marks between them. A group of an odd number of digits is a run by itself. Gives
  /// where the run ends.
  private func collectBytes(from start: Int, in text: [UInt8], _ digits: inout PlacedBytes) -> Int {
    var at = start
    while at < text.count {
      if text[at] == UInt8(ascii: "0"), at + 1 < text.count, text[at + 1] | 0x20 == UInt8(ascii: "x") { at += 2 }
      let first = at
      while at < text.count, values[Int(text[at])] != 255 { at += 1 }
      // A line may end within a byte.
      var isBroken = bits == 1
      if at < text.count {
        isBroken = isBroken || text[at] == 0x0A || text[at] == 0x0D || SecretForm.endOfItem(at: at, in: text) != nil
      }
      if !isBroken, !(at - first).isMultiple(of: quantum), !(digits.bytes.count + at - first).isMultiple(of: quantum) {
        if digits.isEmpty {
          for place in first..<at { digits.append(values[Int(text[place])], from: place, to: place + 1) }
        }
        return digits.isEmpty || digits.start == first ? max(at, start + 1) : first
      }
      for place in first..<at { digits.append(values[Int(text[place])], from: place, to: place + 1) }
      guard let next = behindMarks(at: at, in: text) else { return max(at, start + 1) }
      at = next
    }
    return max(at, start + 1)
  }

  /// Where the digits of the next byte begin; nil: none follow.
  private func behindMarks(at index: Int, in text: [UInt8]) -> Int? {
    var at = index
    while at < text.count, at < index + 8 {
      let byte = text[at]
      if values[Int(byte)] != 255 { return at }
      let isPrefix = (byte | 0x20 == UInt8(ascii: "x") || byte | 0x20 == UInt8(ascii: "u")) && at > index
      guard isPrefix || byte < 0x80 && !Self.isAlphanumeric(byte) else { return nil }
      at += 1
    }
    // An indented line.
    while at < text.count, at < index + 60, text[at] == 0x20 { at += 1 }
    return at < text.count && values[Int(text[at])] != 255 ? at : nil
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  /// The value of a hexadecimal digit.
  static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  static func number(at index: Int, count: Int, in text: [UInt8]) -> UInt32? {
    guard index + count <= text.count else { return nil }
    var value: UInt32 = 0
    for byte in text[index..<index + count] {
      guard let digit = digit(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
