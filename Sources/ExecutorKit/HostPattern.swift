/// Which hosts a call may be moved to at run time: a target's `hosts`.
public enum HostPattern {
  /// Whether one of the patterns is for this host, letter case aside. `*` alone is for any. At a pattern's start, as in
  /// `*.db.internal`, a star stands for any subdomain; elsewhere for characters other than a dot, and in an IPv4
  /// address for dots as well (`10.0.*`): a pattern of numbers is for addresses alone. A pattern with a port is for
  /// that port only.
  public static func matches(_ patterns: [String], host: String, port: Int?) -> Bool {
    let host = Array(host.lowercased().utf8)
    guard let first = host.first, first != UInt8(ascii: ".") else { return false }
    return patterns.contains { pattern in
      let (name, wanted) = split(pattern)
      return (wanted == nil || wanted == port.map(String.init)) && isMatch(Array(name.lowercased().utf8), host)
    }
  }

  /// A colon that is not the only one belongs to an IPv6 address.
  private static func split(_ pattern: String) -> (name: Substring, port: String?) {
    guard let colon = pattern.lastIndex(of: ":"), !pattern[..<colon].contains(":") else { return (pattern[...], nil) }
    let port = String(pattern[pattern.index(after: colon)...])
    return (pattern[..<colon], port == "*" ? nil : port)
  }

  private static func isMatch(_ pattern: [UInt8], _ host: [UInt8]) -> Bool {
    let (star, dot) = (UInt8(ascii: "*"), UInt8(ascii: "."))
    let isAddress = host.allSatisfy { $0 == dot || (0x30...0x39).contains($0) }
    let isOfNumbers = pattern.count > 1 && pattern.allSatisfy { $0 == dot || $0 == star || (0x30...0x39).contains($0) }
    if isOfNumbers, !isAddress { return false }
    /// The places in the pattern that the part of the host read so far leads to.
    var places: Set<Int> = []
    func enter(_ place: Int, _ places: inout Set<Int>) {
      guard places.insert(place).inserted, place < pattern.count, pattern[place] == star else { return }
      enter(place + 1, &places)
    }
    enter(0, &places)
    for byte in host {
      var next: Set<Int> = []
      for place in places where place < pattern.count {
        if pattern[place] == star {
          if byte != dot || place == 0 || isAddress { enter(place, &next) }
        } else if pattern[place] == byte {
          enter(place + 1, &next)
        }
      }
      places = next
    }
    return places.contains(pattern.count)
  }
}
