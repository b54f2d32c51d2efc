/// Parts of a text that are read as if nothing stood between them.
struct Pieces {
  private var bytes: [UInt8] = []
  /// Where each part begins, here and in the text.
  private var starts: [(here: Int, text: Int)] = []
  private var end = 0

  var isEmpty: Bool { starts.isEmpty }
  var count: Int { starts.count }

  /// - Parameter mark: A byte that stands behind the part.
  mutating func append(_ part: Range<Int>, of text: [UInt8], mark: UInt8? = nil) {
    starts.append((bytes.count, part.lowerBound))
    bytes += text[part]
    if let mark { bytes.append(mark) }
    end = part.upperBound
  }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    starts.removeAll(keepingCapacity: true)
  }

  var run: DecodedRun {
    DecodedRun(bytes: bytes, end: end) { [starts, end] range in
      func place(_ index: Int) -> Int {
        var (low, high) = (0, starts.count)
        while high - low > 1 {
          let middle = (low + high) / 2
          if starts[middle].here <= index { low = middle } else { high = middle }
        }
        return starts[low].text + index - starts[low].here
      }
      return place(range.lowerBound)..<min(place(range.upperBound - 1) + 1, end)
    }
  }
}
