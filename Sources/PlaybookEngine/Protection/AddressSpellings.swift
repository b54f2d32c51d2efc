import CEL

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// All that a text may mean by an address: where one stands within a word, a key, a URL or a list.
struct AddressSpellings {
  private(set) var found: [AddressSpelling] = []
  private let bytes: [UInt8]
  /// The same with no `%` that begins an escape.
  private let wild: [UInt8]
  private let reading: Protection.Reading
  /// Single addresses with their places, for ranges.
  private var singles: [(place: Range<Int>, address: IPAddress)] = []

  init(_ text: PlainText, _ reading: Protection.Reading) {
    bytes = text.bytes
    wild = text.withoutEscapes(isLike: reading.hasLikePatterns)
    self.reading = reading
    guard bytes.contains(where: { $0.isDigit || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "*") }) else { return }
    // A text may be long, and each look at it goes through all of it.
    let signs = Set(bytes)
    let has = { (any: String) in any.utf8.contains(where: signs.contains) }
    if has(".") { readFour(hasHexadecimal: has("x")) }
    if has(":") { readSix() }
    if singles.count > 1 { readRanges() }
    if has("*?%[{#-") || has("x") || reading.isGiven || reading.hasLikePatterns { readPatterns() }
    if has("."), has("p") { readNames() }
    if !reading.isCode { readShort() }
    if reading.isGiven { readJoined() }
  }

  private func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

  private mutating func add(_ address: IPAddress, _ text: String) {
    found.append(AddressSpelling(text: text, meaning: .one(address)))
  }

  /// The maximal runs of bytes for which `isPart` holds.
  private func runs(_ isPart: (UInt8) -> Bool) -> [Range<Int>] { runs(of: bytes, isPart) }

  private func runs(of bytes: [UInt8], _ isPart: (UInt8) -> Bool) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var position = 0
    while position < bytes.count {
      guard isPart(bytes[position]) else {
        position += 1
        continue
      }
      let start = position
      while position < bytes.count, isPart(bytes[position]) { position += 1 }
      runs.append(start..<position)
    }
    return runs
  }

  // MARK: IPv4

  /// Four numbers with points between them, also where letters are around them: `blocked-10.0.0.4`, `0x0a.0.0.4`.
  private mutating func readFour(hasHexadecimal: Bool) {
    for run in runs({ $0.isDigit || $0 == UInt8(ascii: ".") }) where run.count > 6 {
      for part in bytes[run].split(separator: UInt8(ascii: ".")).joinedNeighbours {
        readFour(part)
      }
    }
    guard hasHexadecimal else { return }
    for run in runs({ $0.isHexadecimal || $0 == UInt8(ascii: "x") || $0 == UInt8(ascii: ".") }) {
      let word = bytes[run]
      guard word.contains(UInt8(ascii: "x")), word.contains(UInt8(ascii: ".")) else { continue }
      for part in word.split(separator: UInt8(ascii: ".")).joinedNeighbours where part.count == 4 {
        if let address = Self.old(part) { add(address, text(bytes[part[0].startIndex..<part[3].endIndex])) }
      }
    }
  }

  private mutating func readFour(_ numbers: [ArraySlice<UInt8>]) {
    guard numbers.count >= 4 else { return }
    // Of more than four the first and the last ones: a key may have numbers of its own before or behind.
    for start in Set([0, numbers.count - 4]) {
      let four = Array(numbers[start..<(start + 4)])
      let place = four[0].startIndex..<four[3].endIndex
      let spelled = text(bytes[place])
      for address in [Self.decimal(four), Self.old(four)].compactMap({ $0 }).uniqued {
        add(address, spelled)
        singles.append((place, address))
        if let any = mask(from: place.upperBound, of: address) {
          let whole = spelled + text(bytes[place.upperBound..<any.end])
          found.append(AddressSpelling(text: whole, meaning: .many(AddressRange(address, any: any.mask))))
        }
      }
    }
  }

  /// Without regard to leading zeros.
  private static func decimal(_ numbers: [ArraySlice<UInt8>]) -> IPAddress? {
    var bits: UInt128 = 0
    for number in numbers {
      guard number.allSatisfy(\.isDigit), let part = UInt8(String(decoding: number, as: UTF8.self)) else { return nil }
      bits = bits << 8 | UInt128(part)
    }
    return IPAddress(family: .v4, bits: bits)
  }

  /// As inet_aton(3) reads it: one to four numbers, octal with a leading 0, hexadecimal with 0x, the last one for all
  /// that is left.
  private static func old(_ numbers: [ArraySlice<UInt8>]) -> IPAddress? {
    var address = in_addr()
    let text = numbers.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
    guard text.utf8.count < 64, unsafe inet_aton(text, &address) != 0 else { return nil }
    return IPAddress(family: .v4, bits: UInt128(UInt32(bigEndian: address.s_addr)))
  }

  private static let maskNames = ["netmask ", "mask ", "wildcard "].map { Array($0.utf8) }

  /// The bits that are any by what follows an address: `/8`, `/255.0.0.0`, `/0.255.255.255`, ` 255.0.0.0`, ` netmask
  /// 255.0.0.0`.
  private func mask(from start: Int, of address: IPAddress) -> (mask: UInt128, end: Int)? {
    guard start < bytes.count, "/ ".utf8.contains(bytes[start]) else { return nil }
    let isSlash = bytes[start] == UInt8(ascii: "/")
    var first = start + 1
    func skipBlanks() { while first < bytes.count, bytes[first] == 0x20 { first += 1 } }
    if !isSlash { skipBlanks() }
    let name = isSlash ? nil : Self.maskNames.first { bytes[first...].starts(with: $0) }
    if let name {
      first += name.count
      skipBlanks()
    }
    let end = bytes[first...].firstIndex { !$0.isDigit && $0 != UInt8(ascii: ".") } ?? bytes.count
    let word = bytes[first..<end]
    if isSlash, let length = Int(text(word)), length <= 32 { return ((1 << UInt128(32 - length)) - 1, end) }
    let numbers = word.split(separator: UInt8(ascii: "."))
    guard numbers.count == 4, let mask = Self.decimal(numbers) else { return nil }
    // Behind a blank 0.0.0.0 may be another address.
    if !isSlash, name == nil, mask.bits == 0, address.bits != 0 { return nil }
    // A mask of the network's bits, or of those that are any; of 0.0.0.0 as the former.
    let any = mask.bits >> 31 == 1 || mask.bits == 0 ? ~mask.bits & 0xffff_ffff : mask.bits
    return any & (any + 1) == 0 ? (any, end) : nil
  }

  // MARK: IPv6

  /// A word is split at its colons, and so are addresses: each part of it that is one counts, the longest first.
  private mutating func readSix() {
    for run in runs({ $0.isHexadecimal || ":.".utf8.contains($0) }).flatMap(withoutPoints) {
      let groups = bytes[run].split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
      guard groups.count > 2 else { continue }
      for count in stride(from: min(10, groups.count), to: 2, by: -1) {
        for start in 0...(groups.count - count) {
          readSix(groups[start..<(start + count)], isLast: start + count == groups.count)
        }
      }
    }
  }

  /// A run without the points of a range: `2001:db7::..2001:db9::`.
  private func withoutPoints(_ run: Range<Int>) -> [Range<Int>] {
    var parts: [Range<Int>] = []
    var start = run.lowerBound
    for place in run
    where place > run.lowerBound && bytes[place] == UInt8(ascii: ".") && bytes[place - 1] == bytes[place] {
      parts.append(start..<max(start, place - 1))
      start = place + 1
    }
    return parts + [start..<run.upperBound]
  }

  private mutating func readSix(_ groups: ArraySlice<ArraySlice<UInt8>>, isLast: Bool) {
    let isShortened = groups.contains { $0.isEmpty }
    guard isShortened || groups.count == 8 || groups.count == 7, let first = groups.first, var last = groups.last else {
      return
    }
    while last.last == UInt8(ascii: ".") { last.removeLast() }
    // Letters of the word around it may look like more digits.
    var places = [first.startIndex..<last.endIndex]
    if first.count > 4 { places = [(first.endIndex - 4)..<last.endIndex] }
    if let point = last.firstIndex(of: UInt8(ascii: ".")) {
      // A port may stand behind a point, as `tcpdump` writes it.
      places += places.map { $0.lowerBound..<point }
    } else if last.count > 4 {
      places = places.map { $0.lowerBound..<(last.startIndex + 4) }
    }
    for place in places {
      let spelled = text(bytes[place])
      guard let address = IPAddress(spelled) else { continue }
      add(address, spelled)
      singles.append((place, address))
      guard isLast, place.upperBound < bytes.count, bytes[place.upperBound] == UInt8(ascii: "/") else { continue }
      let digits = bytes[(place.upperBound + 1)...].prefix(while: \.isDigit)
      let isMapped = address.family == .v4
      guard let length = Int(text(digits)), length <= 128 else { continue }
      // The length counts the bits of IPv6, also of a mapped address.
      let any: UInt128 = length == 0 ? .max : (1 << UInt128(128 - length)) - 1
      let number = isMapped ? AddressRange.four | address.bits : address.bits
      let range = AddressRange((number & ~any)...(number | any))
      found.append(AddressSpelling(text: "\(spelled)/\(length)", meaning: .many(range)))
    }
  }

  // MARK: Many

  /// `9.0.0.0-11.0.0.0`, `2001:db7::..2001:db9::`.
  private mutating func readRanges() {
    let sorted = singles.sorted { $0.place.lowerBound < $1.place.lowerBound }
    for (position, first) in sorted.enumerated() {
      for second in sorted[(position + 1)...].prefix(8) where second.place.lowerBound >= first.place.upperBound {
        let between = bytes[first.place.upperBound..<second.place.lowerBound]
        let isNamed =
          bytes[..<first.place.lowerBound].suffix(Self.range.count).elementsEqual(Self.range)
          && between.allSatisfy { $0 == 0x20 }
        guard between.count <= 12, isNamed || Self.isRange(between) else { continue }
        let (low, high) = (AddressRange.number(first.address), AddressRange.number(second.address))
        let spelled = text(bytes[first.place.lowerBound..<second.place.upperBound])
        let range = AddressRange(min(low, high)...max(low, high))
        found.append(AddressSpelling(text: spelled, meaning: .many(range)))
      }
    }
  }

  /// `range 9.0.0.0 11.0.0.0`, as DHCP servers and firewalls have it.
  private static let range = Array("range ".utf8)

  private static func isRange(_ between: ArraySlice<UInt8>) -> Bool {
    let sign = String(decoding: between.filter { $0 != 0x20 }, as: UTF8.self)
    return ["-", "--", "->", "=>", "..", "...", "to", "~", "through", "thru", "until"].contains(sign)
  }

  /// `10.0.0.*`, `10.0.0.%`, `10.0.0-3.1`, `10.x.x.x`.
  private mutating func readPatterns() {
    let signs = Array("*?%[]{}!^-,.x#".utf8) + (reading.hasLikePatterns ? Array("_".utf8) : [])
    for run in runs(of: wild, { $0.isDigit || signs.contains($0) }) where run.count <= 256 {
      let isApart = run.lowerBound == 0 || !bytes[run.lowerBound - 1].isWordPart
      let word = wild[run]
      for part in word.contains(UInt8(ascii: "{")) ? [word] : word.split(separator: UInt8(ascii: ",")) {
        if readPattern(part, isWhole: isApart && !reading.isCode) { continue }
        // Signs of the text around it: `blocked-10.0.0.*`.
        for piece in part.split(separator: UInt8(ascii: "-")) where piece.count < part.count {
          _ = readPattern(piece, isWhole: false)
        }
      }
    }
  }

  private mutating func readPattern(_ text: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
    var word = text
    if word.count > 1, word.last == UInt8(ascii: ".") {
      word.removeLast()
      // A value that ends in a point is the beginning of addresses: `10.0.`.
      if reading.isGiven, text.endIndex == bytes.count, !bytes.contains(0x20),
        word.allSatisfy({ $0.isDigit || $0 == UInt8(ascii: ".") }),
        !word.contains(UInt8(ascii: ".")) || word.split(separator: UInt8(ascii: ".")).count < 4
      {
        word = Array(text + [UInt8(ascii: "*")])[...]
      }
    }
    word = word.drop { $0 == UInt8(ascii: ".") }
    guard let pattern = AddressPattern(word, isLike: reading.hasLikePatterns, isWhole: isWhole) else { return false }
    found.append(AddressSpelling(text: self.text(word), meaning: .pattern(pattern)))
    return true
  }

  // MARK: Names

  private static let arpa = Array(".arpa".utf8)
  private static let literal = Array(".ipv6-literal.net".utf8)

  /// Names that are addresses.
  private mutating func readNames() {
    for run in runs({ $0.isWordPart || "-.".utf8.contains($0) }) {
      var name = bytes[run]
      if name.last == UInt8(ascii: ".") { name.removeLast() }
      if name.hasSuffix(Self.arpa) { readReversed(name) }
      if name.hasSuffix(Self.literal) { readLiteral(name) }
    }
  }

  /// `2001-db8--1.ipv6-literal.net`, as Windows writes it in a path.
  private mutating func readLiteral(_ name: ArraySlice<UInt8>) {
    let address = name.dropLast(Self.literal.count).prefix { $0 != UInt8(ascii: "s") }
    let spelled = text(address.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: ":") : $0 })
    if let address = IPAddress(spelled) { add(address, text(name)) }
  }

  /// `4.0.0.10.in-addr.arpa`, and the nibbles of `ip6.arpa` (RFC 1035, 3.5; RFC 3596, 2.5).
  private mutating func readReversed(_ name: ArraySlice<UInt8>) {
    var labels = name.dropLast(Self.arpa.count).split(separator: UInt8(ascii: ".")).map { text($0) }
    guard let zone = labels.popLast(), ["in-addr", "ip6"].contains(zone) else { return }
    let (bits, radix, count) = zone == "in-addr" ? (8, 10, 4) : (4, 16, 32)
    let numbers = labels.reversed().prefix { Int($0, radix: radix).map { (0..<(1 << bits)).contains($0) } ?? false }
    guard !numbers.isEmpty, numbers.count <= count else { return }
    let free = UInt128((count - numbers.count) * bits)
    let number = numbers.reduce(UInt128(0)) { $0 << UInt128(bits) | UInt128(Int($1, radix: radix) ?? 0) } << free
    let address = IPAddress(family: count == 4 ? .v4 : .v6, bits: number)
    let range = AddressRange(address, any: free == 128 ? .max : (1 << free) - 1)
    found.append(AddressSpelling(text: text(name), meaning: free == 0 ? .one(address) : .many(range)))
  }

  // MARK: Short forms

  /// What is an address only where it is all of a value, or of a part between signs: `10.4`, `0x0a000004`, `167772164`,
  /// `10/8`.
  private mutating func readShort() {
    // Of several lines that go out each may be a number; of those of evidence each may be an address.
    if !reading.isGiven, bytes.contains(0x0A) { return }
    for line in bytes.split(separator: 0x0A) {
      let words = line.split(separator: 0x20)
      guard words.count == 1, let word = words.first, word.count < 256 else { continue }
      readShort(word)
      guard reading.isGiven else { continue }
      readPacked(word)
      if let block = Self.shortBlock(word) { found.append(block) }
      for part in word.split(whereSeparator: { ":/@,;=|()[]<>{}\"'?&#".utf8.contains($0) })
      where part.count < word.count {
        readShort(part)
      }
    }
  }

  private mutating func readShort(_ word: ArraySlice<UInt8>) {
    var word = word
    if word.count > 1, word.last == UInt8(ascii: ".") { word.removeLast() }
    let numbers = word.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard numbers.count < 4, numbers.allSatisfy({ $0.first?.isDigit == true }) else { return }
    let isHexadecimal = word.contains(UInt8(ascii: "x"))
    // Some programs read a zero at the beginning as octal, and others don't.
    if reading.isGiven, word.first == UInt8(ascii: "0"), let bits = UInt32(text(word)), bits >= 1 << 24 {
      add(IPAddress(family: .v4, bits: UInt128(bits)), text(word))
    }
    guard numbers.count > 1 || isHexadecimal || reading.isGiven, let address = Self.old(numbers) else { return }
    // A small number is one, and no address.
    if numbers.count == 1, !isHexadecimal, address.bits < 1 << 24 { return }
    add(address, text(word))
  }

  /// The bytes of an address as databases print them: `20010db8000000000000000000000001`, `\x0a000004`. Eight digits
  /// without a mark may be anything.
  private mutating func readPacked(_ word: ArraySlice<UInt8>) {
    let isMarked = word.starts(with: "\\x".utf8) || word.starts(with: "0x".utf8)
    let digits = isMarked ? word.dropFirst(2) : word
    guard digits.count == 32 || isMarked && digits.count == 8, let bits = UInt128(text(digits), radix: 16) else {
      return
    }
    add(IPAddress(family: digits.count == 8 ? .v4 : .v6, bits: bits), text(word))
  }

  /// `10/8`, `10.0/16`, `0/0`.
  private static func shortBlock(_ word: ArraySlice<UInt8>) -> AddressSpelling? {
    let parts = word.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard parts.count == 2, let length = Int(String(decoding: parts[1], as: UTF8.self)), (0...32).contains(length)
    else {
      return nil
    }
    var numbers = parts[0].split(separator: UInt8(ascii: "."))
    guard (1...3).contains(numbers.count) else { return nil }
    while numbers.count < 4 { numbers.append([UInt8(ascii: "0")]) }
    guard let address = decimal(numbers) else { return nil }
    let range = AddressRange(address, any: (1 << UInt128(32 - length)) - 1)
    return AddressSpelling(text: String(decoding: word, as: UTF8.self), meaning: .many(range))
  }

  /// `ip-10-0-0-4`, `ec2-10-0-0-4` and `2001-db8--1`, as names of machines have it.
  private mutating func readJoined() {
    for sign in "-_".utf8 {
      for run in runs({ $0.isDigit || $0 == sign }) {
        let numbers = bytes[run].split(separator: sign)
        guard numbers.count >= 4 else { continue }
        for start in Set([0, numbers.count - 4]) {
          let four = Array(numbers[start..<(start + 4)])
          if let address = Self.decimal(four) { add(address, text(bytes[four[0].startIndex..<four[3].endIndex])) }
        }
      }
    }
    for run in runs({ $0.isHexadecimal || $0 == UInt8(ascii: "-") }) where run.count >= 6 {
      let spelled = text(bytes[run].map { $0 == UInt8(ascii: "-") ? UInt8(ascii: ":") : $0 })
      if let address = IPAddress(spelled) { add(address, text(bytes[run])) }
    }
  }
}

extension [ArraySlice<UInt8>] {
  /// The parts that stand one sign apart, together.
  fileprivate var joinedNeighbours: [[ArraySlice<UInt8>]] {
    var groups: [[ArraySlice<UInt8>]] = []
    for part in self {
      if let last = groups.last?.last, last.endIndex + 1 == part.startIndex {
        groups[groups.count - 1].append(part)
      } else {
        groups.append([part])
      }
    }
    return groups
  }
}

extension ArraySlice<UInt8> {
  fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool {
    count > suffix.count && self.suffix(suffix.count).elementsEqual(suffix)
  }
}

extension [IPAddress] {
  fileprivate var uniqued: [IPAddress] { count == 2 && self[0] == self[1] ? [self[0]] : self }
}
