import CEL
import PlaybookLanguage

/// Keeps acts away from what the environment protects.
struct Protection: Sendable {
  let protected: Environment.Protected

  /// Why no act may be given `value`: the protected thing that it holds, or nil.
  func reason(against value: Value) -> String? {
    for text in value.texts {
      if let reason = reason(againstText: text) { return reason }
    }
    return nil
  }

  private func reason(againstText text: String) -> String? {
    if let reason = reason(againstWord: text) { return reason }
    // An address or a name may stand within a path, a connection string, a list in one word.
    var word = ""
    for scalar in text.unicodeScalars {
      let isPart =
        scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || "._:@-".unicodeScalars.contains(scalar)
      if isPart {
        word.unicodeScalars.append(scalar)
      } else {
        if !word.isEmpty, let reason = reason(againstWord: word) { return reason }
        word = ""
      }
    }
    return word.isEmpty ? nil : reason(againstWord: word)
  }

  /// A word as it is, and what stands within it: `user:ci-bot:tries`, `admin@db.internal:5432`, `blocked-10.0.0.4`.
  private func reason(againstWord word: String) -> String? {
    if let reason = reason(againstName: word) { return reason }
    let parts = word.split(separator: ":").map(String.init)
    for part in parts where parts.count > 1 {
      if let reason = reason(againstName: part) { return reason }
    }
    for part in parts.compactMap({ $0.split(separator: "@").last }) {
      if let reason = reason(againstHost: String(part)) { return reason }
    }
    for digits in word.split(whereSeparator: { !"0123456789.".contains($0) }) {
      let address = digits.drop { $0 == "." }
      if let reason = reason(againstHost: String(address.reversed().drop { $0 == "." }.reversed())) { return reason }
    }
    return nil
  }

  private func reason(againstName word: String) -> String? {
    if protected.accounts.contains(word) { return "account \(word) is protected" }
    return reason(againstHost: word)
  }

  private func reason(againstHost word: String) -> String? {
    let host = word.lowercased()
    for pattern in protected.hosts.map({ $0.lowercased() }) {
      if pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : host == pattern {
        return "host \(word) is protected"
      }
    }
    if let address = IPAddress(word) {
      if protected.addresses.contains(address) { return "address \(word) is protected" }
      if let network = protected.networks.first(where: { $0.contains(address) }) {
        return "address \(word) is in the protected network \(network)"
      }
    }
    if let block = CIDRBlock(word) {
      let touches = protected.networks.contains { $0.contains(block) || block.contains($0) }
      if touches || protected.addresses.contains(where: { block.contains($0) }) {
        return "network \(word) holds protected addresses"
      }
    }
    return nil
  }
}
