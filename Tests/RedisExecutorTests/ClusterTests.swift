import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// Two primaries that share the slots: one cluster for all of it, as making it takes seconds.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct ClusterTests {
  private struct Pair {
    var first: RedisServer
    var second: RedisServer
    var ports: [Int]
    var settings: [(String, Value)] { [("url", .string("redis://127.0.0.1:\(ports[0])"))] }

    func query(_ words: Value...) async throws -> CallOutcome {
      try await first.perform(["args": .list(words)], .query, settings: settings)
    }
  }

  private static func with(_ body: (Pair) async throws -> Void) async throws {
    let ports = [Int.random(in: 12_001...17_000), Int.random(in: 17_001...22_000)]
    func arguments(_ port: Int) -> [String] {
      ["--port", "\(port)", "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf"]
    }
    try await RedisServer.with(arguments(ports[0]), tcp: true) { first in
      try await RedisServer.with(arguments(ports[1]), tcp: true) { second in
        _ = try first.cli("CLUSTER", "ADDSLOTSRANGE", "0", "8191")
        _ = try second.cli("CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
        _ = try first.cli("CLUSTER", "MEET", "127.0.0.1", "\(ports[1])")
        for server in [first, second] {
          while try !server.cli("CLUSTER", "INFO").contains("cluster_state:ok") {
            try await Task.sleep(for: .milliseconds(50))
          }
        }
        try await body(Pair(first: first, second: second, ports: ports))
      }
    }
  }

  @Test func `a cluster answers as a whole`() async throws {
    try await Self.with { pair in
      for number in 0..<40 {
        let outcome = try await pair.first.perform(
          ["args": ["SET", .string("key:\(number)"), .int(Int64(number))]], .act, settings: pair.settings)
        #expect(outcome.source?.contains("127.0.0.1:") == true)
      }
      try await keysAreFound(pair)
      try await sizesAreSums(pair)
      try await pipelinesAreSplit(pair)
      try await plansAskTheKeysNode(pair)
      try await slotsOnTheirWayAreAsked(pair)
      try await accountsMayNotAsk(pair)
      pair.second.kill()
      let error = await failure { try await pair.first.perform(["scan": "*"], .query, settings: pair.settings) }
      #expect(error.code == .unreachable || error.code == .rejected, "\(error.message)")
    }
  }

  private func keysAreFound(_ pair: Pair) async throws {
    let scan = try await pair.first.perform(["scan": "key:*", "ttl": true], .query, settings: pair.settings)
    #expect(scan.fields["count"]?.intValue == 40)
    for port in pair.ports {
      #expect(scan.source?.contains("127.0.0.1:\(port), primary") == true, "\(scan.source ?? "")")
    }
    #expect(try await pair.query("KEYS", "*").fields["value"]?.listValue?.count == 40)
    for number in 0..<40 {
      let outcome = try await pair.query("GET", .string("key:\(number)"))
      #expect(outcome.fields["value"]?.stringValue == "\(number)")
    }
    let page = try await pair.query("SCAN", 0, "COUNT", 1000)
    #expect(page.isTruncated)
    #expect(page.fields["notices"]?.listValue?.first?.stringValue?.contains("one server of a cluster") == true)
  }

  private func sizesAreSums(_ pair: Pair) async throws {
    let sizes = try [pair.first, pair.second].map { try Int($0.cli("DBSIZE").prefix { $0.isNumber }) ?? 0 }
    #expect(sizes[0] > 0 && sizes[1] > 0 && sizes[0] + sizes[1] == 40)
    let size = try await pair.query("DBSIZE")
    #expect(size.fields["value"]?.intValue == 40)
    #expect(size.fields["notices"]?.listValue?.first?.stringValue?.contains("sum over the 2 primaries") == true)
    // Of what only one server tells it is said.
    let questions: [[Value]] = [["INFO", "keyspace"], ["SLOWLOG", "LEN"], ["RANDOMKEY"], ["CLIENT", "LIST"]]
    for question in questions {
      let outcome = try await pair.first.perform(["args": .list(question)], .query, settings: pair.settings)
      #expect(outcome.fields["notices"] == ["of this server alone, which is one of a cluster"] && !outcome.isTruncated)
    }
  }

  private func pipelinesAreSplit(_ pair: Pair) async throws {
    let read = try await pair.first.perform(
      ["pipeline": .list((0..<10).map { ["GET", .string("key:\($0)")] })], .query, settings: pair.settings)
    #expect(read.fields["value"]?.listValue?.map(\.rendered) == (0..<10).map(String.init))
    for port in pair.ports { #expect(read.source?.contains("127.0.0.1:\(port)") == true) }
    let write = try await pair.first.perform(
      ["pipeline": .list((0..<10).map { ["APPEND", .string("key:\($0)"), "x"] })], .act, settings: pair.settings)
    #expect(write.fields["value"]?.listValue?.allSatisfy { $0.intValue == 2 } == true)
    let failed = await failure {
      try await pair.first.perform(
        ["pipeline": [["SET", "key:1", "1"], ["INCR", "key:2"], ["SET", "key:3", "3"]]], .act, settings: pair.settings)
    }
    #expect(!failed.mayHaveTakenEffect && failed.message.hasSuffix("1 and 3 done, 2 not"), "\(failed.message)")
    let crossing = await failure { try await pair.query("MGET", "key:1", "key:2", "key:3") }
    #expect(crossing.message.contains("CROSSSLOT") && crossing.message.contains("key by key"), "\(crossing.message)")
  }

  private func plansAskTheKeysNode(_ pair: Pair) async throws {
    for number in 0..<10 {
      let lines = try await pair.first.executor.plan(
        call(["args": ["DEL", .string("key:\(number)")]], .act), context: .test(pair.settings))
      #expect(lines.count == 1 && lines[0].hasPrefix("key:\(number): string of "), "\(lines)")
    }
  }

  /// A slot that moves: its keys are asked for behind ASKING where they are.
  private func slotsOnTheirWayAreAsked(_ pair: Pair) async throws {
    let ids = try [pair.first, pair.second].map {
      try $0.cli("CLUSTER", "MYID").filter { !$0.isNewline }
    }
    // `{b}` lies in slot 3300, the first one's.
    _ = try pair.second.cli("CLUSTER", "SETSLOT", "3300", "IMPORTING", ids[0])
    _ = try pair.first.cli("CLUSTER", "SETSLOT", "3300", "MIGRATING", ids[1])
    let act = try await pair.first.perform(["args": ["SET", "{b}moving", "1.10"]], .act, settings: pair.settings)
    #expect(act.source?.contains(":\(pair.ports[1])") == true, "\(act.source ?? "")")
    #expect(try await pair.query("GET", "{b}moving").fields["value"]?.stringValue == "1.10")
    #expect(try pair.first.cli("GET", "{b}moving").contains("ASK 3300"))
    for server in [pair.first, pair.second] { _ = try server.cli("CLUSTER", "SETSLOT", "3300", "STABLE") }
  }

  private func accountsMayNotAsk(_ pair: Pair) async throws {
    for server in [pair.first, pair.second] {
      _ = try server.cli(
        "ACL", "SETUSER", "reads", "on", ">oncall-password", "~*", "-@all", "+@read", "+command|info", "+info")
    }
    let account = pair.settings + [("user", "reads"), ("password", "oncall-password")]
    let scan = await failure { try await pair.first.perform(["scan": "*"], .query, settings: account) }
    #expect(scan.code == .refused && scan.message.contains("grant +cluster|nodes"), "\(scan.message)")
    let keys: Value = ["pipeline": .list((0..<10).map { ["GET", .string("key:\($0)")] })]
    let unlisted = await failure { try await pair.first.perform(keys, .query, settings: account) }
    #expect(unlisted.message.contains("grant +cluster|nodes, or list 127.0.0.1 in `hosts`"), "\(unlisted.message)")
    let get = try await pair.first.perform(keys, .query, settings: account + [("hosts", ["127.0.0.1"])])
    #expect(get.fields["value"]?.listValue?.count == 10)
  }
}

/// The role of the server that answered.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct ReplicaTests {
  @Test func `a replica is named as one`() async throws {
    let port = Int.random(in: 32_100...32_700)
    try await RedisServer.with(["--port", "\(port)", "--repl-diskless-sync-delay", "0"], tcp: true) { primary in
      try await primary.act("SET", "k", "v")
      try await RedisServer.with(["--replicaof", "127.0.0.1", "\(port)"]) { replica in
        while try !replica.cli("INFO", "replication").contains("master_link_status:up") {
          try await Task.sleep(for: .milliseconds(20))
        }
        let outcome = try await replica.query("GET", "k")
        #expect(outcome.fields["value"]?.stringValue == "v")
        #expect(outcome.source?.hasSuffix("redis.sock, replica)") == true, "\(outcome.source ?? "")")
        #expect(try await primary.query("GET", "k").source?.hasSuffix("redis.sock, primary)") == true)
        // ROLE denied: INFO tells as well.
        _ = try replica.cli(
          "ACL", "SETUSER", "reads", "on", ">oncall-password", "~*", "-@all", "+@read", "+command|info", "+info")
        let account: [(String, Value)] = [("user", "reads"), ("password", "oncall-password")]
        #expect(
          try await replica.perform(["args": ["GET", "k"]], .query, settings: account).source?.contains("replica")
            == true)
        #expect(await failure { try await replica.act("SET", "k", "w") }.message.contains("READONLY"))
      }
    }
  }
}
