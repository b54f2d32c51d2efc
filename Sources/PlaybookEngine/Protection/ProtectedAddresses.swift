import CEL
import SourceText

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
    if reading.isGiven {
      let word = String(decoding: text.bytes, as: UTF8.self).bare
      if Self.everything.contains(word) { return "\(word) stands for protected addresses as well" }
    }
    for spelling in AddressSpellings(text, reading).found {
      if let reason = reason(against: spelling) { return reason }
    }
    return nil
  }

  /// What firewalls and routers take for each address where it is all of a value.
  private static let everything: Set<String> = ["any", "anywhere", "0.0.0.0", "::", "[::]"]

  /// The bytes of an address: `10.0.0.4` in four, and what is one of IPv6 in sixteen.
  func reason(againstBytes bytes: [UInt8]) -> String? {
    guard !all.isEmpty, bytes.count == 4 || bytes.count == 16 else { return nil }
    let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    let address = IPAddress(family: bytes.count == 4 ? .v4 : .v6, bits: bits)
    return reason(against: AddressSpelling(text: address.description, meaning: .one(address)))
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
