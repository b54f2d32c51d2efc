import ExecutorKit

/// A reading command that brings back no more than is kept. A large value is read in part and marked, or refused where
/// the server itself would be kept busy.
struct BoundedRead {
  let session: Session

  private var rows: Int { session.context.limits.rows }
  private var bytes: Int { session.context.limits.bytes }
  /// Elements that the server may go through at once for an answer that can't be asked for in parts.
  private static let scanned: Int64 = 100_000

  /// A reply and whether something of it was left out.
  typealias Part = (reply: Reply, isTruncated: Bool)

  func perform(_ command: RedisCommand) async throws(ExecutorError) -> Part {
    let (reply, isTruncated) = try await bounded(command)
    if let error = reply.error { throw session.error(error) }
    let cut = session.kept(reply)
    return (cut.reply, isTruncated || cut.isTruncated)
  }

  private func bounded(_ command: RedisCommand) async throws(ExecutorError) -> Part {
    let words = command.words
    switch command.name {
    case "GET" where words.count == 2: return try await text(command, from: 0, to: -1)
    case "GETRANGE", "SUBSTR":
      guard let start = command.number(at: 2), let end = command.number(at: 3), words.count == 4 else { break }
      return try await text(command, from: start, to: end)
    case "MGET": try await checkBytes("STRLEN", words.dropFirst().map { [$0] }, command)
    case "HGET", "HMGET": try await checkBytes("HSTRLEN", words.dropFirst(2).map { [words[1], $0] }, command)
    case "SMEMBERS", "HGETALL", "HKEYS", "HVALS": return try await collection(command)
    case "LRANGE": return try await range(command, size: "LLEN")
    case "ZREVRANGE": return try await range(command, size: "ZCARD")
    case "ZRANGE":
      let options = command.options(from: 4)
      if !options.contains("BYSCORE"), !options.contains("BYLEX") { return try await range(command, size: "ZCARD") }
      return try await limited(command, option: "LIMIT", from: 4)
    case "ZRANGEBYSCORE", "ZREVRANGEBYSCORE", "ZRANGEBYLEX", "ZREVRANGEBYLEX":
      return try await limited(command, option: "LIMIT", from: 4)
    case "XRANGE", "XREVRANGE": return try await limited(command, option: "COUNT", from: 4)
    case "XREAD": return try await stream(command)
    case "SDIFF", "SINTER", "SUNION": try await checkSize(["SCARD"], words.dropFirst(), command)
    case "SINTERCARD": try await checkSize(["SCARD"], numbered(command), command)
    case "ZDIFF", "ZINTER", "ZINTERCARD", "ZUNION": try await checkSize(["ZCARD", "SCARD"], numbered(command), command)
    case "SORT_RO":
      try checkLookUps(command)
      try await checkSize(["LLEN", "SCARD", "ZCARD"], words.dropFirst().prefix(1), command)
    case "GEORADIUS_RO", "GEORADIUSBYMEMBER_RO", "GEOSEARCH":
      try await checkSize(["ZCARD"], words.dropFirst().prefix(1), command)
    case "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER":
      if let count = command.number(at: 2), count < 0 {
        throw session.refused("\(command.name) with \(count) gives elements several times", "give a positive number")
      }
      try checkCount(command.number(at: 2), command)
    case "XPENDING":
      let isByTime = command.options(from: 3).first == "IDLE"
      try checkCount(command.number(at: isByTime ? 7 : 5), command)
      if isByTime { try await checkPending(command) }
    case "SCAN", "SSCAN", "HSCAN", "ZSCAN", "XINFO": try checkOption("COUNT", command)
    case "LPOS":
      try checkOption("COUNT", command)
      if !(1...Self.scanned).contains(option("MAXLEN", of: command) ?? 0) {
        try await checkSize(["LLEN"], words.dropFirst().prefix(1), command, help: "give MAXLEN")
      }
    case "BITCOUNT": try await checkBits(command, from: 2)
    case "BITPOS": try await checkBits(command, from: 3)
    case "MEMORY" where command.subcommand == "USAGE":
      if let samples = option("SAMPLES", of: command), !(1...Self.scanned).contains(samples) {
        throw tooLarge(command, samples == 0 ? "all elements of the key" : "\(samples) elements", "give fewer SAMPLES")
      }
    case "LCS": try await checkComparison(command)
    case "DUMP": try await checkDump(command)
    default: break
    }
    return (try await session.ask(words), false)
  }

