import CEL
import PlaybookLanguage

/// Keeps acts away from what the environment protects, however it is spelled: a text is compared as the target would
/// understand it.
struct Protection: Sendable {
  private let accounts: ProtectedAccounts
  private let hosts: ProtectedHosts
  private let addresses: ProtectedAddresses
  private let isEmpty: Bool

  init(protected: Environment.Protected) {
    accounts = ProtectedAccounts(protected.accounts)
    hosts = ProtectedHosts(protected.hosts)
    let addressed = protected.hosts.compactMap(IPAddress.init)
    addresses = ProtectedAddresses(protected.addresses + addressed, protected.networks)
    isEmpty =
      protected.accounts.isEmpty && protected.hosts.isEmpty && protected.addresses.isEmpty
      && protected.networks.isEmpty
  }

  /// Why no act may be sent with these texts: the protected thing that one of them holds, or nil.
  func reason(against texts: CallTexts) -> String? {
    if isEmpty { return nil }
    var seen: Set<String> = []
    for part in texts.parts {
      let reading = Reading(origin: part.origin, hasLikePatterns: texts.hasLikePatterns)
      var value = part.value
      if case .string(let text) = value, !reading.isGiven, !texts.fractions.isEmpty {
        value = .string(Self.without(texts.fractions, text))
      }
      if let reason = reason(against: value, reading, &seen) { return reason }
    }
    return nil
  }

  /// The text with a 0 in place of each of the numbers that stands there by itself.
  private static func without(_ numbers: Set<String>, _ text: String) -> String {
    func isNumeric(_ byte: UInt8) -> Bool { byte.isDigit || ".-+".utf8.contains(byte) }
    var plain: [UInt8] = []
    for run in text.utf8.split(omittingEmptySubsequences: false, whereSeparator: { !isNumeric($0) }) {
      plain += numbers.contains(String(decoding: run, as: UTF8.self)) ? [UInt8(ascii: "0")] : Array(run)
      if run.endIndex < text.utf8.endIndex { plain.append(text.utf8[run.endIndex]) }
    }
    return String(decoding: plain, as: UTF8.self)
  }

  /// Why no act may go to a host.
  func reason(againstHost host: String) -> String? {
    var seen: Set<String> = []
    return reason(against: .string(host), Reading(origin: .given, hasLikePatterns: false), &seen)
  }

  /// How a text is looked at.
  struct Reading {
    var origin: CallTexts.Origin
    var hasLikePatterns: Bool

    var isCode: Bool { if case .code = origin { true } else { false } }
    var isGiven: Bool { if case .given = origin { true } else { false } }
  }

  private func reason(against value: Value, _ reading: Reading, _ seen: inout Set<String>) -> String? {
    switch value {
    case .string(let text): return reason(againstText: text, reading, &seen)
    case .bytes(let bytes):
      return reason(againstText: String(decoding: bytes, as: UTF8.self), reading, &seen)
        ?? addresses.reason(againstBytes: bytes)
    case .ip(let address): return reason(againstText: address.description, reading, &seen)
    case .cidr(let block): return reason(againstText: block.description, reading, &seen)
    case .int, .uint, .double, .decimal:
      return accounts.reason(againstNumber: value) ?? (reading.isGiven ? addresses.reason(againstNumber: value) : nil)
    case .list(let items):
      for item in items { if let reason = reason(against: item, reading, &seen) { return reason } }
      return nil
    case .map(let map):
      for entry in map.entries {
        if let reason = reason(against: entry.key, reading, &seen) { return reason }
        if let reason = reason(against: entry.value, reading, &seen) { return reason }
      }
      return nil
    case .optional(let value): return value.flatMap { reason(against: $0, reading, &seen) }
    case .null, .bool, .timestamp, .duration, .type, .unknown: return nil
    }
  }

  private func reason(againstText text: String, _ reading: Reading, _ seen: inout Set<String>) -> String? {
    // What was looked at as given needs no other look.
    let key = (reading.isCode ? "c" : reading.isGiven ? "g" : "w") + text
    guard reading.isGiven || !seen.contains("g" + text), seen.insert(key).inserted else { return nil }
    if reading.isGiven, let reason = Self.wildcard(text) { return reason }
    let meanings: TextMeanings
    do {
      meanings = try TextMeanings(text)
    } catch {
      return error.description
    }
    for plain in meanings.texts.flatMap(PlainText.readings) {
      if let reason = accounts.reason(in: plain, reading) ?? hosts.reason(in: plain, reading)
        ?? addresses.reason(in: plain, reading)
      {
        return reason
      }
    }
    for number in meanings.numbers {
      if let reason = accounts.reason(againstNumber: number) { return reason }
    }
    return nil
  }

  /// A value that is nothing but wildcards, or has such a part between colons, stands for what is protected as well.
  private static func wildcard(_ text: String) -> String? {
    guard text.utf8.count < 256, !text.utf8.contains(0x20), text.utf8.contains(where: { "*%".utf8.contains($0) }) else {
      return nil
    }
    let isWild = text.split(separator: ":").contains { part in
      part.utf8.allSatisfy { "*%?._@-".utf8.contains($0) } && part.utf8.contains { "*%".utf8.contains($0) }
    }
    return isWild ? "the pattern \(text) stands for what is protected as well" : nil
  }
}
