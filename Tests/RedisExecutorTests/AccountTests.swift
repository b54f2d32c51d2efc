import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// The accounts that teams give to those on call.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct AccountTests {
  private static func settings(_ user: String, _ server: RedisServer) -> [(String, Value)] {
    [("user", .string(user)), ("password", "oncall-password")]
  }

  private static func create(_ user: String, _ rules: String..., on server: RedisServer) throws {
    let process = ["ACL", "SETUSER", user, "reset", "on", ">oncall-password"] + rules
    _ = try server.cli(process)
  }

  @Test func `a reader reads, or is told the grant that is missing`() async throws {
    try await RedisServer.with { server in
      try await server.act("SET", "lock:1", "1.10")
      try await server.act("HSET", "lock:h", "a", "1")
      try Self.create("reads", "~lock:*", "resetchannels", "-@all", "+@read", on: server)
      try Self.create("asks", "~lock:*", "resetchannels", "-@all", "+@read", "+command|info", on: server)
      try Self.create("walks", "~lock:*", "resetchannels", "-@all", "+@read", "+command|info", "+info", on: server)
      try Self.create("single", "~*", "-@all", "+get", "+hgetall", "+keys", "+scan", "+command|info", on: server)
      func query(_ user: String, _ call: Value) async throws -> CallOutcome {
        try await server.perform(call, .query, settings: Self.settings(user, server))
      }
      func refusal(_ user: String, _ call: Value) async -> ExecutorError {
        await failure { try await query(user, call) }
      }
      let get: Value = ["args": ["GET", "lock:1"]]
      let scan: Value = ["scan": "lock:*"]

      let denied = await refusal("reads", get)
      #expect(denied.code == .refused && denied.message.contains("grant +command|info"), "\(denied.message)")
      #expect(await refusal("reads", scan).message.contains("and +info for scans"))
      #expect(await refusal("asks", scan).message.contains("grant +info"))
      await #expect(throws: ExecutorError.self) {
        try await server.executor.plan(
          call(scan, .query), context: .test([("url", .string(server.url))] + Self.settings("asks", server)))
      }
      // A grant given meanwhile counts at once: nothing of the denial is remembered.
      _ = try server.cli("ACL", "SETUSER", "reads", "+command|info")
      #expect(try await query("reads", get).fields["value"]?.stringValue == "1.10")

      for user in ["asks", "walks", "single"] {
        let outcome = try await query(user, get)
        #expect(outcome.fields["value"]?.stringValue == "1.10")
        // Our courtesies cost nothing: an account without ROLE and INFO gets the evidence all the same.
        #expect(
          outcome.source?.hasSuffix(user == "walks" ? "redis.sock, primary)" : "redis.sock, role unknown)") == true)
        #expect(try await query(user, ["args": ["HGETALL", "lock:h"]]).fields["fields"]?["a"]?.stringValue == "1")
      }
      #expect(try await query("walks", scan).fields["count"]?.intValue == 2)
      #expect(await refusal("single", ["args": ["KEYS", "lock:*"]]).message.contains("grant +info"))
      let size = try await query("asks", ["args": ["DBSIZE"]])
      #expect(size.fields["value"]?.intValue == 2)
      #expect(size.fields["notices"]?.listValue?.first?.stringValue?.contains("grant +info") == true)
      // A query is still no way to write.
      #expect(await refusal("asks", ["args": ["SET", "lock:1", "x"]]).code == .refused)
      #expect(await refusal("single", ["args": ["STRLEN", "lock:1"]]).message.contains("grant +strlen"))
      let key = await refusal("asks", ["args": ["GET", "secret:1"]])
      #expect(key.code == .unauthorized && key.message.contains("key patterns"), "\(key.message)")
    }
  }

  @Test func `a plan foresees a refusal of the account, or says that it can't tell`() async throws {
    try await RedisServer.with { server in
      try Self.create("acts", "~lock:*", "-@all", "+del", "+command|info", on: server)
      try Self.create("foresees", "~lock:*", "+@all", "-expire", on: server)
      func plan(_ user: String, _ words: Value...) async throws -> [String] {
        try await server.executor.plan(
          call(["args": .list(words)], .act),
          context: .test([("url", .string(server.url))] + Self.settings(user, server)))
      }
      let lines = try await plan("acts", "DEL", "lock:1")
      #expect(lines.contains { $0.contains("can't be told beforehand") && $0.contains("+acl|dryrun") }, "\(lines)")
      #expect(try await plan("foresees", "DEL", "lock:1") == ["lock:1: there is no such key"])
      for (words, part) in [(["EXPIRE", "lock:1", "1"], "grant +expire"), (["DEL", "secret:1"], "secret:1")]
        as [([Value], String)]
      {
        do {
          _ = try await server.executor.plan(
            call(["args": .list(words)], .act),
            context: .test([("url", .string(server.url))] + Self.settings("foresees", server)))
          Issue.record("\(words) was not foreseen")
        } catch {
          #expect((error as? ExecutorError)?.code == .unauthorized)
          #expect((error as? ExecutorError)?.message.contains(part) == true, "\(error)")
        }
      }
      let denied = await failure {
        try await server.perform(["args": ["SET", "lock:1", "x"]], .act, settings: Self.settings("acts", server))
      }
      #expect(denied.code == .unauthorized && !denied.mayHaveTakenEffect)
      #expect(denied.message.contains("grant +set"))
    }
  }

  @Test func `a blank at a password's end is named, not the password`() async throws {
    try await RedisServer.with { server in
      try Self.create("oncall", "~*", "+@all", on: server)
      for password in ["oncall-password ", "\u{FEFF}oncall-password", "oncall-password\r", "wrong-password"] {
        let error = await failure {
          try await server.perform(
            ["args": ["PING"]], .query, settings: [("user", "oncall"), ("password", .string(password))])
        }
        #expect(error.code == .unauthorized)
        #expect(error.message.contains("of `oncall`: WRONGPASS"), "\(error.message)")
        #expect(error.message.contains("blank") == (password != "wrong-password"))
        #expect(!error.message.contains("oncall-password") && !error.message.contains("wrong-password"))
      }
      // SELECT is a right of its own.
      try Self.create("first", "~*", "-@all", "+@read", "+command|info", "-select", on: server)
      let error = await failure {
        try await server.perform(
          ["args": ["GET", "k"]], .query,
          settings: [("url", .string(server.url + "?db=3"))] + Self.settings("first", server))
      }
      #expect(error.code == .unauthorized && error.message.contains("+select"))
    }
  }
}
