import CEL
import Testing

@Suite struct OwnFunctionTests {
  private func json(_ text: String) throws -> String {
    let bindings = Bindings(
      ["rows": [["n": 3], ["n": 5]], "t": .timestamp(Timestamp(seconds: 100))], now: Timestamp(seconds: 160))
    return try CEL.Expression(parsing: text).evaluate(bindings).jsonText()
  }

  @Test(arguments: [
    ("sum(rows.map(r, r.n))", "8"), ("[1.5, 2.5].sum()", "4.0"), ("sum([])", "0"),
    ("sum([duration('1s'), duration('2s')])", #""3s""#), ("max(rows.map(r, r.n))", "5"), ("min(['b', 'a'])", #""a""#),
    ("[2, 1.5, 3u].max()", "3"), ("'error 42 at 7'.find('[0-9]+')", #""42""#), ("'none'.find('[0-9]')", #""""#),
    ("'a1b22'.findAll('[0-9]+')", #"["1","22"]"#), ("'a1b22'.findAll('[0-9]+', 1)", #"["1"]"#),
    ("'aäb'.findAll('x*').size()", "4"), ("json('{\"a\": [1, 2.0]}').a", "[1,2.0]"), ("age(t)", #""60s""#),
    ("fingerprint('secret')", #""sha256:2bb80d537b1d""#), ("[3, 1, 2].sort()", "[1,2,3]"),
    ("rows.sortBy(r, -r.n).map(r, r.n)", "[5,3]"), ("[1, 1u, 1.0, 2].distinct()", "[1,2]"),
    ("[[1], [[2]], 3].flatten()", "[1,[2],3]"), ("[[1], [[2]], 3].flatten(2)", "[1,2,3]"),
    ("lists.range(3).reverse()", "[2,1,0]"), ("[1, 2].first().value()", "1"), ("[].last().hasValue()", "false"),
    ("[optional.of(1), optional.none()].unwrapOpt()", "[1]"), ("math.sqrt(9)", "3.0"),
    ("{'a': 1, 'b': 2}.transformMapEntry(k, v, {v: k})", #"{"1":"a","2":"b"}"#),
    ("[1, 2, 3].transformList(i, v, i > 0, v * 10)", "[20,30]"),
  ])
  func `gives what its page says`(text: String, expected: String) throws {
    #expect(try json(text) == expected)
  }

  @Test(arguments: [
    ("4gb", "4294967296"), ("512Mi", "536870912"), ("1.5G", "1500000000"), ("2.5", "2.5"), ("85%", "0.85"),
    ("500m", "0.5"),
    ("1k", "1000"), ("1kB", "1024"), ("64KiB", "65536"), ("-3M", "-3000000"), ("1e3", "1000"),
    ("1E", "1000000000000000000"),
    ("10 MB", "10485760"), ("7", "7"), ("9223372036854775807", "9223372036854775807"), ("12b", "12"),
    ("1.10", "1.1"), ("123456789012345.68", "123456789012345.68"),
    ("1234567890123456.78G", "1234567890123456780000000"),
    ("0.1234567890123456789k", "123.4567890123456789"), ("99.99%", "0.9999"), ("1.5m", "0.0015"),
    ("1e20", "1e+20"),
  ])
  func `a quantity is a number`(text: String, expected: String) throws {
    #expect(try json("quantity('\(text)')") == expected)
  }

  @Test(arguments: [
    "quantity('')", "quantity('gb')", "quantity('1x')", "quantity('1.')", "quantity('1gbb')", "quantity('--1')",
    "quantity('1e')",
    "sum(['a'])", "sum([1, 'a'])", "sum([true, 2.0])", "min([])", "max([1, 'a'])", "json('{')", "age('x')",
    "'a'.find('(')",
    "[1, 'a'].sort()", "[[1]].sort()", "[1].slice(0, 2)", "[1].flatten(-1)", "sum([9223372036854775807, 1])",
  ])
  func `refuses what it can't do`(text: String) {
    #expect(throws: CEL.Expression.Problem.self) { try json(text) }
  }

  @Test func `a mapped address is no way around a network`() {
    let inside = CIDRBlock("10.0.0.0/8")
    #expect(IPAddress("::ffff:10.1.2.3").map { inside?.contains($0) == true } == true)
    #expect(IPAddress("010.1.2.3") == nil && IPAddress("10.1.2.3 ") == nil && IPAddress("fe80::1%eth0") == nil)
    #expect(CIDRBlock("10.0.0.0/33") == nil && CIDRBlock("10.0.0.0/08") == nil && CIDRBlock("10.0.0.0/") == nil)
    #expect(IPAddress("2001:db8::1").map { CIDRBlock("::/0")?.contains($0) == true } == true)
  }

  @Test(arguments: [
    ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"), ("::1", "::1"), ("1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"),
    ("fe80::", "fe80::"), ("0:0:0:1::", "0:0:0:1::"), ("::1.2.3.4", "::102:304"),
  ])
  func `IPv6 is shown as RFC 5952 says`(text: String, expected: String) {
    #expect(IPAddress(text)?.description == expected)
  }
}
