import SourceText
import Testing
import YAMLTree

@Suite struct `A YAML tree` {
  private func parse(_ text: String) throws -> YAMLNode {
    let (root, diagnostics) = YAML.parse(SourceFile(path: "t.yaml", text: text))
    #expect(diagnostics.isEmpty)
    return try #require(root)
  }

  private func value(_ text: String) throws -> YAMLScalar.Value {
    guard case .scalar(let scalar) = try parse("v: " + text)["v"]?.content else { throw Missing() }
    return scalar.value
  }

  private struct Missing: Error {}

  @Test(arguments: ["on", "off", "yes", "no", "y", "1_000", "0b1", "1:30", "+", ".", "1e", "0x", "0o8", "nan", "tRUE"])
  func `words that other YAML types are text by the core schema`(_ text: String) throws {
    #expect(try value(text) == .string(text))
  }

  @Test(arguments: [
    ("0", 0), ("-12", -12), ("+7", 7), ("007", 7), ("0o17", 15), ("0x1f", 31), ("0xFF", 255),
    ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
  ])
  func `whole numbers are typed`(_ text: String, _ number: Int64) throws {
    #expect(try value(text) == .int(number))
  }

  @Test(arguments: [
    ("1.5", 1.5), (".5", 0.5), ("5.", 5), ("-1e3", -1000), ("1.E+2", 100), (".inf", .infinity), ("-.INF", -.infinity),
  ])
  func `broken numbers are typed`(_ text: String, _ number: Double) throws {
    #expect(try value(text) == .float(number))
  }

  @Test func `not a number, null and booleans are typed`() throws {
    guard case .float(let number) = try value(".NaN") else { throw Missing() }
    #expect(number.isNaN)
    for text in ["", "~", "null", "Null", "NULL"] { #expect(try value(text) == .null) }
    for text in ["true", "True", "TRUE"] { #expect(try value(text) == .bool(true)) }
    for text in ["false", "False", "FALSE"] { #expect(try value(text) == .bool(false)) }
  }

  @Test func `a number keeps the spelling it was written with`() throws {
    guard case .scalar(let scalar) = try parse("v: 007")["v"]?.content else { throw Missing() }
    #expect(scalar.text == "007")
    #expect(scalar.value == .int(7))
  }

  @Test(arguments: ["'true'", "\"1\"", "|\n  null", ">-\n  5"])
  func `what isn't plain is text`(_ text: String) throws {
    guard case .string = try value(text) else { throw Missing() }
  }

  @Test func `keys that aren't text go by their text, in the order written`() throws {
    guard case .mapping(let entries) = try parse("2: b\n1: a\ntrue: c\non: d\n'': e").content else { throw Missing() }
    #expect(entries.map(\.key.text) == ["2", "1", "true", "on", ""])
  }

  @Test func `an alias has its own place and the anchor's value`() throws {
    let root = try parse("a: &x {k: [1]}\nb: *x")
    let alias = try #require(root["b"])
    #expect(alias.span.location == "t.yaml:2:4")
    #expect(alias["k"]?.kindName == "a list")
  }

  @Test func `spans cover a value and not the line break after it`() throws {
    let root = try parse("a:\n  - b\n  - {c: d}\n\n# end\ne: |\n  x\n  y\n\nf: é g # h\n")
    func text(_ key: String) throws -> String {
      let span = try #require(root[key]).span
      return String(decoding: span.file.bytes[span.start.offset..<span.end.offset], as: UTF8.self)
    }
    #expect(try text("a") == "- b\n  - {c: d}")
    #expect(try text("e") == "|\n  x\n  y")
    #expect(try text("f") == "é g")
  }

  @Test func `a byte order mark shifts no column`() throws {
    let (root, _) = YAML.parse(SourceFile(path: "t.yaml", bytes: [0xEF, 0xBB, 0xBF] + Array("a: b".utf8)))
    #expect(root?["a"]?.span.location == "t.yaml:1:4")
  }

  @Test func `line breaks of Windows are line breaks`() throws {
    let root = try parse("a: 1\r\nb: |\r\n  x\r\n  y\r\n")
    #expect(root["b"]?.span.location == "t.yaml:2:4")
    guard case .scalar(let scalar) = root["b"]?.content else { throw Missing() }
    #expect(scalar.text == "x\ny\n")
    #expect(scalar.lines.count >= 2)
  }
}
