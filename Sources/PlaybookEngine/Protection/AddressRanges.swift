import CEL

/// Ranges of addresses, those of IPv4 as what they are within IPv6: so there is one order of all of them.
struct AddressRange: Sendable, Hashable {
  /// Of an IPv4 address `::ffff:0:0` and the address.
  var bounds: ClosedRange<UInt128>

  init(_ bounds: ClosedRange<UInt128>) { self.bounds = bounds }

  init(_ address: IPAddress) { self.init(Self.number(address)...Self.number(address)) }

  /// - Parameter mask: The bits that are any, in the lowest bits.
  init(_ address: IPAddress, any mask: UInt128) {
    let number = Self.number(address)
    bounds = (number & ~mask)...(number | mask)
  }

  init(_ block: CIDRBlock) {
    let width = block.address.family == .v4 ? 32 : 128
    let free = width - block.prefixLength
    self.init(block.address, any: free == 128 ? .max : (1 << UInt128(free)) - 1)
  }

  static let four: UInt128 = 0xffff_0000_0000

  static func number(_ address: IPAddress) -> UInt128 {
    address.family == .v4 ? four | address.bits : address.bits
  }

  func touches(_ other: AddressRange) -> Bool { bounds.overlaps(other.bounds) }

  /// Of IPv4 addresses the same ones as they are written within IPv6: `::a.b.c.d` (RFC 4291, 2.5.5.1),
  /// `::ffff:0:a.b.c.d` (RFC 2765), `64:ff9b::a.b.c.d` (RFC 6052) and `2002:AABB:CCDD::/48` (RFC 3056).
  var embedded: [AddressRange] {
    guard bounds.lowerBound >> 32 == 0xffff, bounds.upperBound >> 32 == 0xffff else { return [] }
    let (low, high) = (bounds.lowerBound & 0xffff_ffff, bounds.upperBound & 0xffff_ffff)
    let bases: [UInt128] = [0, 0xffff << 48, 0x0064_ff9b << 96]
    let site: UInt128 = 0x2002 << 112
    let rest: UInt128 = (1 << 80) - 1
    return bases.map { AddressRange(($0 | low)...($0 | high)) }
      + [AddressRange((site | low << 80)...(site | high << 80 | rest))]
  }
}

extension IPAddress {
  /// The IPv4 address that stands within an address whose prefix is a network's own: of Teredo the client's (RFC 4380),
  /// of ISATAP (RFC 5214) and of a local NAT64 (RFC 8215) the last 32 bits.
  var inner: IPAddress? {
    guard family == .v6 else { return nil }
    if bits >> 96 == 0x2001_0000 { return IPAddress(family: .v4, bits: ~bits & 0xffff_ffff) }
    let isISATAP = bits >> 32 & 0xfdff_ffff == 0x5efe
    return isISATAP || bits >> 80 == 0x0064_ff9b_0001 ? IPAddress(family: .v4, bits: bits & 0xffff_ffff) : nil
  }
}
