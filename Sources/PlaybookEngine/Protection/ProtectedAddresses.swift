import CEL

/// The addresses and networks that no act is given, however they are written.
struct ProtectedAddresses: Sendable {
  private struct Protected: Sendable {
    var ranges: [AddressRange]
    /// Nil for a single address.
    var network: CIDRBlock?
  }

  private let all: [Protected]

  init(_ addresses: [IPAddress], _ networks: [CIDRBlock]) {
    all =
      addresses.map { Protected(ranges: Self.ranges(AddressRange($0)), network: nil) }
      + networks.map { Protected(ranges: Self.ranges(AddressRange($0)), network: $0) }
  }

  private static func ranges(_ range: AddressRange) -> [AddressRange] { [range] + range.embedded }

  func reason(in text: PlainText, _ reading: Protection.Reading) -> String? {
    guard !all.isEmpty else { return nil }
    for spelling in AddressSpellings(text, reading).found {
      if let reason = reason(against: spelling) { return reason }
    }
    return nil
  }

  /// A whole number that is an address as most programs read it: 167772164 is 10.0.0.4. Nil for small ones, which are
  /// numbers.
  func reason(againstNumber value: Value) -> String? {
    guard !all.isEmpty, let number = value.wholeNumber else { return nil }
    let bits = number < 0 ? Int32(exactly: number).map(UInt32.init(bitPattern:)) : UInt32(exactly: number)
    guard let bits, bits >= 1 << 24 else { return nil }
    let address = IPAddress(family: .v4, bits: UInt128(bits))
    return reason(against: AddressSpelling(text: "\(number)", meaning: .one(address)))
  }

  private func reason(against spelling: AddressSpelling) -> String? {
    switch spelling.meaning {
    case .one(let address):
      let range = AddressRange(address)
      guard let found = all.first(where: { $0.ranges.contains { $0.touches(range) } }) else {
        return address.inner.flatMap { reason(against: AddressSpelling(text: spelling.text, meaning: .one($0))) }
      }
      let other = address.description == spelling.text ? "" : " (\(address))"
      let name = "address \(spelling.text)\(other)"
      return found.network.map { "\(name) is in the protected network \($0)" } ?? "\(name) is protected"
    case .many(let range):
      let isTouched = all.contains { $0.ranges.contains { $0.touches(range) } }
      return isTouched ? "network \(spelling.text) holds protected addresses" : nil
    case .pattern(let pattern):
      let isTouched = all.contains { $0.ranges.contains { pattern.touches($0) } }
      return isTouched ? "the pattern \(spelling.text) stands for protected addresses" : nil
    }
  }
}

/// One or many addresses as a text has them.
struct AddressSpelling {
  enum Meaning {
    case one(IPAddress)
    case many(AddressRange)
    case pattern(AddressPattern)
  }

  var text: String
  var meaning: Meaning
}