  // MARK: Texts

  private func text(_ command: RedisCommand, from start: Int64, to end: Int64) async throws(ExecutorError) -> Part {
    let key = command.words[1]
    let length = try await session.ask("STRLEN", key: key).integer ?? 0
    let (first, last) = Self.clamp(start, end, length)
    guard last - first + 1 > Int64(bytes) else { return (try await session.ask(command.words), false) }
    let range = ["GETRANGE", nil, String(first), String(first + Int64(bytes) - 1)].map {
      $0.map { Array($0.utf8) } ?? key
    }
    return (try await session.ask(range), true)
  }

  /// The range as Redis takes it: negative numbers count from the end, 0 is the first.
  private static func clamp(_ start: Int64, _ end: Int64, _ length: Int64) -> (Int64, Int64) {
    // Within the text, whatever the numbers: a server may lie about the length too.
    let length = max(length, 0)
    func position(_ index: Int64) -> Int64 { index < 0 ? length + index : index }
    return (min(max(position(start), 0), length), min(max(position(end), -1), length - 1))
  }

  private func checkBytes(
    _ size: String, _ items: [[Word]], _ command: RedisCommand
  ) async throws(ExecutorError) {
    let sizes = try await session.send(items.map { [Array(size.utf8)] + $0 })
    let sum = Self.sum(sizes)
    if sum > Int64(bytes) { throw tooLarge(command, "\(sum) bytes", "ask for less at once") }
  }

  // MARK: Collections

  /// A whole collection, walked where it is larger than the limits.
  private func collection(_ command: RedisCommand) async throws(ExecutorError) -> Part {
    let key = command.words.count == 2 ? command.words[1] : []
    let isSet = command.name == "SMEMBERS"
    let size = try await session.ask(isSet ? "SCARD" : "HLEN", key: key).integer ?? 0
    guard size > Int64(rows), command.words.count == 2 else { return (try await session.ask(command.words), false) }
    var seen: Set<Word> = []
    var items: [Reply] = []
    var cursor = Array("0".utf8)
    repeat {
      let scan: [Word] = [
        Array((isSet ? "SSCAN" : "HSCAN").utf8), key, cursor, Array("COUNT".utf8), Array("1000".utf8),
      ]
      let reply = try await session.ask(scan)
      guard let page = reply.list, page.count == 2, let next = page[0].bytes, let found = page[1].list else {
        throw reply.error.map { session.error($0) } ?? session.malformed("a page of \(command.name)")
      }
      let stride = isSet ? 1 : 2
      for start in Swift.stride(from: 0, to: found.count - stride + 1, by: stride) where seen.count < rows {
        guard let name = found[start].bytes, seen.insert(name).inserted else { continue }
        if command.name != "HVALS" { items.append(found[start]) }
        if command.name == "HVALS" || command.name == "HGETALL" { items.append(found[start + 1]) }
      }
      cursor = next
      session.context.progress("\(command.name): \(seen.count) of \(size)")
    } while seen.count < rows && cursor != Array("0".utf8)
    return (.list(items), true)
  }

  /// A range by position, shortened to the limits.
  private func range(_ command: RedisCommand, size: String) async throws(ExecutorError) -> Part {
    guard let start = command.number(at: 2), let stop = command.number(at: 3) else {
      return (try await session.ask(command.words), false)
    }
    let length = try await session.ask(size, key: command.words[1]).integer ?? 0
    let (first, last) = Self.clamp(start, stop, length)
    guard last - first + 1 > Int64(rows) else { return (try await session.ask(command.words), false) }
    var words = command.words
    words[2] = Array(String(first).utf8)
    words[3] = Array(String(first + Int64(rows) - 1).utf8)
    return (try await session.ask(words), true)
  }

