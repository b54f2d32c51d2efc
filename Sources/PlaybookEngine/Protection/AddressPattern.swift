import CEL

/// A pattern of IPv4 addresses: wildcards and ranges in the place of numbers.
struct AddressPattern {
  /// Each a way to read it: for each of the four numbers what it may be.
  private let ways: [[[ClosedRange<UInt8>]]]

  /// Nil for text that is no pattern.
  ///
  /// - Parameters:
  ///   - isLike: Whether `_` stands for any one digit.
  ///   - isWhole: Whether it may have fewer than four fields, one of them with a wildcard that goes over points: `10.*`.
  init?(_ text: ArraySlice<UInt8>, isLike: Bool, isWhole: Bool) {
    guard text.contains(where: { !$0.isDigit && $0 != UInt8(ascii: ".") }) else { return nil }
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 4, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
    if parts.count == 4 {
      let found = parts.compactMap { Self.numbers($0, isLike) }
      guard found.count == 4 else { return nil }
      ways = [found]
      return
    }
    // A share such as 10.5% is none.
    let isShare = !isLike && parts.count <= 2 && text.last == UInt8(ascii: "%") && text.dropLast().last?.isDigit == true
    guard isWhole, !isShare, text.contains(where: \.isDigit) else { return nil }
    ways = Self.spread(parts, isLike)
    if ways.isEmpty { return nil }
  }

  /// Whether it stands for one of the addresses of an IPv4 network, whose numbers are ranges of their own.
  func touches(_ network: AddressRange) -> Bool {
    let (low, high) = (network.bounds.lowerBound, network.bounds.upperBound)
    guard low >> 32 == 0xffff, high >> 32 == 0xffff else { return false }
    return ways.contains { fields in
      fields.enumerated().allSatisfy { position, ranges in
        let shift = UInt128(24 - 8 * position)
        let own = UInt8(low >> shift & 0xff)...UInt8(high >> shift & 0xff)
        return ranges.contains { $0.overlaps(own) }
      }
    }
  }

  /// The four fields that fewer ones with a wildcard over points may be.
  private static func spread(_ parts: [ArraySlice<UInt8>], _ isLike: Bool) -> [[[ClosedRange<UInt8>]]] {
    var texts: Set<[[UInt8]]> = []
    var open: [[[UInt8]]] = [parts.map(Array.init)]
    while let next = open.popLast(), texts.count < 64 {
      if next.count == 4 {
        texts.insert(next)
        continue
      }
      for (position, part) in next.enumerated() {
        for place in part.indices where "*%".utf8.contains(part[place]) {
          var longer = next
          longer.replaceSubrange(position...position, with: [Array(part[...place]), Array(part[place...])])
          open.append(longer)
        }
      }
    }
    return texts.compactMap { fields in
      let numbers = fields.compactMap { Self.numbers($0[...], isLike) }
      return numbers.count == 4 ? numbers : nil
    }
  }

  /// The numbers that a field stands for.
  private static func numbers(_ field: ArraySlice<UInt8>, _ isLike: Bool) -> [ClosedRange<UInt8>]? {
    let text = String(decoding: field, as: UTF8.self)
    if let number = UInt8(text) { return [number...number] }
    if ["x", "xx", "xxx", "#"].contains(text) { return [0...255] }
    if field.first == UInt8(ascii: "{"), field.last == UInt8(ascii: "}") || field.contains(UInt8(ascii: ",")) {
      let inner = field.filter { !"{}".utf8.contains($0) }[...]
      return list(inner)
    }
    if field.contains(UInt8(ascii: ",")) { return list(field) }
    if !field.contains(UInt8(ascii: "[")), let range = range(field) { return [range] }
    if field.first == UInt8(ascii: "["), field.last == UInt8(ascii: "]"),
      let range = range(field.dropFirst().dropLast()),
      field.count > 5
    {
      return [range]
    }
    guard let pattern = Wildcard(field, isLike: isLike) else { return nil }
    let found = (0...255 as ClosedRange<UInt8>).filter { pattern.matches(Array(String($0).utf8)) }
    return found.isEmpty ? nil : found.map { $0...$0 }
  }

  private static func list(_ text: ArraySlice<UInt8>) -> [ClosedRange<UInt8>]? {
    let items = text.split(separator: UInt8(ascii: ","))
    let found = items.compactMap { item in
      UInt8(String(decoding: item, as: UTF8.self)).map { $0...$0 } ?? range(item[...])
    }
    return found.count == items.count && !found.isEmpty ? found : nil
  }

  private static func range(_ text: ArraySlice<UInt8>) -> ClosedRange<UInt8>? {
    let ends = text.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard ends.count == 2, let low = UInt8(String(decoding: ends[0], as: UTF8.self)),
      let high = UInt8(String(decoding: ends[1], as: UTF8.self))
    else { return nil }
    return min(low, high)...max(low, high)
  }
}
