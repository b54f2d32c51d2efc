import CEL
import Testing

@testable import PlaybookJournal

@Suite struct JournalValueTests {
  private static let values: [(String, Value)] = [
    ("null", .null), ("bool", true), ("int", .int(.min)), ("uint", .uint(.max)), ("small uint", .uint(1)),
    ("double", 1.5), ("whole double", .double(3)), ("large double", .double(1e300)), ("infinity", .double(-.infinity)),
    ("decimal", exact("1.10")), ("long decimal", exact("-12345678901234567890123.0")), ("exponent", exact("1e999")),
    ("map of decimals", keyed(exact("1.50"), exact("100.00"))),
    ("text", "a\u{0}\u{1b}\"\\é\u{2028}"), ("bytes", .bytes([0, 255, 10])), ("no bytes", .bytes([])),
    ("list", [1, "a", []]), ("timestamp", .timestamp(.example)), ("duration", .duration(.milliseconds(-1500))),
    ("type", .type(TypeName("int"))), ("empty optional", .optional(nil)), ("optional", .optional(.some(1))),
    ("unknown", .unknown(Unknown(["`a` was skipped"]))), ("map", ["a": ["b": .null]]),
    ("tagged map", ["$timestamp": "no time"]), ("dollar key", ["$": 1, "a": 2]),
  ]

  private static func exact(_ text: String) -> Value { Decimal(text).map(Value.decimal) ?? .null }

  private static func keyed(_ key: Value, _ value: Value) -> Value {
    var map = MapValue()
    map.insert(value, for: key)
    return .map(map)
  }

  private func same(_ one: Value, _ other: Value) -> Bool { "\(one)" == "\(other)" }

  @Test(arguments: values.indices) func `a value comes back as it was, type and all`(_ index: Int) throws {
    let (name, value) = Self.values[index]
    let text = JournalValue.encode(value).jsonBytes()
    let back = JournalValue.decode(try Value(json: text, numbers: .recorded))
    #expect(same(back, value), "\(name): \(String(decoding: text, as: UTF8.self))")
  }

  @Test func `addresses and networks keep their type`() throws {
    let address = Value.ip(try #require(IPAddress("2001:db8::1")))
    let network = Value.cidr(try #require(CIDRBlock("10.0.0.0/8")))
    for value in [address, network] {
      let back = JournalValue.decode(try Value(json: JournalValue.encode(value).jsonBytes(), numbers: .recorded))
      #expect(same(back, value))
    }
  }

  @Test func `what the missing fields of an outcome are comes back with it`() throws {
    var failed = MapValue([("ok", false)])
    failed.absent = Unknown(["`q` failed"])
    var strange = MapValue([("$absent", "mine")])
    strange.absent = Unknown(["why"])
    for map in [failed, strange] {
      let outcome = Value.map(MapValue([("items", .list([.map(map)]))]))
      let back = JournalValue.decode(try Value(json: JournalValue.encode(outcome).jsonBytes(), numbers: .recorded))
      #expect(back["items"]?.listValue?[0].mapValue?.absent == map.absent)
      #expect(same(back, outcome))
    }
    let plain = Value.map(MapValue([("$absent", ["mine"])]))
    let back = JournalValue.decode(try Value(json: JournalValue.encode(plain).jsonBytes(), numbers: .recorded))
    #expect(same(back, plain))
    #expect(back.mapValue?.absent == nil)
  }

  @Test func `a map whose keys are no texts comes back in order`() throws {
    var map = MapValue()
    map.insert("two", for: .int(2))
    map.insert("yes", for: .bool(true))
    map.insert("text", for: .string("2"))
    let back = JournalValue.decode(try Value(json: JournalValue.encode(.map(map)).jsonBytes()))
    #expect(same(back, .map(map)))
  }

  @Test func `a tag that is unknown or does not fit stays as it is`() {
    for value: Value in [["$later": 1], ["$timestamp": "yesterday"], ["$map": [[1]]]] {
      #expect(same(JournalValue.decode(value), value))
    }
  }

  /// A journal of before there were decimals.
  @Test(arguments: [
    ("1.0", "double"), ("1.10", "double"), ("1e5", "double"), ("12345678901234567890123", "double"), ("5", "int"),
    ("18446744073709551615", "uint"), (#"{"$decimal":"1.10"}"#, "decimal"), (#"{"$decimal":"x"}"#, "map"),
  ])
  func `a bare number is read as it always was`(_ text: String, _ type: String) throws {
    #expect(JournalValue.decode(try Value(json: text, numbers: .recorded)).typeName.name == type)
  }
}
