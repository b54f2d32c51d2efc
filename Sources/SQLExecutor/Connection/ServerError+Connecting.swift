extension ServerError {
  /// The error of a failed connection, from a verbose message: `…: FATAL:  28P01: password authentication failed …`.
  init(connecting message: String) {
    let line = Self.firstLine(message)
    for (position, word) in line.split(separator: " ").enumerated() where position > 0 && word.utf8.count == 6 {
      let code = word.dropLast()
      let isCode = code.utf8.allSatisfy { (48...57).contains($0) || (65...90).contains($0) }
      guard isCode, word.hasSuffix(":"), code.utf8.contains(where: { (48...57).contains($0) }) else { continue }
      let rest = line[word.endIndex...].drop { $0 == " " }
      self.init(sqlstate: String(code), message: String(rest))
      return
    }
    self.init(message: line)
  }

  /// The first of libpq's lines; the others are hints, and other addresses that were tried.
  static func firstLine(_ message: String) -> String {
    let lines = message.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }
    return lines.first.map(String.init) ?? "no reason given"
  }
}
