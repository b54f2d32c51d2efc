import CEL
import Testing

struct LocalTimeRulesTests {
  @Test(arguments: [
    ("UTC", "2026-07-01T12:00:00Z", "2026-07-01T12:00:00Z"),
    ("America/New_York", "2026-01-15T08:30:00.5Z", "2026-01-15T13:30:00.500Z"),
    ("America/New_York", "2026-07-15T08:30:00Z", "2026-07-15T12:30:00Z"),
    // The hour that clocks skip on 8 March, and both its neighbours.
    ("America/New_York", "2026-03-08T01:59:59Z", "2026-03-08T06:59:59Z"),
    ("America/New_York", "2026-03-08T02:00:00Z", ""),
    ("America/New_York", "2026-03-08T02:59:59Z", ""),
    ("America/New_York", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"),
    // The hour that they show twice on 1 November: the second time.
    ("America/New_York", "2026-11-01T00:59:59Z", "2026-11-01T04:59:59Z"),
    ("America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T06:30:00Z"),
    // Beyond the last change that tzdata lists.
    ("America/New_York", "2090-07-01T12:00:00Z", "2090-07-01T16:00:00Z"),
    ("Asia/Kolkata", "2026-11-29T12:00:00Z", "2026-11-29T06:30:00Z"),
    ("Australia/Lord_Howe", "2026-10-04T02:15:00Z", ""), ("Pacific/Apia", "2011-12-30T12:00:00Z", ""),
    ("EST5EDT", "2026-07-15T08:00:00Z", "2026-07-15T12:00:00Z"),
    ("<+05:30>-05:30", "2026-11-29T12:00:00Z", "2026-11-29T06:30:00Z"),
    ("<-03>+03", "2026-11-29T12:00:00Z", "2026-11-29T15:00:00Z"),
    ("CET-1CEST,M3.5.0,M10.5.0/3", "2026-07-01T12:00:00Z", "2026-07-01T10:00:00Z"),
    ("Asia/Tokyo", "0001-01-01T00:00:00Z", ""), ("America/New_York", "9999-12-31T23:00:00Z", ""),
  ])
  func `a time without a zone is read as the zone's clocks show it`(_ zone: String, _ local: String, _ expected: String)
    throws
  {
    let rules = try #require(LocalTimeRules(zone: zone))
    let shown = try #require(Timestamp(rfc3339: local))
    #expect(rules.instant(showing: shown)?.description ?? "" == expected)
  }

  @Test(arguments: ["", "Nowhere/None", "right/UTC", "localtime", "../../etc/passwd", "FOO5BAR", "05:30", "+02"])
  func `a zone that is not known is none`(_ zone: String) { #expect(LocalTimeRules(zone: zone) == nil) }

  @Test(arguments: [
    ("UTC", true), ("Etc/UTC", true), ("GMT", true), ("Etc/GMT+0", true), ("UTC0", true), ("Africa/Abidjan", false),
    ("Europe/London", false), ("Etc/GMT+1", false), ("<+00>-00", true),
  ])
  func `a zone that is UTC says so`(_ zone: String, _ expected: Bool) {
    #expect(LocalTimeRules(zone: zone)?.isUTC == expected)
  }
}
