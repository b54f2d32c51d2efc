import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

@Suite struct `Typed inputs` {
  private func declare(_ text: String) throws -> InputDeclaration {
    var diagnostics: [Diagnostic] = []
    let inputs = InputDeclaration.decodeAll(try node("v: {x: \(text)}"), diagnostics: &diagnostics)
    #expect(diagnostics.map(\.message) == [])
    return try #require(inputs.first)
  }

  private func json(_ text: String, _ type: String) throws -> String? {
    switch try declare(type).parse(text: text) {
    case .success(let value): "\(value.typeName.name) \(value.jsonText())"
    case .failure: nil
    }
  }

  @Test(arguments: [
    ("007", "string", "string \"007\""), ("", "string", "string \"\""), ("5", "integer", "int 5"),
    ("-0", "integer", "int 0"), ("5", "number", "decimal 5"),
    (".5", "number", "decimal 0.5"), ("1.10", "number", "decimal 1.10"), ("-0", "number", "decimal -0"),
    ("1e999", "number", "decimal 1e999"), ("12345678901234567890123", "number", "decimal 12345678901234567890123"),
    ("yes", "boolean", "bool true"), ("FALSE", "boolean", "bool false"),
    ("7d", "duration", "google.protobuf.Duration \"604800s\""),
    ("1h30m", "duration", "google.protobuf.Duration \"5400s\""),
    ("2026-11-23T17:15:00+01:00", "timestamp", "google.protobuf.Timestamp \"2026-11-23T16:15:00Z\""),
    ("2026-11-23 17:15Z", "timestamp", "google.protobuf.Timestamp \"2026-11-23T17:15:00Z\""),
    ("2026-11-23", "timestamp", "google.protobuf.Timestamp \"2026-11-23T00:00:00Z\""),
    ("2001:DB8:0::1", "ip", "string \"2001:db8::1\""), ("::ffff:10.0.0.1", "ip", "string \"10.0.0.1\""),
    ("10.1.2.3/8", "cidr", "string \"10.0.0.0/8\""),
    ("123E4567-e89b-12d3-a456-426614174000", "uuid", "string \"123e4567-e89b-12d3-a456-426614174000\""),
    ("https://a.b/c?d=e", "url", "string \"https://a.b/c?d=e\""),
    ("b", "{type: choice, options: [a, b, yes]}", "string \"b\""),
    ("yes", "{type: choice, options: [a, yes]}", "string \"yes\""),
  ])
  func `a text is read by its type`(_ text: String, _ type: String, _ value: String) throws {
    #expect(try json(text, type) == value)
  }

  @Test(arguments: [
    ("5.0", "integer"), ("0x5", "integer"), (" 5", "integer"), ("99999999999999999999", "integer"), ("", "integer"),
    ("nan", "number"), ("inf", "number"), ("0x1p3", "number"), ("1.1.1", "number"), ("", "number"), ("on", "boolean"),
    ("1", "boolean"),
    ("5", "duration"), ("7 d", "duration"), ("d", "duration"), ("2026-11-23T17:15:00", "timestamp"),
    ("2026-02-30", "timestamp"), ("tomorrow", "timestamp"), ("10.0.0.256", "ip"), ("10.0.0.1/8", "ip"),
    ("010.0.0.1", "ip"),
    ("10.0.0.1", "cidr"), ("10.0.0.0/33", "cidr"), ("123", "uuid"), ("zzzzzzzz-e89b-12d3-a456-426614174000", "uuid"),
    ("a.b/c", "url"), ("https://", "url"), ("https://a b", "url"), ("javascript:alert(1)", "url"), ("1a://b", "url"),
    ("c", "{type: choice, options: [a, b]}"), ("", "{type: choice, options: [a, b]}"),
  ])
  func `a text that isn't of the type is refused`(_ text: String, _ type: String) throws {
    #expect(try json(text, type) == nil)
  }

  private func message(_ text: String, _ type: String) throws -> String? {
    if case .failure(let problem) = try declare(type).parse(text: text) { problem.description } else { nil }
  }

