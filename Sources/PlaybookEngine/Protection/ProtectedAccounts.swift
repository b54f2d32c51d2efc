import CEL

/// The accounts that no act is given: their names wherever they stand between signs, letter case aside.
struct ProtectedAccounts: Sendable {
  private struct Account: Sendable {
    /// As the environment has it.
    var name: String
    var plain: [UInt8]
    var cased: [UInt8]
    /// Of a name that is a whole number its digits without leading zeros.
    var digits: [UInt8]?
  }

  private let accounts: [Account]

  init(_ names: [String]) {
    accounts = names.filter { !$0.isEmpty }.compactMap { name in
      guard let plain = PlainText.readings(name).first, !plain.bytes.isEmpty else { return nil }
      let isNumber = plain.bytes.allSatisfy(\.isDigit)
      return Account(
        name: name, plain: plain.bytes, cased: plain.cased,
        digits: isNumber ? Self.significant(plain.bytes[...]) : nil)
    }
  }

  func reason(in text: PlainText, _ reading: Protection.Reading) -> String? {
    guard !accounts.isEmpty else { return nil }
    let found =
      reading.isCode
      ? accounts.first { Self.contains(text.cased, $0.cased, isCode: true) }
      : accounts.first { Self.contains(text.bytes, $0.plain, isCode: false) } ?? number(in: text.bytes)
    if let found { return "account \(found.name) is protected" }
    guard !reading.isCode else { return nil }
    for word in text.patterns(isLike: reading.hasLikePatterns) {
      guard let pattern = Wildcard(word, isLike: reading.hasLikePatterns),
        let found = accounts.first(where: { pattern.matches($0.plain) })
      else { continue }
      return "the pattern \(String(decoding: word, as: UTF8.self)) stands for the protected account \(found.name)"
    }
    return nil
  }

  /// A number is an account's where it is the whole of its name.
  func reason(againstNumber value: Value) -> String? {
    guard accounts.contains(where: { $0.digits != nil }) else { return nil }
    let text = value.wholeNumber.map { String($0) } ?? value.rendered
    let digits = Self.significant(Array(text.utf8)[...])
    return accounts.first { $0.digits == digits }.map { "account \($0.name) is protected" }
  }

  /// Digits that are the account's, leading zeros aside.
  private func number(in bytes: [UInt8]) -> Account? {
    guard accounts.contains(where: { $0.digits != nil }) else { return nil }
    for word in bytes.split(whereSeparator: { !$0.isWordPart }) {
      guard let digits = Self.digits(of: word) else { continue }
      if let found = accounts.first(where: { $0.digits == digits }) { return found }
    }
    return nil
  }

  /// The digits of a whole number, also of one such as `0x3e9`.
  private static func digits(of word: ArraySlice<UInt8>) -> [UInt8]? {
    if word.allSatisfy(\.isDigit) { return significant(word) }
    guard word.first == UInt8(ascii: "0"), let radix = [0x78: 16, 0x6F: 8, 0x62: 2][word.dropFirst().first ?? 0] else {
      return nil
    }
    return UInt64(String(decoding: word.dropFirst(2), as: UTF8.self), radix: radix).map { Array(String($0).utf8) }
  }

  private static func significant(_ digits: ArraySlice<UInt8>) -> [UInt8] {
    let rest = Array(digits.drop { $0 == UInt8(ascii: "0") })
    return rest.isEmpty ? [UInt8(ascii: "0")] : rest
  }

  /// Whether `name` stands in `bytes` and no letter or digit goes on from it. In code a name may go on over `_`, `-`
  /// and `.`.
  private static func contains(_ bytes: [UInt8], _ name: [UInt8], isCode: Bool) -> Bool {
    guard let first = name.first, let last = name.last, bytes.count >= name.count else { return false }
    let goesOn = { (byte: UInt8) in byte.isWordPart || isCode && "_-.".utf8.contains(byte) }
    var start = 0
    while let place = bytes[start...(bytes.count - name.count)].firstIndex(of: first) {
      let end = place + name.count
      if bytes[place..<end].elementsEqual(name), place == 0 || !first.isWordPart || !goesOn(bytes[place - 1]),
        end == bytes.count || !last.isWordPart || !goesOn(bytes[end])
      {
        return true
      }
      start = place + 1
      if start > bytes.count - name.count { return false }
    }
    return false
  }
}

extension Value {
  /// The whole number that a number is, also as `1001.0`; nil of anything else.
  var wholeNumber: Int64? {
    switch self {
    case .int(let number): number
    case .uint(let number): Int64(exactly: number)
    case .double(let number): Int64(exactly: number)
    case .decimal(let number): number.int
    default: nil
    }
  }
}
