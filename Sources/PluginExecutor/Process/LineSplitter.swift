/// Cuts a stream of bytes into lines.
struct LineSplitter {
  struct TooLong: Error {}

  private let limit: Int
  private var rest: [UInt8] = []

  init(limit: Int) {
    self.limit = limit
  }

  /// The lines that end within `bytes`, without their ends and without empty ones. Throws where one is longer than
  /// `limit`.
  mutating func lines(in bytes: [UInt8]) throws(TooLong) -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var new = bytes[...]
    while let end = new.firstIndex(of: UInt8(ascii: "\n")) {
      rest += new[..<end]
      if rest.count > limit { throw TooLong() }
      if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
      if !rest.isEmpty { lines.append(rest) }
      rest = []
      new = new[(end + 1)...]
    }
    rest += new
    if rest.count > limit { throw TooLong() }
    return lines
  }
}
