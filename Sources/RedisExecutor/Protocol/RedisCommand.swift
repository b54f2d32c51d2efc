import CEL
import ExecutorKit

/// A command with its arguments.
struct RedisCommand: Sendable, Equatable {
  var words: [Word]
  /// Upper-case.
  let name: String
  /// The second word, upper-case, as far as it could be the name of a subcommand.
  let subcommand: String?

  init(_ words: [Word]) throws(ExecutorError) {
    guard let first = words.first, let name = Self.commandName(first) else {
      let shown = words.first.map { RedisText.quoted($0) } ?? "nothing"
      throw ExecutorError(.invalid, "a Redis command starts with its name, not with \(shown)")
    }
    self.words = words
    self.name = name
    subcommand = words.count > 1 ? Self.commandName(words[1]) : nil
  }

  /// Texts as they are, bytes raw, numbers in decimal, `true` and `false`, times as RFC 3339: the value as it stands
  /// within a text. Throws `.invalid` for a value without such a form; a null most of all, which would silently name
  /// another key.
  init(values: [Value]) throws(ExecutorError) {
    var words: [Word] = []
    for (position, value) in values.enumerated() {
      guard let word = RedisText.word(value) else {
        throw ExecutorError(
          .invalid, "argument \(position) of the Redis command is \(Self.article(value)), which can't be sent")
      }
      words.append(word)
    }
    try self.init(words)
  }

  /// A word upper-case where it consists of the characters of commands' names.
  static func commandName(_ word: Word) -> String? {
    guard (1...64).contains(word.count) else { return nil }
    var name: [UInt8] = []
    for byte in word {
      switch byte {
      case 0x61...0x7A: name.append(byte - 32)
      case 0x41...0x5A, 0x30...0x39, 0x2D, 0x2E, 0x5F: name.append(byte)
      default: return nil
      }
    }
    return String(decoding: name, as: UTF8.self)
  }

  /// The words from `position` on as upper-case texts, for finding options.
  func options(from position: Int) -> [String] {
    words.dropFirst(position).map { String(decoding: $0, as: UTF8.self).uppercased() }
  }

  func number(at position: Int) -> Int64? {
    position < words.count ? Int64(String(decoding: words[position], as: UTF8.self)) : nil
  }

  private static func article(_ value: Value) -> String {
    switch value {
    case .null: "null"
    case .unknown(let unknown): "unknown (" + unknown.reasons.joined(separator: "; ") + ")"
    default: "a \(value.typeName.name)"
    }
  }
}

/// The request of a call.
enum RedisRequest: Sendable {
  case command(RedisCommand)
  case pipeline([RedisCommand])
  case scan(KeyScan)

  /// Reads a call's fields; throws `.invalid` where they make no sense.
  init(_ call: ResolvedCall) throws(ExecutorError) {
    let arguments = call.arguments
    let given = ["args", "scan", "pipeline"].filter { arguments[$0] != nil }
    guard given.count == 1 else {
      throw ExecutorError(.invalid, "a redis call has one of `args`, `scan` and `pipeline`")
    }
    switch given[0] {
    case "args":
      guard let words = arguments["args"]?.listValue else {
        throw ExecutorError(.invalid, "`args` is not a list of words")
      }
      self = .command(try RedisCommand(values: words))
    case "pipeline":
      guard let lists = arguments["pipeline"]?.listValue, !lists.isEmpty else {
        throw ExecutorError(.invalid, "`pipeline` is not a list of commands")
      }
      var commands: [RedisCommand] = []
      for list in lists {
        guard let words = list.listValue else { throw ExecutorError(.invalid, "`pipeline` is not a list of commands") }
        commands.append(try RedisCommand(values: words))
      }
      self = .pipeline(commands)
    default: self = .scan(try KeyScan(arguments))
    }
    if case .scan = self { return }
    for field in ["type", "limit", "ttl"] where arguments[field] != nil {
      throw ExecutorError(.invalid, "`\(field)` goes with `scan`")
    }
  }

  var commands: [RedisCommand] {
    switch self {
    case .command(let command): [command]
    case .pipeline(let commands): commands
    case .scan: []
    }
  }
}

/// A walk over all keys.
struct KeyScan: Sendable, Equatable {
  var pattern: Word
  /// Lower-case, as TYPE answers: `string`, `hash`, …
  var type: String?
  /// More keys than this are left out; nil for the call's own limit on rows.
  var limit: Int?
  /// Whether to ask for the time to live of each key.
  var withTTL = false

  init(pattern: Word) {
    self.pattern = pattern
  }

  init(_ arguments: MapValue) throws(ExecutorError) {
    guard let pattern = arguments["scan"].flatMap(RedisText.word) else {
      throw ExecutorError(.invalid, "`scan` is not a pattern such as `login_protection:*`")
    }
    self.pattern = pattern
    type = arguments["type"]?.stringValue
    if let given = arguments["limit"] {
      guard let number = given.intValue, (1...1_000_000).contains(number) else {
        throw ExecutorError(.invalid, "`limit` is not a number from 1 to 1000000")
      }
      limit = Int(number)
    }
    if let given = arguments["ttl"] {
      guard let flag = given.boolValue else { throw ExecutorError(.invalid, "`ttl` is neither true nor false") }
      withTTL = flag
    }
  }
}
