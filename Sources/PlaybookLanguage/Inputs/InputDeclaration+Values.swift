public import CEL
import SourceText

extension InputDeclaration {
  /// The value that a text means: one typed at a prompt, given by `--set` or in an answers file.
  ///
  /// `string`, `uuid`, `url`, `choice`, `ip` and `cidr` give a string (the last two and `uuid` in canonical form, as
  /// evidence has them), `integer` an int, `number` a decimal with the digits as
  /// they were written, the others a value of their own type.
  public func parse(text: String) -> Result<Value, InputProblem> {
    guard let value = value(of: text) else {
      return .failure(problem(with: text, help: hint(text)))
    }
    return bounded(value, written: text)
  }

  /// A value that was computed or came as YAML, made the input's type where nothing is lost by that.
  public func check(_ value: Value) -> Result<Value, InputProblem> {
    switch (type, value) {
    case (.integer, .int), (.boolean, .bool), (.duration, .duration), (.timestamp, .timestamp):
      return bounded(value, written: value.rendered)
    case (.integer, .uint(let number)):
      guard let number = Int64(exactly: number) else { return .failure(problem(with: value.rendered)) }
      return bounded(.int(number), written: value.rendered)
    case (.integer, .decimal(let number)):
      guard let number = number.int else { return .failure(problem(with: value.rendered)) }
      return bounded(.int(number), written: value.rendered)
    case (.number, .decimal), (.number, .double), (.number, .int), (.number, .uint): return parse(text: value.rendered)
    case (_, .string(let text)) where type != .boolean && type != .integer && type != .number: return parse(text: text)
    case (.string, .int), (.string, .uint), (.string, .double), (.string, .decimal), (.choice, .int), (.ip, .ip),
      (.cidr, .cidr):
      return parse(text: value.rendered)
    default:
      return .failure(problem(with: value.rendered))
    }
  }

  /// The form of the type, with an example: "a duration such as `30m` or `7d`".
  public var expectation: String {
    switch type {
    case .string: "a text"
    case .integer: "a whole number such as `5`"
    case .number: "a number such as `0.5`"
    case .boolean: "`true` or `false`"
    case .duration: "a duration such as `30m` or `7d`"
    case .timestamp: "a time such as `2026-11-23T17:15:00Z`"
    case .ip: "an address such as `203.0.113.7`"
    case .cidr: "a network such as `10.0.0.0/8`"
    case .uuid: "a UUID such as `123e4567-e89b-12d3-a456-426614174000`"
    case .url: "a URL such as `https://example.com/path`"
    case .choice: KeyShape.alternatives(options.map { "`\($0)`" })
    }
  }

  func problem(with written: String, help: String? = nil) -> InputProblem {
    let given = isSecret ? "something else was given" : "not `\(shortened(written))`"
    return InputProblem("`\(name)` is \(expectation), \(given)", help: isSecret ? nil : help)
  }

  private func shortened(_ text: String) -> String {
    let isLong = text.unicodeScalars.count > 80
    return Visible.text(isLong ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(77))) + "…" : text)
  }

  private func value(of text: String) -> Value? {
    switch type {
    case .string: .string(text)
    case .integer: InputText.integer(text).map(Value.int)
    case .number: isBeforeDecimals ? Double(text).map(Value.double) : Decimal(text).map(Value.decimal)
    case .boolean: InputText.boolean(text).map(Value.bool)
    case .duration: Duration(human: text).map(Value.duration)
    case .timestamp: InputText.timestamp(text).map(Value.timestamp)
    case .ip: IPAddress(text).map { .string($0.description) }
    case .cidr: CIDRBlock(text).map { .string($0.masked.description) }
    case .uuid: InputText.uuid(text).map(Value.string)
    case .url: InputText.isURL(text) ? .string(text) : nil
    case .choice: options.contains(text) ? .string(text) : nil
    }
  }

  /// A value that may have been meant.
  private func hint(_ text: String) -> String? {
    switch type {
    case .duration where Decimal(text) != nil: "say the unit: `\(text)s`, `\(text)m`, `\(text)h`"
    case .timestamp where InputText.timestamp(text + "Z") != nil: "say the zone: `\(text)Z` is UTC"
    case .ip where CIDRBlock(text) != nil: "without the length of a network"
    case .cidr where IPAddress(text) != nil: "`\(text)/\(text.contains(":") ? 128 : 32)` is this one address"
    case .choice: Suggestion.nearest(to: text, in: options).map { "did you mean `\($0)`?" }
    default: nil
    }
  }

  /// The shortest secret, in code points: a shorter one stands in too many texts by chance to be kept out of the record.
  public static let shortestSecret = 8

  private func bounded(_ value: Value, written: String) -> Result<Value, InputProblem> {
    if isSecret, value.rendered.unicodeScalars.count < Self.shortestSecret {
      return .failure(InputProblem("`\(name)` is a secret and has at least \(Self.shortestSecret) characters"))
    }
    let given = isSecret ? "" : ", not `\(shortened(written))`"
    if let minimum, Value.precedes(value, minimum) {
      return .failure(InputProblem("`\(name)` is at least `\(minimum.rendered)`\(given)"))
    }
    if let maximum, Value.precedes(maximum, value) {
      return .failure(InputProblem("`\(name)` is at most `\(maximum.rendered)`\(given)"))
    }
    if let pattern, !InputText.matches(value.rendered, pattern) {
      return .failure(InputProblem("`\(name)` matches `\(pattern)`\(given)"))
    }
    return .success(value)
  }
}
