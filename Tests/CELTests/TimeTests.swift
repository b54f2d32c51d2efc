import CEL
import Testing

@Suite struct TimeTests {
  @Test func `a timestamp shows as many digits as it needs`() {
    #expect(Timestamp(seconds: 0).description == "1970-01-01T00:00:00Z")
    #expect(Timestamp(seconds: 0, nanoseconds: 500_000_000).description == "1970-01-01T00:00:00.500Z")
    #expect(Timestamp(seconds: 0, nanoseconds: 1000).description == "1970-01-01T00:00:00.000001Z")
    #expect(Timestamp(seconds: 0, nanoseconds: 1).description == "1970-01-01T00:00:00.000000001Z")
    #expect(Timestamp(seconds: -62_135_596_800).description == "0001-01-01T00:00:00Z")
    #expect(Timestamp(seconds: 253_402_300_799).description == "9999-12-31T23:59:59Z")
  }

  @Test func `RFC 3339 is read with any offset and fraction`() {
    #expect(Timestamp(rfc3339: "2026-11-23T17:15:00+01:00") == Timestamp(rfc3339: "2026-11-23T16:15:00Z"))
    #expect(Timestamp(rfc3339: "1970-01-01T00:00:00.1234567891Z")?.nanoseconds == 123_456_789)
    #expect(Timestamp(rfc3339: "1969-12-31T23:59:59.5Z") == Timestamp(seconds: -1, nanoseconds: 500_000_000))
    #expect(Timestamp(rfc3339: "2024-02-29T00:00:00Z") != nil)
  }

  @Test(arguments: [
    "2023-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "2026-01-01T00:00:00",
    "2026-01-01 00:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "",
    "0001-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "２026-01-01T00:00:00Z",
  ])
  func `other texts are no time`(text: String) {
    #expect(Timestamp(rfc3339: text) == nil)
  }

  @Test func `adding a duration carries nanoseconds and stays in range`() {
    let time = Timestamp(seconds: 10, nanoseconds: 900_000_000)
    #expect(time.adding(.milliseconds(200)) == Timestamp(seconds: 11, nanoseconds: 100_000_000))
    #expect(time.adding(.milliseconds(-11_000)) == Timestamp(seconds: -1, nanoseconds: 900_000_000))
    #expect(time.since(Timestamp(seconds: 12)) == .milliseconds(-1100))
    #expect(time.adding(.seconds(Int64.max)) == nil && time.adding(.seconds(Int64.min)) == nil)
  }

  @Test(arguments: [
    ("3600s", 3_600_000), ("1.5s", 1500), ("1h30m", 5_400_000), ("-250ms", -250), ("0", 0), (".5s", 500),
    ("1m1.5s", 61_500), ("+2us", 0),
  ])
  func `durations have Go's form`(text: String, milliseconds: Int64) throws {
    let duration = try #require(Duration(cel: text))
    #expect(
      duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000 == milliseconds)
  }

  @Test(arguments: [
    "", "1", "s", "1x", "1d", "--1s", "1 s", "1s ", "9223372037s", "99999999999999999999h", "1.s.", ".",
  ])
  func `other texts are no duration`(text: String) {
    #expect(Duration(cel: text) == nil)
  }

  @Test func `an input may count days`() {
    #expect(Duration(human: "7d") == .seconds(7 * 86400) && Duration(human: "1d12h") == .seconds(36 * 3600))
    #expect(Duration(human: "90s") == .seconds(90) && Duration(human: "d") == nil)
  }

  @Test func `durations are shown in seconds`() {
    #expect(Value.text(of: .seconds(3600)) == "3600s" && Value.text(of: .milliseconds(-250)) == "-0.25s")
    #expect(Value.text(of: .nanoseconds(1)) == "0.000000001s")
  }

  @Test func `zones have their rules, also beyond their files' last change`() throws {
    func hour(_ text: String, _ zone: String) throws -> Int? {
      try #require(Timestamp(rfc3339: text)).calendar(in: zone)?.hour
    }
    #expect(try hour("2026-01-15T12:00:00Z", "Europe/Berlin") == 13)
    #expect(try hour("2026-07-15T12:00:00Z", "Europe/Berlin") == 14)
    #expect(try hour("2099-07-15T12:00:00Z", "Europe/Berlin") == 14)
    #expect(try hour("2099-01-15T12:00:00Z", "Australia/Sydney") == 23)
    #expect(try hour("2026-03-29T00:59:59Z", "Europe/Berlin") == 1)
    #expect(try hour("2026-03-29T01:00:00Z", "Europe/Berlin") == 3)
    #expect(try hour("1890-01-01T12:00:00Z", "Europe/Berlin") == 12)
    #expect(try hour("2026-01-15T12:00:00Z", "-02:30") == 9)
    #expect(try hour("2026-01-15T12:00:00Z", "Asia/Kathmandu") == 17)
  }

  @Test(arguments: [
    "../../etc/passwd", "/etc/passwd", "Europe/../../../etc/passwd", "Europe", "Mars/Olympus", "Europe/Berlin\u{0}",
    "+99:00", "12:60", ".", "posix/../UTC",
  ])
  func `a zone's name leads to no other file`(name: String) {
    #expect(Timestamp(seconds: 0).calendar(in: name) == nil)
  }
}