  /// A range that takes `LIMIT offset count` or `COUNT count`: one more than is kept is asked for, to know whether
  /// there is.
  private func limited(_ command: RedisCommand, option: String, from position: Int) async throws(ExecutorError) -> Part
  {
    var words = command.words
    let options = command.options(from: position)
    let most = Array(String(rows + 1).utf8)
    let countOffset = option == "LIMIT" ? 2 : 1
    // Written twice, the last one counts.
    let places = options.indices.filter { options[$0] == option }.map { position + $0 + countOffset }
    for place in places where place < words.count {
      // The server goes through all that is skipped.
      if option == "LIMIT", let offset = command.number(at: place - 1), offset > Self.scanned {
        throw tooLarge(command, "\(offset) elements", "ask for a narrower range")
      }
      let count = command.number(at: place) ?? 0
      if count < 0 || count > Int64(rows) { words[place] = most }
    }
    if places.isEmpty, words.count >= position {
      words += (option == "LIMIT" ? [Array("LIMIT".utf8), Array("0".utf8)] : [Array(option.utf8)]) + [most]
    }
    let reply = try await session.ask(words)
    let stride = options.contains("WITHSCORES") ? 2 : 1
    guard let items = reply.list, items.count > rows * stride else { return (reply, false) }
    return (.list(Array(items.prefix(rows * stride))), true)
  }

  private func stream(_ command: RedisCommand) async throws(ExecutorError) -> Part {
    let options = command.options(from: 1).prefix { $0 != "STREAMS" }
    if options.contains("COUNT") {
      try checkOption("COUNT", command, in: options)
      return (try await session.ask(command.words), false)
    }
    let count = [Array("COUNT".utf8), Array(String(rows).utf8)]
    let reply = try await session.ask(Array(command.words.prefix(1) + count + command.words.dropFirst()))
    let isFull = (reply.list ?? []).contains { ($0.list?.last?.list?.count ?? 0) >= rows }
    return (reply, isFull)
  }

  // MARK: Refusals

  /// The keys of a command that says how many there are: `ZUNION 2 a b`.
  private func numbered(_ command: RedisCommand) -> ArraySlice<Word> {
    let count = max(0, min(command.number(at: 1) ?? 0, Int64(command.words.count)))
    return command.words.dropFirst(2).prefix(Int(count))
  }

  private func checkSize(
    _ sizes: [String], _ keys: ArraySlice<Word>, _ command: RedisCommand, help: String = "walk it with a SCAN"
  ) async throws(ExecutorError) {
    let questions = keys.flatMap { key in sizes.map { [Array($0.utf8), key] } }
    let sum = Self.sum(try await session.send(questions))
    if sum > Self.scanned { throw tooLarge(command, "\(sum) elements", help) }
  }

  private static func sum(_ sizes: [Reply]) -> Int64 {
    sizes.reduce(0) { sum, size in
      let (next, isOver) = sum.addingReportingOverflow(max(size.integer ?? 0, 0))
      return isOver ? .max : next
    }
  }

  private func checkCount(_ count: Int64?, _ command: RedisCommand) throws(ExecutorError) {
    guard let count, count == .min || abs(count) > Int64(rows) else { return }
    throw session.refused("\(command.name) would give more than the \(rows) elements that are kept", "ask for less")
  }

  /// The number behind an option; nil where it is not there.
  private func option(_ name: String, of command: RedisCommand) -> Int64? {
    let options = command.options(from: 2)
    guard let place = options.lastIndex(of: name), place + 1 < options.count else { return nil }
    return Int64(options[place + 1])
  }

