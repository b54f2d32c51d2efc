/// An address with a prefix length, such as `10.0.0.0/8`. Bits behind the prefix are kept as they were written.
public struct CIDRBlock: Sendable, Hashable, CustomStringConvertible {
  public let address: IPAddress
  public let prefixLength: Int

  /// Reads `ADDRESS/LENGTH`; nil for anything else, a zone or a length with leading zeros or beyond the address's width.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = IPAddress.parse(String(parts[0])), !address.isMapped else { return nil }
    guard parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]) else { return nil }
    guard length <= address.width, String(length) == parts[1] else { return nil }
    self.init(address: address, prefixLength: length)
  }

  init(address: IPAddress, prefixLength: Int) {
    self.address = address
    self.prefixLength = prefixLength
  }

  public var description: String { "\(address)/\(prefixLength)" }

  /// The block with all bits behind the prefix zero.
  public var masked: CIDRBlock {
    let hidden = UInt128(address.width - prefixLength)
    let bits = hidden == 128 ? 0 : (address.bits >> hidden) << hidden
    return CIDRBlock(address: IPAddress(family: address.family, bits: bits), prefixLength: prefixLength)
  }

  /// Whether `other` is in this block; never for an address of the other family.
  public func contains(_ other: IPAddress) -> Bool {
    guard other.family == address.family else { return false }
    return CIDRBlock(address: other, prefixLength: prefixLength).masked == masked
  }

  /// Whether all of `other` is in this block.
  public func contains(_ other: CIDRBlock) -> Bool {
    other.prefixLength >= prefixLength && contains(other.address)
  }
}
