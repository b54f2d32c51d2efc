import CEL
import ExecutorKit

/// A resolved call in the executor's own terms.
struct ShellCall: Sendable {
  enum Action: Sendable {
    /// The program and its arguments; never empty.
    case words([String])
    /// A text for the program that its first line names, else for /bin/sh.
    case script(String, Interpreter)
  }

  var action: Action
  /// In the order given.
  var environment: [(name: String, text: String)]
  var input: [UInt8]?
  var directory: String?
  /// Exit codes that count as success.
  var expectedCodes: [Int64]

  /// Throws `.invalid` where the arguments make no sense.
  init(_ arguments: MapValue) throws(ExecutorError) {
    switch (Self.given("args", in: arguments), Self.given("script", in: arguments)) {
    case (let words?, nil): action = .words(try Self.words(words))
    case (nil, let text?):
      let script = try text.argumentText("`script`")
      guard !script.allSatisfy(\.isWhitespace) else { throw ExecutorError(.invalid, "shell: the script is empty") }
      do {
        action = .script(script, try Interpreter.of(script) ?? .shell)
      } catch {
        throw ExecutorError(.invalid, "shell: \(error.message)" + (error.help.map { "; \($0)" } ?? ""))
      }
    case (.some, .some): throw ExecutorError(.invalid, "shell: `args` and `script` can't stand together")
    case (nil, nil): throw ExecutorError(.invalid, "shell: the call names no program")
    }
    environment = try Self.variables(Self.given("env", in: arguments))
    input = try Self.input(Self.given("stdin", in: arguments))
    directory = try Self.directory(Self.given("cwd", in: arguments))
    expectedCodes = try Self.codes(Self.given("expect", in: arguments))
  }

  /// Whether the call is nothing but words, so that a list of allowed words says all of it.
  var isPlain: Bool {
    guard case .words = action else { return false }
    return environment.isEmpty && input == nil && directory == nil
  }

  private static func given(_ name: String, in arguments: MapValue) -> Value? {
    if case .null = arguments[name] { nil } else { arguments[name] }
  }

  private static func words(_ value: Value) throws(ExecutorError) -> [String] {
    guard let items = value.listValue else {
      throw ExecutorError(.invalid, "shell: `args` must be a list of words, not \(value.typeName.name)")
    }
    var words: [String] = []
    for (position, item) in items.enumerated() {
      words.append(try item.argumentText(position == 0 ? "the program's name" : "argument \(position)"))
    }
    guard let program = words.first, !program.isEmpty else {
      throw ExecutorError(.invalid, "shell: the call names no program")
    }
    return words
  }

  private static func variables(_ value: Value?) throws(ExecutorError) -> [(name: String, text: String)] {
    guard let value else { return [] }
    guard let map = value.mapValue else { throw ExecutorError(.invalid, "shell: `env` must be a map of texts") }
    var variables: [(name: String, text: String)] = []
    for entry in map.entries {
      let name = entry.key.rendered
      if let objection = VariableName.objection(to: name) { throw ExecutorError(.invalid, "shell: \(objection)") }
      variables.append((name, try entry.value.argumentText("the environment variable \(name)")))
    }
    return variables
  }

  private static func input(_ value: Value?) throws(ExecutorError) -> [UInt8]? {
    switch value {
    case nil: return nil
    case .bytes(let bytes): return bytes
    case .string(let text): return Array(text.utf8)
    case .list, .map, .unknown: throw ExecutorError(.invalid, "shell: `stdin` must be a text")
    case .some(let other): return Array(other.rendered.utf8)
    }
  }

  private static func directory(_ value: Value?) throws(ExecutorError) -> String? {
    guard let value else { return nil }
    let folder = try value.argumentText("`cwd`")
    guard folder.hasPrefix("/") else { throw ExecutorError(.invalid, "shell: `cwd` must be an absolute path") }
    return folder
  }

  private static func codes(_ value: Value?) throws(ExecutorError) -> [Int64] {
    guard let value else { return [0] }
    let items = value.listValue ?? [value]
    let codes = items.compactMap { item in item.intValue ?? item.stringValue.flatMap { Int64($0) } }
    guard !codes.isEmpty, codes.count == items.count, codes.allSatisfy({ (0...255).contains($0) }) else {
      throw ExecutorError(.invalid, "shell: `expect` must be exit codes from 0 to 255")
    }
    return codes
  }
}

extension Value {
  /// The value as one word of a program's call: a scalar's text. Throws `.invalid` for lists, maps, null and unknown
  /// values, and for text that no program can be given: with a NUL, or not UTF-8.
  func argumentText(_ name: String) throws(ExecutorError) -> String {
    let text: String
    switch self {
    case .list, .map:
      throw ExecutorError(.invalid, "shell: \(name) is a \(typeName.name); a program takes texts, one a word")
    case .null, .unknown, .optional(nil):
      throw ExecutorError(.invalid, "shell: \(name) has no value")
    case .optional(let value?):
      return try value.argumentText(name)
    case .bytes(let bytes):
      guard let valid = String(validating: bytes, as: UTF8.self) else {
        throw ExecutorError(.invalid, "shell: \(name) is not UTF-8 text")
      }
      text = valid
    default:
      text = rendered
    }
    if text.utf8.contains(0) {
      throw ExecutorError(.invalid, "shell: \(name) holds a NUL, which ends a program's texts")
    }
    return text
  }
}
