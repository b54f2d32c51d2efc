import CEL
import Testing

@Suite struct DecimalTests {
  private func value(_ text: String) throws -> Value {
    var bindings = Bindings([
      "price": .decimal(try #require(Decimal("1.10"))), "nan": .double(.nan), "infinite": .double(.infinity),
      "months": "1 mon 9 days", "big": .decimal(try #require(Decimal("12345678901234567890123"))),
    ])
    // Debug builds are slow where numbers are long.
    bindings.limits.time = .seconds(20)
    return try CEL.Expression(parsing: text).evaluate(bindings)
  }

  @Test(arguments: [
    "0", "1", "-1.10", "100.00", "1e5", "1E+5", "1.5e-7", "0.1234567890123456789", "12345678901234567890123", "-0",
    "0.00",
    "1e999999999999999999999", "18446744073709551615",
  ])
  func `a number keeps its text, in JSON as well`(text: String) throws {
    let number = try #require(Decimal(text))
    #expect(number.text == text && number.jsonText == text && Value.decimal(number).rendered == text)
  }

  @Test(arguments: [
    (".5", "0.5"), ("-.5e3", "-0.5e3"), ("5.", "5"), ("+1.5", "1.5"), ("007.50", "7.50"), ("00", "0"), ("1.e5", "1e5"),
    ("+000", "0"),
  ])
  func `a spelling that JSON has not is written as JSON has it`(text: String, json: String) throws {
    #expect(Decimal(text)?.text == text && Decimal(text)?.jsonText == json)
    #expect(try Value(json: json) == Value.decimal(#require(Decimal(text))))
  }

  @Test(arguments: [
    "", ".", "-", "e5", "1e", "1e+", "1.2.3", "0x10", "1_000", " 1", "1 ", "NaN", "Infinity", "1,5", "१",
  ])
  func `other texts are not numbers`(text: String) {
    #expect(Decimal(text) == nil && Value(number: text) == nil)
  }

  @Test(arguments: [
    ("1", "int"), ("-9223372036854775808", "int"), ("9223372036854775808", "decimal"), ("1.0", "decimal"),
    ("1.5", "double"), ("1.50", "decimal"), ("1e5", "decimal"), ("1e+22", "double"), ("1e22", "decimal"),
    ("0.1", "double"), ("1e999", "decimal"), ("1e-999", "decimal"), ("-0", "decimal"), ("-0.0", "decimal"),
    ("12345678901234567890123", "decimal"), ("0.1234567890123456789", "decimal"), ("1E5", "decimal"),
  ])
  func `a written number is an int or a double where that loses nothing`(text: String, type: String) throws {
    let value = try #require(Value(number: text))
    #expect(value.typeName.name == type && value.rendered == text)
    #expect(try Value(json: "[\(text)]").listValue?.first?.typeName.name == type)
    #expect(try Value(json: "[\(text)]").listValue?.first?.rendered == text)
  }

  @Test func `a journal's numbers are what they were`() throws {
    let value = try Value(json: "[1, 1.0, 1e2, 18446744073709551615, 123456789012345678901]", numbers: .recorded)
    #expect(value.listValue?.map(\.typeName.name) == ["int", "double", "double", "uint", "double"])
    #expect(throws: JSONProblem.self) { try Value(json: "1e999", numbers: .recorded) }
  }

  @Test(arguments: [
    "price == 1.1", "price == decimal('1.1')", "price != 1.11", "price > 1", "price < 2u", "1.2 > price", "1 < price",
    "decimal('100.00') == 100", "100u == decimal('100.00')", "decimal('-0.0') == 0", "decimal('1e5') == 100000",
    "decimal('0.1234567890123456789') != decimal('0.1234567890123456780')",
    "decimal('100000000000000.001') != decimal('100000000000000.002')", "decimal('999999999999999.99') < 1e15",
    "big != decimal('12345678901234567890124')", "big > 9223372036854775807", "-big < -9223372036854775807",
    "decimal('9007199254740993') > 9007199254740992.0", "decimal('18446744073709551615') == 18446744073709551615u",
    "decimal('1e-999') > 0", "decimal('1e999') > 1.7e308", "decimal('-1e999') < -1.7e308",
    "decimal('1e99999999999999999999') > decimal('1e99999999999999999998')",
    "decimal('0.1e100000000000000000') == decimal('1e99999999999999999')",
    "decimal('1e-99999999999999999999') < decimal('0.001')", "decimal('0e99999999999999999999') == 0",
    "decimal('1' + '0e999999999999999999999') == decimal('1e1000000000000000000000')",
    "price in [1, 1.1]", "1.1 in [price]", "[price] == [1.1]", "{'a': price} == {'a': 1.1}", "price in {price: 1}",
    "{price: 'a'}[1.1] == 'a'", "{1: 'a'}[decimal('1.00')] == 'a'", "{decimal('2.00'): 'b'}[2] == 'b'",
    "{big: 1}[decimal('1.2345678901234567890123e22')] == 1",
    "[price, 1.1, decimal('1.1'), 2, decimal('2.0'), 2.0].distinct() == [price, 2]",
    "[big, big + 1, big].distinct().size() == 2", "[1, 2][decimal('1.0')] == 2", "price == price", "!(price == 'x')",
    "type(price) == decimal", "type(-price) == decimal", "string(price) == '1.10'",
    "string(big) == '12345678901234567890123'",
    "double(decimal('99999999999999.999')) < 100000000000000.0", "double(decimal('99999999999999.999')) != 1e14",
    "double(big) != double(big + 1)", "1e14 > double(decimal('99999999999999.999'))",
    "!(double(big) in [1.2345678901234568e22])",
    "double(decimal('1e999')) > 1.0", "double(decimal('99999999999999.999')) + 0.0 == 1e14", "double('1.5') == 1.5",
    "double(price) in [1.1]",
    "math.isFinite(decimal('1e999')) && !math.isNaN(price) && !math.isInf(price)",
  ])
  func `compares with every number by its value`(text: String) throws {
    #expect(try value(text) == true)
  }

  @Test(arguments: [
    ("price + 1", "2.10"), ("price + 0.1", "1.20"), ("1 - price", "-0.10"), ("price * 3u", "3.30"),
    ("price * price", "1.2100"), ("price - price", "0.00"), ("decimal('0.1') + 0.2", "0.3"), ("price * 2.0", "2.20"),
    ("decimal('1e5') + 1", "100001"), ("decimal('1e5') * decimal('0.01')", "1000.00"), ("-price", "-1.10"),
    ("-decimal('-1.10')", "1.10"), ("-decimal('0.00')", "0.00"), ("price + 1e22", "10000000000000000000001.10"),
    ("big * big", "152415787532388367504942236884722755800955129"), ("big + 1", "12345678901234567890124"),
    ("big - decimal('0.1')", "12345678901234567890122.9"), ("big * -1", "-12345678901234567890123"),
    ("decimal('99999999999999999999999999999999999999') + 1", "100000000000000000000000000000000000000"),
    ("decimal('1e40') - decimal('1e40')", "0"), ("decimal('1e-40') + 0", "0.0000000000000000000000000000000000000001"),
    ("sum([1, 1.5])", "2.5"), ("sum([decimal('1'), decimal('1.5')])", "2.5"), ("sum([price, 1, 0.5, 2u])", "4.60"),
    ("sum([decimal('1.10')])", "1.10"), ("min([2, price])", "1.10"), ("max([price, 1.1])", "1.10"),
    ("math.greatest(1, price, 1.05)", "1.10"), ("math.least([price, 1.05])", "1.05"), ("math.abs(-price)", "1.10"),
    ("math.round(decimal('2.50'))", "3"), ("math.round(decimal('-2.50'))", "-3"), ("math.round(decimal('0.4'))", "0"),
    ("math.round(decimal('0.04'))", "0"), ("math.round(decimal('-0.4'))", "0"), ("math.ceil(decimal('0.001'))", "1"),
    ("math.ceil(decimal('-1.9'))", "-1"), ("math.floor(decimal('-0.001'))", "-1"), ("math.floor(price)", "1"),
    ("math.trunc(decimal('-99.99'))", "-99"), ("math.round(decimal('99.5'))", "100"),
    ("math.round(big)", "12345678901234567890123"),
    ("math.round(decimal('1e5'))", "100000"), ("math.sign(-price)", "-1"), ("math.sign(decimal('0.00'))", "0"),
    ("math.sqrt(decimal('4.00'))", "2"), ("int(decimal('-1.9'))", "-1"), ("int(decimal('1e-999'))", "0"),
    ("int(decimal('9223372036854775807.9'))", "9223372036854775807"),
    ("uint(decimal('18446744073709551615.5'))", "18446744073709551615"),
    ("double(price)", "1.1"), ("double(big)", "1.2345678901234568e+22"), ("double(decimal('1e-999'))", "0"),
    ("decimal(0.1)", "0.1"), ("timestamp(decimal('1795971600.1234567899'))", "2026-11-29T17:00:00.123456789Z"),
    ("timestamp(decimal('-0.5'))", "1969-12-31T23:59:59.500Z"), ("timestamp(decimal('-1'))", "1969-12-31T23:59:59Z"),
    ("timestamp(decimal('60.0'))", "1970-01-01T00:01:00Z"), ("decimal(1)", "1"), ("decimal('1.10')", "1.10"),
    ("[price, 1, 1.05, 2u].sort()", "[1,1.05,1.10,2]"),
    ("[2, price].sortBy(x, -x)", "[2,1.10]"),
    ("'%s %d %.1f %.2e'.format([price, decimal('100.00'), decimal('0.25'), big])", "1.10 100 0.2 1.23e+22"),
    ("'%d'.format([decimal('1e3')])", "1000"), ("'%.2f'.format([decimal('0.00')])", "0.00"),
    ("'%f'.format([decimal('0.1234567890123456789')])", "0.123457"),
    ("'%.30f'.format([price])", "1.100000000000000000000000000000"),
    ("'%.3e'.format([decimal('0.00012345')])", "1.234e-04"), ("{price: 1}", #"{"1.10":1}"#),
    ("json('{\"v\": 1.10}').v", "1.10"),
    ("price + infinite", "Infinity"), ("price - infinite", "-Infinity"), ("price * nan", "NaN"),
    ("quantity(price)", "1.10"),
    ("fingerprint(price) == fingerprint(decimal('1.1'))", "false"),
  ])
  func `calculates exactly, with PostgreSQL's digits behind the point`(text: String, expected: String) throws {
    #expect(try value(text).rendered == expected)
  }

  @Test(arguments: [
    ("price / 2", "there is no `decimal / int`", "say how exact it is to be: `double(x)`"),
    ("2.0 / price", "there is no `double / decimal`", "say how exact it is to be: `double(x)`"),
    ("price % 2", "there is no `decimal % int`", "say how exact it is to be: `int(x)`"),
    ("int(big)", "this number is beyond 64 bits", nil),
    ("int(decimal('1e999999999999999999999'))", "this number is beyond 64 bits", nil),
    ("uint(-price)", "this number is beyond the range of uint", nil),
    ("double(decimal('1e999'))", "this number is beyond the range of a double", nil),
    ("decimal('1.1.1')", "this text is not a decimal", "write it like `1.10`"),
    ("decimal(nan)", "NaN is not a decimal", nil),
    ("'%d'.format([price])", "`%d` can't show 1.10, which is not a whole number", "`%s`, `%f` or `int(x)`"),
    ("timestamp(decimal('1e30'))", "this time is outside of years 1 to 9999", nil),
    ("timestamp(decimal('1e12'))", "this time is outside of years 1 to 9999", nil),
    ("'%x'.format([price])", "`%x` can't show decimal", nil),
    ("price + 'a'", "there is no `decimal + string`", "convert it: `string(x)`"),
    ("decimal('1e131072') + 1", "this number is beyond 131,072 digits, and can't be calculated with", nil),
    ("decimal('1e131073') * 1", "this number is beyond 131,072 digits, and can't be calculated with", nil),
    (
      "decimal('1e-131072') * decimal('1e-131072')",
      "this number is beyond 131,072 digits, and can't be calculated with", nil
    ),
    (
      "decimal('1e100000') + decimal('1e-100000')",
      "this number is beyond 131,072 digits, and can't be calculated with", nil
    ),
    (
      "math.round(decimal('1e999999999999999999999'))",
      "this number is beyond 131,072 digits, and can't be calculated with", nil
    ),
    ("[price, 'a'].sort()", "decimal and string can't be sorted together", nil),
    ("[1][price]", "a list's index is int, not decimal", nil),
  ])
  func `says what it can't do`(text: String, message: String, help: String?) throws {
    let problem = #expect(throws: CEL.Expression.Problem.self) { try value(text) }
    #expect(problem?.message == message && problem?.help == help)
  }

  @Test func `a number of 200,000 digits is kept and compared, not calculated with`() throws {
    let long = "1" + String(repeating: "0", count: 199_998) + "1"
    let number = try #require(Decimal(long))
    #expect(number.text == long && Value.decimal(number) == Value.decimal(number))
    #expect(Decimal(long) != Decimal(String(long.dropLast()) + "2") && Decimal("1e199999") != number)
    var bindings = Bindings(["x": .decimal(number), "y": .decimal(try #require(Decimal(long + "e-10")))])
    bindings.limits.time = .seconds(20)
    #expect(try CEL.Expression(parsing: "x > 1 && x > y && x != y && x == x").evaluate(bindings) == true)
    let problem = #expect(throws: CEL.Expression.Problem.self) {
      try CEL.Expression(parsing: "x + 1").evaluate(bindings)
    }
    #expect(problem?.message.contains("131,072 digits") == true)
    #expect(try Value(json: "[\(long)]").jsonText() == "[\(long)]")
  }

  @Test(arguments: [
    "nan > 1.0", "nan != 1.0", "nan == nan", "1 < nan", "nan in [1.0]", "[nan] == [1.0]", "nan in {1: 2}",
    "{'a': nan} != {'a': 1}", "price > infinite", "price != nan", "price in [infinite]", "true && nan > 1.0",
    "false || nan != 1.0", "max([1.0, nan])", "min([price, infinite])", "math.greatest(nan, 1.0)",
    "[1.0].all(x, x < nan)",
    "[1.0].exists(x, x == nan)", "infinite == price", "nan <= 1u",
    "months > duration('240h')", "months == duration('960h')", "months != duration('720h')",
    "months in [duration('960h')]",
    "duration('1h') < months", "[months] == [duration('1h')]",
    "'-1 years -2 mons +3 days -04:05:06.789' == duration('1h')",
    "'1 mon' == duration('720h')", "'2026-03-08 02:30:00' == timestamp('2026-03-08T02:30:00Z')",
    "'0044-03-15 00:00:00 BC' < timestamp('2026-03-08T02:30:00Z')",
    "timestamp('2026-03-08T02:30:00Z') != '12026-01-01 00:00:00+00'", "'infinity' > timestamp('2026-11-29T00:00:00Z')",
    "timestamp('2026-11-29T00:00:00Z') != '-infinity'",
    "timestamp('2026-11-29T00:00:00Z') in ['infinity']",
  ])
  func `a comparison that says nothing is unknown`(text: String) throws {
    guard case .unknown(let unknown) = try value(text) else {
      Issue.record("\(text) is \(try value(text).rendered)")
      return
    }
    #expect(unknown.reasons.count == 1)
  }

  @Test(arguments: [
    ("months == '1 mon 9 days'", true), ("months == duration('1h') && false", false), ("1.0 in [nan, 1.0]", true),
    ("nan == 'a'", false), ("[nan, 1.0] == [nan, 2.0]", false), ("infinite > 1.0", true), ("nan > 1.0 || true", true),
    ("'1 month' == duration('720h')", false), ("'1 mon x' == duration('1h')", false),
    ("'9 days' == duration('216h')", false),
    ("'mon' == duration('1h')", false), ("'infinity' == 'infinity'", true),
    ("'2026-11-29' == timestamp('2026-11-29T00:00:00Z')", false),
    ("'at 10:00:00' == timestamp('2026-11-29T00:00:00Z')", false),
    ("'1 mon' == timestamp('2026-11-29T00:00:00Z')", false),
    ("math.isNaN(nan)", true), ("months in {'1 mon 9 days': 1}", true),
  ])
  func `another one is not`(text: String, expected: Bool) throws {
    #expect(try value(text) == .bool(expected))
  }

  @Test func `the reason of an unknown comparison is a way out`() throws {
    #expect(
      try value("months > duration('240h')")
        == .unknown(Unknown(["an interval with months is not a length of time; `now() - x` or `extract(epoch …)`"])))
    #expect(try value("nan > 1.0") == .unknown(Unknown(["NaN is not a number, so nothing compares with it"])))
    #expect(
      try value("timestamp('2026-11-29T00:00:00Z') < 'infinity'")
        == .unknown(Unknown(["`infinity` is not a point in time; exclude it with `isfinite(x)`"])))
  }

  @Test func `numbers that are equal hash alike, and sorting has no loops`() throws {
    let texts = [
      "0", "-0", "0.00", "1", "1.0", "1.10", "1.1", "9007199254740992", "9007199254740993", "9007199254740993.0",
      "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e19", "1.7e308",
      "1e309", "-1e309", "1e-330", "0.1234567890123456789", "0.12345678901234568", "-5.5", "1e22",
      "12345678901234567890123",
    ]
    var numbers: [Value] = [.double(-0.0), .uint(1), .double(.infinity), .double(-.infinity), .uint(.max), .int(.min)]
    for text in texts {
      let decimal = try #require(Decimal(text))
      numbers.append(.decimal(decimal))
      if let int = Int64(text) { numbers.append(.int(int)) }
      if let double = Double(text), double.isFinite { numbers.append(.double(double)) }
    }
    for one in numbers {
      for other in numbers where one == other {
        #expect(one.hashValue == other.hashValue, "\(one) and \(other)")
        #expect(other == one)
      }
      for other in numbers where Value.precedes(one, other) {
        #expect(!Value.precedes(other, one))
        for third in numbers where Value.precedes(other, third) {
          #expect(Value.precedes(one, third), "\(one), \(other), \(third)")
        }
      }
    }
  }

  @Test(arguments: [
    ("decimal('1.0') + 1", StaticType.decimal, ""), ("1.5 * decimal('1.0')", .decimal, ""),
    ("-decimal('1')", .decimal, ""),
    ("decimal('1') > 0.5", .bool, ""), ("decimal('1') / 2", .dyn, "there is no `decimal / int`"),
    ("decimal('x')", .decimal, "this text is not a decimal"),
    ("decimal('1') + 'a'", .dyn, "there is no `decimal + string`"),
    ("decimal('1') == 'a'", .bool, "decimal and string are never equal"),
    ("{decimal('1'): 2}", .map(key: .decimal, value: .int), ""),
    ("int(decimal('1'))", .int, ""), ("math.round(decimal('1.5'))", .decimal, ""),
    ("sum([decimal('1')])", .decimal, ""),
  ])
  func `is a number to the checker`(text: String, type: StaticType, problem: String) throws {
    let (found, problems) = try CEL.Expression(parsing: text).check(Scope())
    #expect(found == type && problems.map(\.message) == (problem.isEmpty ? [] : [problem]))
  }
}
