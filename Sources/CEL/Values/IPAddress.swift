#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An IPv4 or IPv6 address without a zone.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
  /// The version of the Internet Protocol.
  public enum Family: Int, Sendable, Hashable {
    case v4 = 4
    case v6 = 6
  }

  public let family: Family
  /// The address as a number; an IPv4 address is in the lowest 32 bits.
  package let bits: UInt128

  package init(family: Family, bits: UInt128) {
    self.family = family
    self.bits = bits
  }

  /// Reads the usual text forms. An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) is taken as the IPv4 address, so that
  /// no check by network misses it. Nil for anything else: zones, leading zeros, surrounding space.
  public init?(_ text: String) {
    guard let parsed = Self.parse(text) else { return nil }
    self = parsed.isMapped ? IPAddress(family: .v4, bits: parsed.bits & 0xffff_ffff) : parsed
  }

  /// Reads the usual text forms as they are, mapped addresses too.
  static func parse(_ text: String) -> IPAddress? {
    guard text.utf8.count < 64, !text.utf8.contains(0) else { return nil }
    var four: UInt32 = 0
    if unsafe inet_pton(AF_INET, text, &four) == 1 {
      return IPAddress(family: .v4, bits: UInt128(UInt32(bigEndian: four)))
    }
    var six: UInt128 = 0
    if unsafe inet_pton(AF_INET6, text, &six) == 1 {
      return IPAddress(family: .v6, bits: UInt128(bigEndian: six))
    }
    return nil
  }

  /// Whether this is an IPv4 address within `::ffff:0:0/96`.
  var isMapped: Bool { family == .v6 && bits >> 32 == 0xffff }

  /// 32 or 128.
  var width: Int { family == .v4 ? 32 : 128 }

  /// The canonical text, for IPv6 that of RFC 5952.
  public var description: String {
    if family == .v4 {
      return [24, 16, 8, 0].map { String((bits >> $0) & 0xff) }.joined(separator: ".")
    }
    if isMapped { return "::ffff:" + IPAddress(family: .v4, bits: bits & 0xffff_ffff).description }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) }
    let zeros = Self.longestZeros(groups)
    func text(_ part: some Sequence<UInt16>) -> String {
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard let zeros else { return text(groups) }
    return text(groups[..<zeros.lowerBound]) + "::" + text(groups[zeros.upperBound...])
  }

  /// The first longest run of two or more zero groups.
  private static func longestZeros(_ groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start > max(1, best?.count ?? 0) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }

  var isUnspecified: Bool { bits == 0 }
  var isLoopback: Bool { family == .v4 ? bits >> 24 == 127 : bits == 1 }
  var isMulticast: Bool { family == .v4 ? bits >> 28 == 0xe : bits >> 120 == 0xff }
  var isLinkLocalMulticast: Bool {
    family == .v4 ? bits >> 8 == 0xe00000 : bits >> 112 & 0xff0f == 0xff02
  }
  var isLinkLocalUnicast: Bool { family == .v4 ? bits >> 16 == 0xa9fe : bits >> 118 == 0x3fa }
  /// As the standard library of Go defines it: private addresses are global unicast, too.
  var isGlobalUnicast: Bool {
    !isUnspecified && !isLoopback && !isMulticast && !isLinkLocalUnicast
      && !(family == .v4 && bits == 0xffff_ffff)
  }
}
