import CEL
import PlaybookLanguage
import Testing

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// Spellings of what is protected, each given to each kind of call: none of them is sent.
struct ProtectionPromiseTests {
  /// A kind of call: the executor, and the YAML of its fields, in which `u` is what evidence gave.
  struct Kind: Sendable, CustomTestStringConvertible {
    var name: String
    var executor = "shell"
    var call: String

    var testDescription: String { name }
  }

  static let kinds = [
    Kind(name: "word", call: #"{args: [tool, "${u}"]}"#),
    Kind(name: "key", call: #"{args: [DEL, "ratelimit:${u}"]}"#),
    Kind(name: "key with an end", call: #"{args: [DEL, "ratelimit:${u}:tries"]}"#),
    Kind(name: "pipeline", call: #"{pipeline: [[GET, a], [DEL, "k:${u}"]]}"#),
    Kind(name: "list of words", call: #"{args: ["${[u]}"]}"#),
    Kind(name: "variable", call: #"{args: [tool], env: {NAME: "${u}"}}"#),
    Kind(name: "standard input", call: #"{args: [tool], body: "first\n${u}\nlast"}"#),
    Kind(name: "whole body", call: #"{body: "${u}"}"#),
    Kind(name: "JSON", call: #"{json: {user: {name: "${u}"}}}"#),
    Kind(name: "JSON's key", call: #"{json: "${{u: true}}"}"#),
    Kind(name: "JSON as text", call: #"{body: "${[u]}"}"#),
    Kind(name: "form", call: #"{form: {user: "${u}"}}"#),
    Kind(name: "query", call: #"{path: /users, query: {name: ["${u}", x]}}"#),
    Kind(name: "path", call: #"{path: "/users/${u}/sessions"}"#),
    Kind(name: "query of a path", call: #"{path: "/users?u=${u}"}"#),
    Kind(name: "parameter", executor: "sql", call: #"{statement: "DELETE FROM s WHERE u = :u", with: {u: "${u}"}}"#),
    Kind(
      name: "array", executor: "sql", call: #"{statement: "DELETE FROM s WHERE u = ANY(:u)", with: {u: "${[u, u]}"}}"#),
  ]

  private static let fields: [ExecutorSchema.Field] = [
    .init("args", .words, ""), .init("pipeline", .wordLists, ""), .init("env", .texts, ""), .init("body", .text, ""),
    .init("json", .tree, ""), .init("form", .texts, ""), .init("query", .texts, ""), .init("path", .urlPath, ""),
    .init("statement", .literal, ""), .init("with", .map, ""),
  ]

  /// The calls that went out, and what was left out.
  private static func tried(
    _ values: [Value], _ kind: Kind, _ protect: (inout Environment.Protected) -> Void
  ) async throws -> (sent: [String], leftOut: [String]) {
    let executor = FakeExecutor(kind.executor, fields: fields)
    let run = try TestRun(
      """
      steps:
        - query: found
          \(kind.executor): {body: found}
        - act: remove
          for_each: u in found.rows
          limit: 1000
          \(kind.executor): \(kind.call)
      """, executor: executor)
    run.environment.targets[0].name = kind.executor
    run.environment.targets[0].executor = kind.executor
    executor.script(#"{"body":"found"}"#, .rows(.list(values)))
    protect(&run.environment.protected)
    let human = FakeOperator(["remove": [.yes]])
    #expect(await run.sit(human) == .completed)
    guard case .approval(let approval)? = human.asked.first?.kind else { return (executor.acts, []) }
    return (executor.acts, approval.leftOut)
  }

  private static func ip(_ text: String) -> Value { IPAddress(text).map(Value.ip) ?? .null }
  private static func block(_ text: String) -> Value { CIDRBlock(text).map(Value.cidr) ?? .null }
  private static func decimal(_ text: String) -> Value { Decimal(text).map(Value.decimal) ?? .null }

  // MARK: Addresses

  static let addresses: [Value] = [
    "10.0.0.4", "10.0.0.4.", "10.4", "10.0.4", "012.0.0.4", "0012.0.0.4", "010.0.0.4", "010.000.000.004", "0xa.0.0.4",
    "0x0a.0x00.0x00.0x04", "0XA.0.0.4", "0x0a000004", "0x0A.4", "012.4", "01200000004", "167772164", 167_772_164,
    "10.0.0.4/32", "10.0.0.4/255.255.255.255", "10.0.0.0/8", "10.0.0.0/7", "8.0.0.0/5", "8.0.0.0/248.0.0.0",
    "8.0.0.0/7.255.255.255", "0.0.0.0/0", "0.0.0.0/0.0.0.0", "8.0.0.0 248.0.0.0", "0.0.0.0 0.0.0.0",
    "9.255.255.255-10.0.0.0", "::ffff:0a00:0004/128", "10.0.0.4.nip.io", "0/0", "10/8", "10.0/16", "8/5",
    "10.0.0.0-10.0.0.255",
    "9.0.0.0-11.0.0.0", "9.0.0.0 - 11.0.0.0", "9.0.0.0..11.0.0.0", "9.0.0.0 to 11.0.0.0", "9.0.0.0–11.0.0.0",
    "10.0.0.*", "10.0.*", "10.*", "10*", "1*", "10.0.0.?", "10.0.0.[0-9]", "1?.0.0.4", "*.0.0.4", "*.*.*.*", "*.4",
    "10*4",
    "10.x.x.x", "10.0.0.{1,4}", "{9,10}.0.0.4", "9-11.0.0.4", "[9-11].0.0.4", "10.0.0.1-20", "10.0.0.%", "10.%",
    "10.0.", "10.",
    "::ffff:10.0.0.4", "::FFFF:10.0.0.4", "::ffff:a00:4", "0:0:0:0:0:ffff:a00:4", "::ffff:0:0/96",
    "::ffff:10.0.0.0/104",
    "::10.0.0.4", "::a00:4", "::ffff:0:a00:4", "64:ff9b::10.0.0.4", "64:ff9b::a00:4", "64:FF9B::A00:4", "64:ff9b::/96",
    "64:ff9b:1::a00:4", "2002:a00:4::1", "2002:0a00:0004::", "2002::/16", "2001:0:1:2:3:4:f5ff:fffb",
    "fe80::5efe:a00:4",
    "fe80::200:5efe:10.0.0.4", "::/0", "[::ffff:a00:4]", "[::ffff:10.0.0.4]:443", "10.0.0.4:6379", "root@10.0.0.4",
    "http://10.0.0.4/", "http://a:b@10.0.0.4:80/x", "http://0x0a000004/", "http://167772164/", "http://012.4:80/",
    "https://[::ffff:a00:4]/", "blocked-10.0.0.4", "blocked10.0.0.4", "blocked_10.0.0.4", "x/10.0.0.4/y",
    "10.0.0.4,192.0.2.1",
    "192.0.2.1,10.0.0.4", "192.0.2.1 10.0.0.4", "192.0.2.1\n10.0.0.4", "a=10.0.0.4", "'10.0.0.4'", "{10.0.0.4}",
    "<10.0.0.4>",
    "10.0.0.4%eth0", "10.0.0.4%25eth0", "10%2E0%2E0%2E4", "10%252e0.0.4", "%31%30.0.0.4", "10&#46;0.0.4",
    "\\u0031\\u0030.0.0.4",
    #"{"ip": "10.0.0.4"}"#, #"{"ip": "\u0031\u0030.0.0.4"}"#, #"[["10.4"]]"#, "ip-10-0-0-4", "ip-10-0-0-4.ec2.internal",
    "10-0-0-4.nip.io", "host_10_0_0_4", "4.0.0.10.in-addr.arpa", "4.0.0.10.in-addr.arpa.", "10.in-addr.arpa",
    "１０.０.０.４", "１０．０．０．４", "10。0。0。4", "10｡0｡0｡4", "١٠.٠.٠.٤", "१०.०.०.४", "①⓪.⓪.⓪.④", "⑩.0.0.4", "¹⁰.0.0.4",
    "𝟏𝟎.𝟎.𝟎.𝟒", "10․0․0․4", "10.0.0.4\u{200B}", "10.\u{200B}0.0.4", "1\u{200C}0.0.0.4", "10\u{2060}.0.0.4",
    "\u{FEFF}10.0.0.4",
    "10.0\u{00AD}.0.4", "\u{202E}10.0.0.4\u{202C}", "10.0.0.4\u{0}", " 10.0.0.4 ", "\t10.0.0.4", "1.10.0.0.4",
    "10.0.0.4.5",
    "8.0.0.0 netmask 248.0.0.0", "8.0.0.0 mask 248.0.0.0", "8.0.0.0  248.0.0.0", "8.0.0.0 wildcard 7.255.255.255",
    "8.0.0.0 7.255.255.255", "9.0.0.0 mask 0.0.0.0", "range 9.0.0.0 11.0.0.0", "9.0.0.0 through 11.0.0.0",
    "9.0.0.0…11.0.0.0", "9.0.0.0 → 11.0.0.0", "9.0.0.0 => 11.0.0.0", "9.0.0.0 until 11.0.0.0", "10[.]0[.]0[.]4",
    "ec2-10-0-0-4.compute.internal", "10-0-0-4-2.internal", "0167772164", "10&period;0&period;0&period;4",
    "&#49&#48.0.0.4", "%u0031%u0030.0.0.4", #"\u{31}0.0.0.4"#, #"\061\060.0.0.4"#, "8.0.0.0&sol;5", #"\x0a000004"#,
    "0.0.0.0", "::", "any", " Anywhere ", .bytes([10, 0, 0, 4]),
    .bytes([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 0, 0, 4]), "00000000000000000000ffff0a000004",
    ip("10.0.0.4"), block("10.0.0.0/24"), .bytes(Array("10.0.0.4".utf8)), ["10.0.0.4"],
    ["a": "10.0.0.4"], .optional("10.0.0.4"), .double(167_772_164), decimal("167772164"),
  ]

  @Test(arguments: kinds) func `an address of a protected network is sent in no spelling`(_ kind: Kind) async throws {
    let tried = try await Self.tried(Self.fitting(Self.addresses, kind), kind) { protected in
      protected.networks = [CIDRBlock("10.0.0.0/8")!]
    }
    #expect(tried.sent.isEmpty)
  }

  static let sixes: [Value] = [
    "2001:db8::1", "2001:DB8::1", "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8:0:0:0:0:0:1",
    "2001:db8::0.0.0.1",
    "[2001:db8::1]", "[2001:db8::1]:443", "2001:db8::1%eth0", "2001:db8::1%25eth0", "2001:db8::1/128", "2001:db8::/32",
    "2001:d00::/24", "2000::/3", "::/0", "2001:db7::-2001:db9::", "2001:db7::..2001:db9::1", "cache:2001:db8::1",
    "a:b:2001:db8::1:c:d",
    "x2001:db8::1", "2001:db8::1.", "https://[2001:db8::1]/", "root@2001:db8::1", "{2001:db8::1}", "2001:db8::1,x",
    "2001-db8--1.ipv6-literal.net", "8.b.d.0.1.0.0.2.ip6.arpa", "２００１:ｄｂ８::１", "2001：db8：：1", "2001%3Adb8%3A%3A1",
    "2001\u{200B}:db8::1", ip("2001:db8::1"), "session:{2001:db8::1}:n", "bad:2001:db8::1", "2001:db8::",
    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
    "2001:db8::1.80", "2001-db8--1", "2001-db8--1.sslip.io", "2001&colon;db8&colon;&colon;1",
    "20010db8000000000000000000000001", "0x20010DB8000000000000000000000001",
    .bytes([32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
  ]

  @Test(arguments: kinds) func `an address of a protected network of IPv6 is sent in no spelling`(_ kind: Kind)
    async throws
  {
    let tried = try await Self.tried(Self.fitting(Self.sixes, kind), kind) {
      $0.networks = [CIDRBlock("2001:db8::/32")!]
    }
    #expect(tried.sent.isEmpty)
    let single = try await Self.tried(["2001:db8::1", "a:2001:db8::1:b", "2001:DB8:0::1"], kind) {
      $0.addresses = [IPAddress("2001:db8::1")!]
    }
    #expect(single.sent.isEmpty)
  }

  // MARK: Names

  static let accounts: [Value] = [
    "root", "Root", "ROOT", "rOOt", "root ", " root", "'root'", "\"root\"", "root@db", "root:x:0", "user:root",
    "user/root",
    "session_root", "session-root", "root_1", "root-session", "a.root", "root.b", "a,root", "root;x", "root\nx",
    "x=root",
    "(root)", "~root", "/home/root", "postgres://root:pw@h/db", "CORP\\root", "%72oot", "r%6Fot", "%2572oot",
    "r&#111;ot",
    "\\u0072oot", #"{"u": "\u0072oot"}"#, #"{"root": 1}"#, "ｒｏｏｔ", "𝐫𝐨𝐨𝐭", "ⓡⓞⓞⓣ", "ro\u{200B}ot", "x\u{200B}root",
    "ro\u{00AD}ot",
    "root\u{0}", "ro*", "*oot", "r?ot", "r??t", "[r]oot", "[q-s]oot", "r*t", "user:ro*", "ro%", "%oot", "*", "%", "**",
    "user:*", "user:%",
    "ops@corp.example", "OPS@CORP.EXAMPLE", "ops%40corp.example", "ops%2540corp.example", "mailto:ops@corp.example",
    "<ops@corp.example>", "Ops <ops@corp.example>", "ops@corp.example.", "*@corp.example", "ops@*", "ops＠corp.example",
    "svc acct", "svc%20acct", "svc+acct", "SVC ACCT", "svc\u{00A0}acct", "svc\tacct", "o'brien", "o%27brien", "O'Brien",
    "o&apos;brien",
    "DOMAIN\\svc", "domain\\svc", "DOMAIN%5Csvc", "session:root", "ops+bot@corp.example", "OPS+BOT@CORP.EXAMPLE",
    "ops%2Bbot@corp.example", "ci-bot", "session_ci-bot", "session-ci-bot", "ci-bot_x", "CI-BOT", "ci‐bot", "ci%2Dbot",
    "straße", "STRASSE", "Straße", 1001, "1001", "01001", "u1:1001", .double(1001), decimal("1001.0"),
    .uint(1001),
    decimal("1.001e3"), #"{"id": 1001}"#, #"{"id": 1001.0}"#, "user-1001", "1001-x", [1001], ["id": 1001],
    "0x3e9", "0X3E9", "0o1751", "0b1111101001", "????", "*@*", "ops&commat;corp.example", "svc&nbsp;acct", #"\162oot"#,
    #"r\u{6f}ot"#, "&#114oot", "r%u006Fot",
  ]

  @Test(arguments: kinds) func `a protected account is sent in no spelling`(_ kind: Kind) async throws {
    let tried = try await Self.tried(Self.fitting(Self.accounts, kind), kind) { protected in
      protected.accounts = [
        "root", "ops@corp.example", "svc acct", "o'brien", #"DOMAIN\svc"#, "session:root", "Ops+bot@corp.example",
        "ci-bot", "straße",
        "1001",
      ]
    }
    #expect(tried.sent.isEmpty)
  }

  static let hosts: [Value] = [
    "db.internal", "DB.Internal", "db.internal.", "db.internal..", ".db.internal", "db.internal:5432",
    "admin@db.internal",
    "https://db.internal/x", "https://db.internal./x", "https%3A%2F%2Fdb.internal%2Fx", "x:db.internal",
    "session_db.internal",
    "db。internal", "ｄｂ．internal", "db\u{200B}.internal", "db.*", "*.internal", "d?.internal", "db%2Einternal",
    "db.internal,x",
    "a.eu.corp", "A.B.eu.corp.", "*.eu.corp", "web.*", "web.eu.c*",
    "db*", "d*l", "db?internal", "db%", ".eu.corp", ".corp", ".internal", "db[.]internal", "db&period;internal",
  ]

  @Test(arguments: kinds) func `a protected host is sent in no spelling`(_ kind: Kind) async throws {
    let tried = try await Self.tried(Self.fitting(Self.hosts, kind), kind) { $0.hosts = ["db.internal", "*.eu.corp"] }
    #expect(tried.sent.isEmpty)
  }

  /// A mask and the end of a range may be words of their own.
  @Test(arguments: [
    #"["8.0.0.0", netmask, "${u}"]"#, #"["8.0.0.0", mask, "${u}"]"#, #"["8.0.0.0", "${u}"]"#,
    #"[range, "9.0.0.0", "${u}"]"#, #"["9.0.0.0", "-", "${u}"]"#, #"["9.0.0.0", to, "${u}"]"#,
  ])
  func `a network in several words is sent in no call`(words: String) async throws {
    let end: Value = words.contains("9.0") ? "11.0.0.0" : "248.0.0.0"
    let kind = Kind(name: "words", call: "{args: [tool, \(words.dropFirst().dropLast())]}")
    for kind in [kind, Kind(name: "pipeline", call: "{pipeline: [[GET, a], [SET, \(words.dropFirst().dropLast())]]}")] {
      let tried = try await Self.tried([end], kind) { $0.networks = [CIDRBlock("10.0.0.0/8")!] }
      #expect(tried.sent.isEmpty, "\(kind)")
      let free = try await Self.tried([end], kind) { $0.networks = [CIDRBlock("172.16.0.0/12")!] }
      #expect(free.sent.count == 1, "\(kind) \(free.leftOut)")
    }
  }

  @Test(arguments: kinds) func `a letter with a mark is one, however it is composed`(_ kind: Kind) async throws {
    let names = [
      "j\u{F6}rg", "jo\u{308}rg", "JO\u{308}RG", "J\u{D6}rg", "\u{C5}ke", "A\u{30A}ke", "\u{212B}ke", "\u{212A}im",
    ]
    let tried = try await Self.tried(Self.fitting(names.map { .string($0) }, kind), kind) {
      $0.accounts = ["jo\u{308}rg", "\u{E5}ke", "kim"]
    }
    #expect(tried.sent.isEmpty)
  }

  // MARK: What is free

  static let free: [Value] = [
    "192.0.2.1", "11.0.0.4", "9.255.255.255", "100.0.0.4", "110.0.0.4", "1.0.0.10", "0.10.0.0", "11.0.0.0/8",
    "192.168.0.0/16", "11.4",
    "0x0b000004", "184549376", 184_549_376, 184_549_377, 5, 0, 1000, 10, -1, 1_767_225_600, "5", "1000", "10", "10002",
    "100110",
    .double(10.4), decimal("10.4"), .double(1001.5), decimal("1001.50"), "11.0.0.*", "192.0.2.0-192.0.2.255", "10.5%",
    "10%", "12%",
    "2001:db9::1", "2001:db7:ffff::1", "2002:b00:4::1", "64:ff9b::b00:4", "::1", "fe80::1", "::ffff:11.0.0.4",
    "fd00::a00:4",
    "2026-11-23T10:00:00Z", "10:00:00", "2026-11-23", "0a:00:00:04:00:01", "robot", "rooted", "myroot", "rootx",
    "root1", "toor",
    "ro", "cibot", "ci bot", "ci_bot", "svcacct", "ops@corp.example2", "xdb.internal", "db.internal2",
    "db.internal.example",
    "test-db.internal", "a.db.internal", "internal", "eu.corp", "xeu.corp", "*.log", "a*", "x-*", "*/5 * * * *",
    "SELECT * FROM t", "a * b",
    "100 % sure", "a+b", "50%25", "https://api.example/v1?x=1&y=2", #"{"a": [1, 2.5, null, true]}"#, "C:\\temp\\new",
    "a\\nb", "👩‍💻 done",
    "Zoë", "日本語", "…", "", " ", "true", .bool(true), .null, "10", "10 000", "PostgreSQL 10.4", "up to 10.4 now",
    "10.11.2026 12:00",
    "8.0.0.0 9.0.0.0", "9.0.0.0 11.0.0.0", "9.0.0.0,11.0.0.0", "8.0.0.0 0.0.0.0", "0b000004", "0a000004", "anyone",
    "any key",
    "0184549376", "0x3e8", "what?", "a->b", "2026-11-23-14-00", ".log", "e*", #"\101\102"#, .bytes([11, 0, 0, 4]),
    "123e4567-e89b-12d3-a456-426614174000", "123e4567e89b12d3a456426614174000", "version 10.", "v1.2.3", "3.14", "1e9",
    "+4930123456", "TKT-4711", "7f3k", "user:417:tries",
  ]

  @Test(arguments: kinds) func `what is not protected is sent`(_ kind: Kind) async throws {
    var values = Self.fitting(Self.free, kind).filter { $0.stringValue?.isEmpty != true }
    // In SQL these are patterns.
    if kind.executor == "sql" { values.removeAll { ["10%", "10.5%"].contains($0) } }
    let tried = try await Self.tried(values, kind) { protected in
      protected.networks = [CIDRBlock("10.0.0.0/8")!, CIDRBlock("2001:db8::/32")!]
      protected.accounts = ["root", "ci-bot", "svc acct", "ops@corp.example", "1001"]
      protected.hosts = ["db.internal", "*.eu.corp"]
    }
    #expect(tried.leftOut == [])
    #expect(tried.sent.count == values.count)
  }

  /// Values that the kind of call can take.
  private static func fitting(_ values: [Value], _ kind: Kind) -> [Value] {
    guard ["JSON's key", "JSON as text", "list of words"].contains(kind.name) || kind.call.contains("path") else {
      return values
    }
    return values.filter { if case .string = $0 { true } else { false } }
  }
}
