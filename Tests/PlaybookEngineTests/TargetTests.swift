import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Testing

@Suite struct TargetTests {
  @Test(arguments: [
    ("*.cache.internal", "a.cache.internal", true), ("*.cache.internal", "a.b.cache.internal", true),
    ("*.cache.internal", "cache.internal", false), ("*.cache.internal", ".cache.internal", false),
    ("*.cache.internal", "a.cache.internal.evil", false), ("Cache-*.internal", "cache-7.INTERNAL", true),
    ("cache-*.internal", "cache-7.evil.internal", false), ("10.0.*", "10.0.1.2", true),
    ("10.0.*", "10.0.evil.com", false), ("10.0.*:6379", "10.0.1.2", true), ("10.0.*:22", "10.0.1.2", false),
    ("*", "anything.at.all", true), ("", "a", false), ("2001:db8::1", "2001:db8::1", true),
    ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("a**", "a", true),
  ])
  func `a pattern of hosts lets through what it says and no more`(pattern: String, host: String, isMatch: Bool) {
    #expect(HostPattern.matches([pattern], host: host, port: 6379) == isMatch)
  }

  @Test func `many stars cost no more than the host is long`() {
    let pattern = String(repeating: "*a", count: 60) + "b"
    #expect(!HostPattern.matches([pattern], host: String(repeating: "a", count: 250), port: nil))
  }

  @Test func `a setting of an act lies over the target's own, and a wrong one is named`() throws {
    let target = try target(["url": "postgres://reader@db", "act": ["url": "postgres://admin@db"]])
    #expect(try TargetSettings(target, mode: .query, names: ["url"]).required("url") == "postgres://reader@db")
    #expect(try TargetSettings(target, mode: .act, names: ["url"]).required("url") == "postgres://admin@db")
    let wrong: [(Value, String)] = [
      (["urls": "x"], "`urls` is no setting"), (["act": ["urls": "x"]], "`urls` is no setting"),
      (["act": 1], "`act` must be a map"), (["url": 7], "`url` must be a text"), (.map(MapValue()), "`url` is missing"),
    ]
    for (settings, part) in wrong {
      let target = try self.target(settings)
      let error = try #require(throws: ExecutorError.self) {
        _ = try TargetSettings(target, mode: .query, names: ["url"]).required("url")
      }
      #expect(error.code == .invalid && error.message.contains(part), "\(error.message)")
    }
  }

  private func target(_ settings: Value) throws -> ResolvedTarget {
    ResolvedTarget(name: "sql", settings: try #require(settings.mapValue), environment: "staging")
  }
}
