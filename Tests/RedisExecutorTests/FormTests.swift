import CEL
import ExecutorKit
import PlaybookLanguage
import SourceText
import Testing

@testable import RedisExecutor

struct FormTests {
  private static let file = SourceFile(path: "playbook.yaml", text: "x")
  private static let span = SourceSpan(file: file, range: 0..<1)

  private static func words(_ texts: String...) -> TemplateTree {
    .list(texts.map { .template(Template($0.isEmpty ? [] : [.text($0)], at: span)) }, span)
  }

  private static func problems(_ fields: [String: TemplateTree], _ mode: CallMode) -> [String] {
    RedisExecutor.schema.validate(CallForm(fields: fields), mode).map { "\($0.path.joined(separator: ".")) \($0.code)" }
  }

  @Test func `lint points at queries that write`() {
    #expect(Self.problems(["args": Self.words("DEL", "k")], .query) == ["args.0 query-writes"])
    #expect(Self.problems(["args": Self.words("config", "set", "x", "y")], .query) == ["args.0 query-writes"])
    #expect(Self.problems(["args": Self.words("EVAL", "x", "0")], .query) == ["args.0 query-writes"])
    #expect(Self.problems(["args": Self.words("CONFIG", "GET", "x")], .query) == [])
    #expect(Self.problems(["args": Self.words("DEL", "k")], .act) == [])
    #expect(Self.problems(["args": Self.words("MULTI")], .act) == ["args.0 forbidden-command"])
    #expect(Self.problems(["args": Self.words("FLUSHALL")], .act) == [])
    #expect(Self.problems(["args": Self.words("SUBSCRIBE", "c")], .query) == ["args.0 forbidden-command"])
    #expect(Self.problems(["args": Self.words("redis-cli", "GET", "k")], .query) == ["args.0 unknown-command"])
    #expect(Self.problems(["args": Self.words("what now")], .query) == ["args.0 unknown-command"])
    #expect(
      Self.problems(["pipeline": .list([Self.words("GET", "k"), Self.words("SET", "k", "v")], Self.span)], .query)
        == ["pipeline.1.0 query-writes"])
  }

  @Test func `lint points at a pasted program's name and at the operators of a shell, but not at quoted ones`() {
    #expect(Self.problems(["args": Self.words("redis-cli", "GET", "a")], .query) == ["args.0 unknown-command"])
    #expect(Self.problems(["args": Self.words("GET", "a", "|", "head")], .query) == ["args.2 redis-shell-word"])
    #expect(Self.problems(["args": Self.words("SET", "a", ">")], .act) == ["args.2 redis-shell-word"])
    #expect(Self.problems(["args": Self.words("sudo", "redis-cli", "PING")], .query) == ["args.0 unknown-command"])
    // A word of Redis' own.
    #expect(Self.problems(["args": Self.words("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">")], .act) == [])
    let pasted = SourceFile(path: "playbook.yaml", text: "GET a; GET b;")
    let two = [("GET", 0..<3), ("a;", 4..<6), ("GET", 7..<10), ("b;", 11..<13)].map { text, range in
      TemplateTree.template(Template([.text(text)], at: SourceSpan(file: pasted, range: range)))
    }
    #expect(Self.problems(["args": .list(two, Self.span)], .query) == ["args.1 redis-shell-word"])
    #expect(Self.problems(["args": .list(Array(two.suffix(2)), Self.span)], .query) == [])
    let written = SourceFile(path: "playbook.yaml", text: "SET a '|'")
    let words = [("SET", 0..<3), ("a", 4..<5), ("|", 6..<9)].map { text, range in
      TemplateTree.template(Template([.text(text)], at: SourceSpan(file: written, range: range)))
    }
    #expect(Self.problems(["args": .list(words, Self.span)], .act) == [])
  }

  @Test func `lint points at fields that do not go together`() {
    let pattern = TemplateTree.template(Template([.text("*")], at: Self.span))
    #expect(Self.problems([:], .query) == [" missing-field"])
    #expect(Self.problems(["args": Self.words("GET", "k"), "scan": pattern], .query) == ["scan conflicting-fields"])
    #expect(
      Self.problems(["args": Self.words("GET", "k"), "ttl": .value(true, Self.span)], .query) == [
        "ttl conflicting-fields"
      ])
    #expect(Self.problems(["scan": pattern], .act) == ["scan query-as-act"])
    #expect(Self.problems(["scan": pattern, "ttl": .value(true, Self.span)], .query) == [])
    #expect(Self.problems(["args": .list([], Self.span)], .query) == ["args empty-call"])
  }

  @Test func `the display is what redis-cli takes`() {
    let executor = RedisExecutor()
    let args: Value = ["args": ["SET", "a b", "\"q\"\r\n", .bytes([0xFF, 0x41]), "é", "", 7]]
    #expect(executor.display(call(args, .act), on: nil) == #"SET "a b" "\"q\"\r\n" "\xffA" é "" 7"#)
    #expect(executor.display(call(["pipeline": [["GET", "a"], ["TTL", "a"]]], .query), on: nil) == "GET a\nTTL a")
    let scan: Value = ["scan": "user:*", "type": "hash", "ttl": true]
    #expect(
      executor.display(call(scan, .query), on: nil)
        == "SCAN 0 MATCH user:* COUNT 1000 TYPE hash (to the end)\nTTL of each key")
  }

  @Test func `URLs are read whole`() {
    let url = RedisURL("rediss://al%20ice:p%40ss@[::1]:6380/2")
    #expect(url?.endpoint == .tcp(host: "::1", port: 6380))
    #expect(url?.isTLS == true)
    #expect(url?.user == "al ice")
    #expect(url?.password == "p@ss")
    #expect(url?.database == 2)
    #expect(RedisURL("redis://cache")?.endpoint == .tcp(host: "cache", port: 6379))
    #expect(RedisURL("redis://:pw@cache")?.user == nil)
    #expect(RedisURL("unix:///run/redis.sock?db=3")?.database == 3)
  }

  @Test func `host patterns match whole names`() {
    #expect(HostPort("[::1]:7")?.port == 7)
    #expect(HostPort("::1")?.host == "::1")
    #expect(HostPort("a:b") == nil)
  }

  @Test func `cluster nodes are read`() {
    let nodes = ClusterNode.parse(
      """
      07c37df 127.0.0.1:30004@31004,name slave e7d1eec 0 1426238317239 4 connected
      67ed2db 127.0.0.1:30002@31002 master - 0 1426238316232 2 connected 5461-10922
      e7d1eec 127.0.0.1:30001@31001 myself,master - 0 0 1 connected 0-5460 [93-<-292f8b3]
      292f8b3 127.0.0.1:30003@31003 master,fail - 0 1426238318243 3 connected
      nonsense
      """)
    #expect(nodes.map(\.hasSlots) == [false, true, true, false])
    #expect(nodes.map(\.isPrimary) == [false, true, true, true])
    #expect(nodes[2].isMyself)
    #expect(nodes[1].endpoint == .tcp(host: "127.0.0.1", port: 30002))
  }
}