  @Test(arguments: [
    ("60", "duration", "`x` is a duration such as `30m` or `7d`, not `60` (say the unit: `60s`, `60m`, `60h`)"),
    (
      "2026-11-23T17:15:00", "timestamp",
      "`x` is a time such as `2026-11-23T17:15:00Z`, not `2026-11-23T17:15:00` (say the zone: `2026-11-23T17:15:00Z` is UTC)"
    ),
    ("hgih", "{type: choice, options: [high, low]}", "`x` is `high` or `low`, not `hgih` (did you mean `high`?)"),
    ("0", "{type: integer, minimum: 1}", "`x` is at least `1`, not `0`"),
    ("9d", "{type: duration, maximum: 7d}", "`x` is at most `604800s`, not `9d`"),
    ("u-1x", "{type: string, pattern: 'u-[0-9]+'}", "`x` matches `u-[0-9]+`, not `u-1x`"),
    ("hunter2", "{type: integer, secret: true}", "`x` is a whole number such as `5`, something else was given"),
    ("hunter22", "{type: string, pattern: '[0-9]+', secret: true}", "`x` matches `[0-9]+`"),
    ("hunter2", "{type: string, secret: true}", "`x` is a secret and has at least 8 characters"),
  ])
  func `what is wanted is said, with an example`(_ text: String, _ type: String, _ expected: String) throws {
    #expect(try message(text, type) == expected)
  }

  @Test func `a pattern must match all of the text, line breaks included`() throws {
    let input = try declare("{type: string, pattern: 'a|b'}")
    for text in ["ab", "a\n", "xa", "\na"] {
      if case .success = input.parse(text: text) { Issue.record("\(text.debugDescription) was taken") }
    }
    if case .failure = input.parse(text: "b") { Issue.record("b was refused") }
  }

  @Test func `a long value is cut in the message`() throws {
    #expect(try #require(try message(String(repeating: "x", count: 1_000_000), "integer")).count < 200)
  }

  @Test func `computed values are taken where nothing is lost`() throws {
    func check(_ value: Value, _ type: String) throws -> Value? { try? declare(type).check(value).get() }
    #expect(try check(5, "integer")?.intValue == 5)
    #expect(try check(5, "string")?.stringValue == "5")
    #expect(try check("7d", "duration") != nil)
    #expect(try check(.ip(try #require(IPAddress("10.0.0.1"))), "ip")?.stringValue == "10.0.0.1")
    #expect(try check(5, "number") != nil)
    #expect(try check("5", "integer") == nil)
    #expect(try check(5.5, "integer") == nil)
    #expect(try check(true, "string") == nil)
    #expect(try check(.null, "string") == nil)
    #expect(try check(["a"], "string") == nil)
    #expect(try check(.unknown(Unknown(["x"])), "string") == nil)
  }

  @Test func `a default keeps the spelling of a text`() throws {
    let input = try declare("{type: string, default: 007}")
    #expect(try input.defaultValue?.resolve(Bindings()).stringValue == "007")
  }

  @Test func `a default may be a template`() throws {
    let input = try declare("{type: string, default: '${run.id}'}")
    #expect(input.defaultValue?.expressions.count == 1)
  }

  private func problems(_ text: String) throws -> [String] {
    var diagnostics: [Diagnostic] = []
    _ = InputDeclaration.decodeAll(try node("v: " + text), diagnostics: &diagnostics)
    return diagnostics.map(\.message)
  }

  @Test(arguments: [
    ("{x: strng}", "the type of `x` is "), ("{x: {typ: string}}", "an input has no key `typ`"),
    ("{x: {type: choice}}", "a choice needs `options`"),
    ("{x: {type: choice, options: []}}", "`options` has no option"),
    ("{x: {type: choice, options: [a, a]}}", "`options` names one option twice"),
    ("{x: {type: string, options: [a]}}", "`options` belongs to the type `choice`"),
    ("{x: {type: integer, pattern: a}}", "`pattern` is for texts"),
    ("{x: {type: string, pattern: '(?<=a)b'}}", "`pattern` is not a regular expression of RE2"),
    ("{x: {type: string, minimum: 3}}", "`minimum` is for numbers"),
    ("{x: {type: integer, minimum: a}}", "`minimum` is a whole number such as `5`, not `a`"),
    ("{x: {type: integer, minimum: 3, maximum: 2}}", "`maximum` is less than `minimum`"),
    ("{x: {type: integer, default: many}}", "the default of `x` is a whole number"),
    ("{x: {type: integer, minimum: 1, default: 0}}", "the default of `x` is at least `1`"),
    ("{X: string}", "`X` is not a name for an input"), ("[a]", "a list of typed names is a mapping"),
  ])
  func `a wrong declaration is reported`(_ text: String, _ message: String) throws {
    let messages = try problems(text)
    #expect(messages.contains { $0.hasPrefix(message) }, "\(messages)")
  }
}
