/// The hosts that no act is given, by name.
struct ProtectedHosts: Sendable {
  private struct Host: Sendable {
    /// Small letters; of `*.internal` the suffix `.internal`.
    var name: [UInt8]
    var isSuffix: Bool
  }

  private let hosts: [Host]

  init(_ patterns: [String]) {
    hosts = patterns.map { pattern in
      var name = Array(pattern.lowercased().utf8)
      while name.last == UInt8(ascii: ".") { name.removeLast() }
      let isSuffix = pattern.hasPrefix("*.")
      return Host(name: isSuffix ? Array(name.dropFirst()) : name, isSuffix: isSuffix)
    }
  }

  func reason(in text: PlainText, _ reading: Protection.Reading) -> String? {
    guard !hosts.isEmpty else { return nil }
    for word in text.bytes.split(whereSeparator: { !Self.isHostPart($0) }) {
      let name = Self.trimmed(word)
      // `.eu.corp` is each host of a domain.
      if !reading.isCode, word.first == UInt8(ascii: "."), hasHosts([UInt8(ascii: ".")] + name) {
        return "domain .\(String(decoding: name, as: UTF8.self)) has protected hosts"
      }
      // No host has a `_`, but a key may: `session_db.internal`.
      if isProtected(name) { return Self.reason(name) }
      guard name.contains(UInt8(ascii: "_")) else { continue }
      for part in name.split(separator: UInt8(ascii: "_")) where isProtected(part) { return Self.reason(part) }
    }
    if reading.isCode { return nil }
    for word in text.patterns(isLike: reading.hasLikePatterns) {
      let word = Self.trimmed(word)
      guard word.allSatisfy({ Self.isHostPart($0) || "*?%[]!^".utf8.contains($0) }),
        let pattern = Wildcard(word, isLike: reading.hasLikePatterns), touches(pattern, word)
      else { continue }
      return "the pattern \(String(decoding: word, as: UTF8.self)) stands for protected hosts"
    }
    return nil
  }

  private static func reason(_ name: ArraySlice<UInt8>) -> String {
    "host \(String(decoding: name, as: UTF8.self)) is protected"
  }

  private func isProtected(_ name: ArraySlice<UInt8>) -> Bool {
    hosts.contains { host in
      host.isSuffix
        ? name.count > host.name.count && name.suffix(host.name.count).elementsEqual(host.name)
        : name.elementsEqual(host.name)
    }
  }

  private func hasHosts(_ domain: [UInt8]) -> Bool {
    domain.count > 1 && hosts.contains { $0.name.suffix(domain.count).elementsEqual(domain) }
  }

  /// Whether a pattern stands for a protected host; of `*.internal` whether the two ends fit.
  private func touches(_ pattern: Wildcard, _ word: ArraySlice<UInt8>) -> Bool {
    let tail = word.suffix(from: (word.lastIndex { "*?%[]".utf8.contains($0) } ?? word.startIndex - 1) + 1)
    return hosts.contains { host in
      guard host.isSuffix else { return pattern.matches(host.name) }
      guard word.contains(UInt8(ascii: ".")), word.contains(where: { $0.isWordPart && !$0.isDigit }) else {
        return false
      }
      return tail.count < host.name.count
        ? host.name.suffix(tail.count).elementsEqual(tail) : tail.suffix(host.name.count).elementsEqual(host.name)
    }
  }

  private static func isHostPart(_ byte: UInt8) -> Bool { byte.isWordPart || "-._".utf8.contains(byte) }

  private static func trimmed(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var word = word.drop { $0 == UInt8(ascii: ".") }
    while word.last == UInt8(ascii: ".") { word.removeLast() }
    return word
  }
}