  /// A range of a text's bits that is gone through: `[start [end [BYTE | BIT]]]`.
  private func checkBits(_ command: RedisCommand, from position: Int) async throws(ExecutorError) {
    guard command.words.count > 1 else { return }
    let size = min(max(try await session.ask("STRLEN", key: command.words[1]).integer ?? 0, 0), .max / 8)
    let isInBits = command.options(from: position).last == "BIT"
    let (length, unit): (Int64, Int64) = isInBits ? (size * 8, 8) : (size, 1)
    let (first, last) = Self.clamp(command.number(at: position) ?? 0, command.number(at: position + 1) ?? -1, length)
    let count = (last - first + 1) / unit
    if count > Int64(bytes) { throw tooLarge(command, "\(count) bytes", "give a range") }
  }

  /// `IDLE` goes through all that is pending until it has found enough.
  private func checkPending(_ command: RedisCommand) async throws(ExecutorError) {
    let count = try await session.ask(Array(command.words.prefix(3))).list?.first?.integer ?? 0
    if count > Self.scanned { throw tooLarge(command, "\(count) elements", "leave IDLE out") }
  }

  /// Looks at each word that may be the option: a key or a pattern may have its name.
  private func checkOption(
    _ option: String, _ command: RedisCommand, in options: ArraySlice<String>? = nil
  ) throws(ExecutorError) {
    let options = Array(options ?? command.options(from: 1)[...])
    for (word, next) in zip(options, options.dropFirst()) where word == option {
      let count = Int64(next)
      let isUnlimited = count == 0 && command.name == "XINFO"
      try checkCount(isUnlimited ? .max : count, command)
    }
  }

  /// `GET pattern` looks up a text for each element, the same one as often as the pattern says so: their bytes have no
  /// bound.
  private func checkLookUps(_ command: RedisCommand) throws(ExecutorError) {
    let options = command.options(from: 2)
    for (word, next) in zip(options, options.dropFirst()) where word == "GET" && next != "#" {
      throw session.refused("SORT_RO … GET would look up texts without a bound", "read them by MGET")
    }
  }

  private func checkComparison(_ command: RedisCommand) async throws(ExecutorError) {
    let lengths = try await session.send(command.words.dropFirst().prefix(2).map { [Array("STRLEN".utf8), $0] })
    let (steps, isOver) = (lengths.first?.integer ?? 0).multipliedReportingOverflow(by: lengths.last?.integer ?? 0)
    if isOver || steps > 10_000_000 { throw tooLarge(command, "\(steps) comparisons", nil) }
  }

  private func checkDump(_ command: RedisCommand) async throws(ExecutorError) {
    guard command.words.count == 2 else { return }
    let size = try await session.ask("MEMORY", "USAGE", key: command.words[1]).integer ?? 0
    if size > Int64(bytes) { throw tooLarge(command, "\(size) bytes", nil) }
  }

  private func tooLarge(_ command: RedisCommand, _ size: String, _ help: String?) -> ExecutorError {
    session.refused("\(command.name) would keep \(session.target.label) busy with \(size)", help)
  }
}

extension Session {
  /// The part of a reply that is kept under the call's limits, and whether that is less than all.
  func kept(_ reply: Reply) -> (reply: Reply, isTruncated: Bool) {
    let limits = context.limits
    switch reply {
    case .bulk(let text) where text.count > limits.bytes: return (.bulk(Array(text.prefix(limits.bytes))), true)
    case .list(let items):
      var size = 0
      var kept: [Reply] = []
      // Pairs come as one list of both: twice as many items as rows.
      for item in items.prefix(2 * limits.rows) {
        size += item.size
        if size > limits.bytes { break }
        kept.append(item)
      }
      return (.list(kept), kept.count < items.count)
    default: return (reply, false)
    }
  }
}

extension Reply {
  /// Roughly the bytes that it takes.
  fileprivate var size: Int {
    switch self {
    case .bulk(let bytes): bytes.count
    case .status(let text), .error(let text): text.utf8.count
    case .list(let items): items.reduce(16) { $0 + $1.size }
    case .null, .integer: 8
    }
  }
}
