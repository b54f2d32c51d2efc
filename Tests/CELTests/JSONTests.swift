import CEL
import Testing

@Suite struct JSONTests {
  @Test func `a recorded number is exact where it is whole, and else a double`() throws {
    let value = try Value(
      json: "[9223372036854775807, 18446744073709551615, -9223372036854775808, 1.0, 1e2, 1e30]", numbers: .recorded)
    #expect(value.jsonText() == "[9223372036854775807,18446744073709551615,-9223372036854775808,1.0,100.0,1e+30]")
    guard case .list(let items) = value, case .int = items[0], case .uint = items[1], case .double = items[3] else {
      Issue.record("wrong types: \(value)")
      return
    }
    #expect(
      try Value(json: "123456789012345678901234567890", numbers: .recorded).jsonText() == "1.2345678901234568e+29")
  }

  @Test func `objects keep their order and the last of two equal keys counts`() throws {
    #expect(try Value(json: #"{"b":1,"a":2,"b":3}"#).jsonText() == #"{"b":3,"a":2}"#)
  }

  @Test func `what JSON can't hold is text`() {
    let value: Value = [
      .double(.nan), .double(-.infinity), .bytes([1, 2, 3]), .timestamp(Timestamp(seconds: 0, nanoseconds: 5_000_000)),
      .duration(.milliseconds(-1500)), .type(TypeName("int")), .optional(.none), .unknown(Unknown(["`a` was skipped"])),
    ]
    #expect(
      value.jsonText()
        == #"["NaN","-Infinity","AQID","1970-01-01T00:00:00.005Z","-1.5s","int",null,{"unknown":["`a` was skipped"]}]"#)
  }

  @Test func `texts are escaped and read back the same`() throws {
    let text = "\"\\\u{00}\u{1f}\u{7f}\n\r\t/\u{2028}é😀"
    #expect(try Value(json: Value.string(text).jsonText()) == .string(text))
    #expect(Value.string("\u{0}\n").jsonText() == #""\u0000\n""#)
  }

  @Test func `the pretty form is indented by two`() {
    #expect((["a": [1], "b": [:]] as Value).jsonText(pretty: true) == "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}")
  }

  @Test(arguments: ["", "{", "[1,]", "nul", "[1] x", "\"a", "{\"a\"}", "01", "\"\\ud800\"", "1e", "\u{FEFF}"])
  func `no JSON is a problem with its place`(text: String) {
    #expect(throws: JSONProblem.self) { try Value(json: text) }
  }

  /// The text may be a secret.
  @Test(arguments: [
    "{\"p\": \"pass-987654321}", "{\"p\": \"pass-987654321\\q\"}", "[\"pass-987654321\t\"]", "pass-987654321",
  ])
  func `the reason holds nothing of the text`(text: String) {
    let message = #expect(throws: JSONProblem.self) { try Value(json: text) }?.message ?? ""
    #expect(message.hasPrefix("no valid JSON: syntax error") && !message.contains("pass"), "\(message)")
    #expect(!message.contains("last read"), "\(message)")
  }

  @Test func `bytes that are not UTF-8 are not JSON`() {
    let problem = #expect(throws: JSONProblem.self) { try Value(json: [0x22, 0xff, 0x22] as [UInt8]) }
    #expect(problem?.offset == 1)
  }

  @Test func `nesting is bounded`() throws {
    let fair = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    _ = try Value(json: fair)
    #expect(throws: JSONProblem.self) { try Value(json: String(repeating: "[", count: 1_000_000)) }
    #expect(throws: JSONProblem.self) { try Value(json: String(repeating: "{\"a\":", count: 101)) }
  }
}
