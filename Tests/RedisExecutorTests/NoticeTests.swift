import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// Replies that say "nothing was changed" say so in words; all others say nothing.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct NoticeTests {
  static let seed = """
    SET key v
    SET other v
    SET timed v EX 1000
    HSET hash f v
    RPUSH list a
    SADD set a
    ZADD zset 1 a
    XADD stream 1-1 f v
    XGROUP CREATE stream group 0
    PFADD count a
    """
  /// A command a line, and a part of its notice.
  static let silent = """
    SET lockx w NX => nil: the key was not set, because it exists
    SET key w NX => nil: the key was not set, because it exists (NX)
    SET none w XX => nil: the key was not set, because it does not exist (XX)
    SET key w EX 10 NX => because it exists (NX)
    SET key w NX GET => the key was not set, because it exists (NX); the reply is its value
    SET none w XX GET => nil: the key was not set, because it does not exist (XX)
    SETNX key w => 0: the key was not set
    MSETNX key w none w => 0: nothing was set
    HSETNX hash f w => 0: the field was not set
    GETDEL none => nil: nothing was deleted
    GETEX none PERSIST => nil: nothing was changed
    DEL none none2 => 0: nothing was deleted, because there is no such key
    UNLINK none => 0: nothing was deleted
    EXPIRE none 10 => 0: no time to live was set
    EXPIRE timed 1 GT => or its condition does not hold
    PEXPIREAT none 10 => 0: no time to live was set
    PERSIST key => 0: nothing was changed
    RENAMENX key other => 0: nothing was renamed
    COPY key other => 0: nothing was copied
    MOVE none 1 => 0: nothing was moved
    HDEL hash none => 0: nothing was deleted
    SADD set a => 0: nothing was added
    SREM set none => 0: nothing was removed
    SMOVE set other2 none => 0: nothing was moved
    ZADD zset NX 5 a => 0: no member was added
    ZADD zset XX CH 1 a => 0: no member was added
    ZADD zset XX INCR 1 none => nil: the score was not changed
    ZREM zset none => 0: nothing was removed
    ZREMRANGEBYSCORE zset 7 8 => 0: nothing was removed
    LPUSHX none a => 0: nothing was added
    LINSERT none BEFORE a b => 0: nothing was inserted
    LINSERT list BEFORE none b => -1: nothing was inserted
    LREM list 0 none => 0: nothing was removed
    LPOP none => nil: nothing was taken
    RPOP none 2 => nil: nothing was taken
    SPOP none => nil: nothing was taken
    SPOP none 2 => empty: nothing was taken
    ZPOPMIN none => empty: nothing was taken
    LMOVE none other2 LEFT LEFT => nil: nothing was taken
    BLPOP none 0.01 => nil: nothing was taken
    XADD none NOMKSTREAM * f v => nil: nothing was added
    XACK stream group 9-9 => 0: nothing was acknowledged
    XDEL stream 9-9 => 0: nothing was deleted
    XTRIM stream MAXLEN 100 => 0: nothing was deleted
    XGROUP DESTROY stream none => 0: nothing was deleted
    XCLAIM stream group me 0 9-9 => empty: nothing was claimed
    XREADGROUP GROUP group me STREAMS none > => nil
    CLIENT KILL ID 99999999 => 0: no connection was closed
    CLIENT UNBLOCK 99999999 => 0: no connection was unblocked
    ACL DELUSER nobody => 0: nobody was deleted
    PUBLISH channel x => 0: no subscriber
    PFADD count a => 0: the count did not change
    BITFIELD bits OVERFLOW FAIL SET u2 0 1 INCRBY u2 0 3 => nil: a value was not changed
    TOUCH none => 0: nothing was changed
    """
  /// These change something, or their reply doesn't say that they did not.
  static let speaking = """
    SET new v
    SET new w GET
    SET new2 v NX
    SET new3 v NX GET
    SET new w XX GET
    SET NX w GET
    HSET hash f w
    ZADD zset 7 a
    ZADD zset XX 8 a
    ZADD zset 8 NX
    DEL new none
    EXPIRE key 100
    INCRBY number 0
    EVAL return(0) 0
    EVAL return(false) 0
    SORT none STORE dest
    LTRIM list 0 9
    GETSET none2 v
    """

  @Test func `a change that changed nothing says so, and no other does`() async throws {
    try await RedisServer.with { server in
      for line in Self.seed.split(separator: "\n") { try await send(line, server) }
      try await server.act("SET", "lockx", "v")
      try await server.act("XGROUP", "CREATE", "none3", "group", "$", "MKSTREAM")
      for line in Self.silent.split(separator: "\n") {
        let parts = String(line).replacing("STREAMS none >", with: "STREAMS none3 >").split(separator: " => ")
        let outcome = try await send(parts[0], server)
        let notices = outcome.fields["notices"]?.listValue?.compactMap(\.stringValue) ?? []
        #expect(notices.count == 1 && notices[0].contains(parts[1]), "\(parts[0]): \(notices)")
      }
      for line in Self.speaking.split(separator: "\n") {
        let outcome = try await send(line, server)
        #expect(outcome.fields["notices"] == nil, "\(line): \(Value.map(outcome.fields).jsonText())")
      }
      let pipeline = try await server.perform(["pipeline": [["SET", "a", "1"], ["DEL", "none"]]], .act)
      #expect(
        pipeline.fields["notices"]?.listValue?.map(\.rendered) == [
          "command 2: 0: nothing was deleted, because there is no such key"
        ])
    }
  }

  @discardableResult
  private func send(_ line: some StringProtocol, _ server: RedisServer) async throws -> CallOutcome {
    try await server.perform(["args": .list(line.split(separator: " ").map { .string(String($0)) })], .act)
  }
}
