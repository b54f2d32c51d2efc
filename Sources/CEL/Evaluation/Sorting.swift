/// Sorting by CEL's order.
enum Sorting {
  /// The values sorted by their keys, which must be of one sort; equal ones stay in their order.
  static func sorted(_ keyed: [(key: Value, value: Value)], _ evaluator: Evaluator) throws(Fault) -> [Value] {
    guard let first = keyed.first else { return [] }
    for pair in keyed where !first.key.isOrdered(with: pair.key) {
      throw Fault("\(first.key.typeName.name) and \(pair.key.typeName.name) can't be sorted together")
    }
    try evaluator.checkElements(keyed.count)
    // Each is compared about log₂ n times.
    let times = Int.bitWidth - keyed.count.leadingZeroBitCount
    for pair in keyed {
      for _ in 0..<times { try evaluator.weigh(pair.key) }
    }
    return keyed.sorted { Value.precedes($0.key, $1.key) }.map(\.value)
  }
}
