/// A text whose `%40` and `%3A` are the characters that they stand for in an address of a page.
struct SensitiveText {
  private var scalars: [Unicode.Scalar] = []
  /// Where each begins in the text's UTF-8, and where the text ends.
  private var places: [Int] = []

  init(_ text: String) {
    let bytes = text.utf8.count
    scalars.reserveCapacity(bytes)
    places.reserveCapacity(bytes + 1)
    var position = 0
    let all = text.unicodeScalars
    var index = all.startIndex
    while index < all.endIndex {
      let scalar = all[index]
      places.append(position)
      all.formIndex(after: &index)
      position += UTF8.width(scalar)
      guard scalar == "%", let (decoded, after) = Self.escaped(all, from: index) else {
        scalars.append(scalar)
        continue
      }
      scalars.append(decoded)
      (index, position) = (after, position + 2)
    }
    places.append(position)
  }

  private static func escaped(
    _ all: String.UnicodeScalarView, from index: String.Index
  ) -> (Unicode.Scalar, String.Index)? {
    guard let end = all.index(index, offsetBy: 2, limitedBy: all.endIndex) else { return nil }
    switch String(all[index..<end]) {
    case "40": return ("@", end)
    case "3A", "3a": return (":", end)
    default: return nil
    }
  }

  var count: Int { scalars.count }

  subscript(position: Int) -> Unicode.Scalar { scalars[position] }

  func has(_ scalar: Unicode.Scalar) -> Bool { scalars.contains(scalar) }

  func text(_ range: Range<Int>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars[range])
    return String(view)
  }

  func bytes(_ range: Range<Int>) -> Range<Int> { places[range.lowerBound]..<places[range.upperBound] }

  /// Whether the row of hexadecimal groups that `range` lies in has more than `most` of them.
  func hasMoreGroups(than most: Int, around range: Range<Int>) -> Bool {
    let isPart = { (scalar: Unicode.Scalar) in scalar == ":" || scalar.properties.isHexDigit }
    let before = scalars[..<range.lowerBound].reversed().prefix(while: isPart)
    let after = scalars[range.upperBound...].prefix(while: isPart)
    return [Array(before), Array(scalars[range]), Array(after)].joined().count { $0 == ":" } >= most
  }

  /// The longest ranges of nothing but what `belongs`.
  func runs(_ belongs: (Unicode.Scalar) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start: Int?
    for (position, scalar) in scalars.enumerated() {
      if belongs(scalar) {
        start = start ?? position
      } else if let begun = start {
        runs.append(begun..<position)
        start = nil
      }
    }
    if let start { runs.append(start..<count) }
    return runs
  }
}
