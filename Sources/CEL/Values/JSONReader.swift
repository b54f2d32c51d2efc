import CNlohmannJSON

/// Why a text is not JSON, or more than is taken.
public struct JSONProblem: Error, Sendable, Hashable, CustomStringConvertible {
  public let message: String
  /// Bytes from the start of the text.
  public let offset: Int
  /// Whether it may well be JSON, of more values than are taken.
  public var hasTooManyValues = false

  public var description: String { "\(message) at byte \(offset)" }
}

/// The type that the numbers of a JSON text are read as.
public enum JSONNumbers: Sendable {
  /// So that nothing of their texts is lost, as `Value.init(number:)` says: for a system's answer.
  case exact
  /// As journals always had them: integers are `int`, or `uint` beyond `Int64.max`; a number with a fraction or an
  /// exponent, or beyond 64 bits, is a `double`, and one that no double holds is a problem.
  case recorded
}

extension Value {
  /// Reads one JSON text (RFC 8259, by nlohmann/json). Objects keep their order, and of two equal keys the last counts.
  /// Throws where the text is not JSON, nests deeper than `depth`, or has more than `count` values: by default a
  /// million in a system's answer, since each takes some hundred bytes of memory, and any number in texts that we
  /// recorded.
  public init(
    json bytes: some Sequence<UInt8>, depth: Int = 100, count: Int? = nil, numbers: JSONNumbers = .exact
  ) throws(JSONProblem) {
    self = try JSONReader.read(Array(bytes), depth, count, numbers)
  }

  public init(
    json text: String, depth: Int = 100, count: Int? = nil, numbers: JSONNumbers = .exact
  ) throws(JSONProblem) {
    self = try JSONReader.read(Array(text.utf8), depth, count, numbers)
  }
}

/// Builds a value from the parser's events.
private final class JSONReader {
  /// A list or map whose end has not come yet. One struct for both, so that it is filled in place.
  private struct Open {
    let isList: Bool
    var items: [Value] = []
    var map = MapValue()
    var key = ""
  }

  private var open: [Open] = []
  private var result: Value?
  private let depth: Int
  private let numbers: JSONNumbers
  /// How many values may still come.
  private var left: Int
  private var isTooDeep = false
  private var isTooLarge = false

  private init(_ depth: Int, _ count: Int, _ numbers: JSONNumbers) {
    self.depth = depth
    left = count
    self.numbers = numbers
  }

  static func read(_ bytes: [UInt8], _ depth: Int, _ count: Int?, _ numbers: JSONNumbers) throws(JSONProblem) -> Value {
    let count = count ?? (numbers == .exact ? 1_000_000 : .max)
    let reader = JSONReader(depth, count, numbers)
    var (position, message) = (0, [CChar](repeating: 0, count: 512))
    var events = Self.events
    let code = unsafe bytes.withUnsafeBufferPointer { text in
      unsafe text.withMemoryRebound(to: CChar.self) { text in
        unsafe playbook_json_parse(
          text.baseAddress, text.count, &events, Unmanaged.passUnretained(reader).toOpaque(), &position, &message, 512)
      }
    }
    if reader.isTooDeep { throw JSONProblem(message: "JSON nested deeper than \(depth)", offset: 0) }
    if reader.left < 0 {
      throw JSONProblem(message: "JSON of more than \(count) values", offset: 0, hasTooManyValues: true)
    }
    if reader.isTooLarge { throw JSONProblem(message: "no valid JSON: a number is beyond a double", offset: 0) }
    if code == 0, let result = reader.result { return result }
    let text = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    throw JSONProblem(message: Self.plain(text), offset: max(0, position - 1))
  }

  /// The library's message without its code, its place and the piece of the text that was read last; with them it is
  /// "[json.exception.parse_error.101] parse error at line 1, column 2: …; last read: '…'".
  private static func plain(_ message: String) -> String {
    let parts = message.split(separator: ": ", maxSplits: 1)
    let reason = parts.count == 2 ? String(parts[1]) : message
    // The last token is a piece of the text, which may be a secret; the offset says where it is.
    let end = reason.firstRange(of: "; last read: ")?.lowerBound ?? reason.endIndex
    return "no valid JSON: \(reason[..<end])"
  }

  private func add(_ value: Value) -> Bool {
    left -= 1
    if left < 0 { return false }
    if open.isEmpty {
      result = value
    } else if open[open.count - 1].isList {
      open[open.count - 1].items.append(value)
    } else {
      open[open.count - 1].map[open[open.count - 1].key] = value
    }
    return true
  }

  private func add(integer number: Int64) -> Bool {
    // The parser says of a negative zero no more than that it is 0 and not unsigned.
    if number == 0, numbers == .exact, let zero = Value(number: "-0") { return add(zero) }
    return add(.int(number))
  }

  private func add(unsigned number: UInt64) -> Bool {
    if let number = Int64(exactly: number) { return add(.int(number)) }
    return add(numbers == .exact ? .decimal(Decimal(number)) : .uint(number))
  }

  private func add(_ number: Double, written text: String) -> Bool {
    guard numbers == .exact else {
      isTooLarge = isTooLarge || !number.isFinite
      return number.isFinite && add(.double(number))
    }
    if number.isFinite, Value.text(of: number) == text { return add(.double(number)) }
    return Value(number: text).map(add) ?? false
  }

  private func begin(isList: Bool) -> Bool {
    isTooDeep = open.count >= depth
    open.append(Open(isList: isList))
    return !isTooDeep
  }

  private func end() -> Bool {
    guard let last = open.popLast() else { return false }
    return add(last.isList ? .list(last.items) : .map(last.map))
  }

  private func name(_ key: String) -> Bool {
    guard !open.isEmpty else { return false }
    open[open.count - 1].key = key
    return true
  }

  private static func reader(_ context: UnsafeMutableRawPointer?) -> JSONReader {
    guard let context = unsafe context else { preconditionFailure("the parser lost its context") }
    return unsafe Unmanaged<JSONReader>.fromOpaque(context).takeUnretainedValue()
  }

  private static func text(_ start: UnsafePointer<CChar>?, _ length: Int) -> String {
    unsafe UnsafeRawBufferPointer(start: start, count: length).withMemoryRebound(to: UInt8.self) { bytes in
      unsafe String(decoding: bytes, as: UTF8.self)
    }
  }

  private static var events: playbook_json_events {
    unsafe playbook_json_events(
      null: { unsafe JSONReader.reader($0).add(.null) },
      boolean: { unsafe JSONReader.reader($0).add(.bool($1)) },
      integer: { unsafe JSONReader.reader($0).add(integer: $1) },
      unsigned_integer: { unsafe JSONReader.reader($0).add(unsigned: $1) },
      number: { (context, number, text, length) in
        unsafe JSONReader.reader(context).add(number, written: JSONReader.text(text, length))
      },
      string: { unsafe JSONReader.reader($0).add(.string(JSONReader.text($1, $2))) },
      start_object: { unsafe JSONReader.reader($0).begin(isList: false) },
      key: { unsafe JSONReader.reader($0).name(JSONReader.text($1, $2)) },
      end_object: { unsafe JSONReader.reader($0).end() },
      start_array: { unsafe JSONReader.reader($0).begin(isList: true) },
      end_array: { unsafe JSONReader.reader($0).end() })
  }
}
