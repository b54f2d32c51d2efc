import Testing

@testable import PlaybookDrill

struct GlobTests {
  @Test(arguments: [
    ("session:7", "session:*", true), ("session:7", "*:7", true), ("session:7", "s*n:?", true), ("", "*", true),
    ("abc", "a*c*", true), ("abc", "a[b-d]c", true), ("abc", "a[^b]c", false), ("a*c", "a\\*c", true),
    ("abc", "a\\*c", false), ("abc", "ab", false), ("ab", "abc", false), ("aXbXc", "a*X*d", false), ("", "?", false),
    ("a]", "a[]]", false), ("aab", "*ab", true),
  ])
  func `patterns are those of Redis`(text: String, pattern: String, fits: Bool) {
    #expect(Glob.matches(text, pattern) == fits)
  }
}
