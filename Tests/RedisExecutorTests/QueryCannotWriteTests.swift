import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor

/// Promise 2, tried against a real server: whatever a query sends, nothing changes.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct QueryCannotWriteTests {
  /// One attempt a line; words by spaces.
  static let attempts = """
    SET text changed
    set text changed
    SeT text changed
    SETNX new x
    SETEX text 10 x
    PSETEX text 10 x
    SETRANGE text 0 x
    SETBIT text 0 1
    APPEND text x
    GETSET text x
    GETDEL text
    GETEX text PERSIST
    GETEX text EX 1
    MSET text x
    MSETNX new x
    DEL text
    UNLINK text
    INCR number
    INCRBYFLOAT number 1.5
    DECR number
    EXPIRE text 1
    PEXPIREAT text 1
    PERSIST expiring
    RENAME text other
    RENAMENX text other
    COPY text other
    MOVE text 1
    RESTORE other 0 x
    MIGRATE 127.0.0.1 1 text 0 1
    SORT list ALPHA STORE other
    SORT list ALPHA
    LPUSH list x
    RPUSH list x
    LPOP list
    RPOPLPUSH list other
    LMOVE list other LEFT RIGHT
    BLPOP list 1
    BRPOPLPUSH list other 1
    LTRIM list 1 0
    LSET list 0 x
    LREM list 0 a
    LINSERT list BEFORE a x
    SADD set x
    SREM set a
    SPOP set
    SMOVE set other a
    SUNIONSTORE other set
    SINTERSTORE other set set
    ZADD zset 1 x
    ZREM zset a
    ZPOPMIN zset
    ZRANGESTORE other zset 0 -1
    ZUNIONSTORE other 1 zset
    ZINCRBY zset 1 a
    GEORADIUS geo 0 0 1 km STORE other
    GEOSEARCHSTORE other geo FROMLONLAT 0 0 BYRADIUS 1 km
    HSET hash f x
    HDEL hash f
    HINCRBY hash n 1
    BITFIELD text SET u8 0 1
    BITOP NOT other text
    PFADD counter x
    PFCOUNT counter
    PFMERGE other counter
    PFDEBUG ENCODING counter
    PFSELFTEST
    XADD log * f x
    XDEL log 1-1
    XTRIM log MAXLEN 0
    XACK log group 1-1
    XGROUP CREATE log other 0
    XGROUP DESTROY log group
    XREADGROUP GROUP group me STREAMS log >
    XCLAIM log group me 0 1-1
    XAUTOCLAIM log group me 0 0
    XSETID log 9-9
    TOUCH text
    EVAL return(redis.call('set','text','x')) 0
    EVAL_RO return(redis.call('get','text')) 0
    EVALSHA 0000000000000000000000000000000000000000 0
    EVALSHA_RO 0000000000000000000000000000000000000000 0
    FCALL f 0
    FCALL_RO f 0
    FUNCTION FLUSH
    FUNCTION LOAD x
    FUNCTION DELETE lib
    SCRIPT FLUSH
    SCRIPT LOAD return(1)
    SCRIPT KILL
    PUBLISH channel x
    SPUBLISH channel x
    FLUSHALL
    FLUSHDB ASYNC
    SWAPDB 0 1
    CONFIG SET maxmemory 1
    CONFIG REWRITE
    CONFIG RESETSTAT
    CONFIG|SET maxmemory 1
    ACL SETUSER eve on
    ACL DELUSER eve
    ACL LOAD
    ACL SAVE
    ACL LOG RESET
    ACL GENPASS
    CLIENT KILL ID 1
    CLIENT PAUSE 1
    CLIENT NO-EVICT on
    CLIENT SETNAME x
    CLIENT UNBLOCK 1
    CLIENT REPLY OFF
    CLIENT TRACKING on
    CLUSTER RESET
    CLUSTER MEET 127.0.0.1 1
    CLUSTER FAILOVER
    DEBUG SET-ACTIVE-EXPIRE 0
    DEBUG SLEEP 0
    DEBUG RELOAD
    LATENCY RESET
    SLOWLOG RESET
    MEMORY PURGE
    MEMORY DOCTOR
    MODULE LOAD /tmp/x.so
    MODULE UNLOAD x
    SAVE
    BGSAVE
    BGREWRITEAOF
    SHUTDOWN NOSAVE
    REPLICAOF NO ONE
    SLAVEOF 127.0.0.1 1
    FAILOVER
    PSYNC ? -1
    SYNC
    REPLCONF listening-port 1
    WAIT 0 1
    MULTI
    EXEC
    DISCARD
    WATCH text
    SELECT 1
    AUTH default x
    HELLO 3
    RESET
    QUIT
    MONITOR
    SUBSCRIBE channel
    PSUBSCRIBE *
    ASKING
    READWRITE
    XREAD BLOCK 1 STREAMS log $
    xread count 1 block 1 streams log $
    OBJECT HELP
    OBJECT NOSUCH text
    XINFO HELP
    NOSUCHCOMMAND x
    memory|usage text
    COMMAND LIST
    SET
    """.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }

  static func seed(_ server: RedisServer) throws -> String {
    _ = try server.cli("SET", "text", "original")
    _ = try server.cli("SET", "number", "1")
    _ = try server.cli("SET", "expiring", "x", "EX", "10000")
    _ = try server.cli("SET", "forever", "x")
    _ = try server.cli("RPUSH", "list", "a", "b", "c")
    _ = try server.cli("SADD", "set", "a", "b")
    _ = try server.cli("ZADD", "zset", "1", "a", "2", "b")
    _ = try server.cli("HSET", "hash", "f", "v", "n", "1")
    _ = try server.cli("GEOADD", "geo", "0", "0", "here")
    _ = try server.cli("PFADD", "counter", "a", "b", "c")
    _ = try server.cli("XADD", "log", "1-1", "f", "v")
    _ = try server.cli("XGROUP", "CREATE", "log", "group", "0")
    _ = try server.cli("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)")
    return String(try server.cli("SCRIPT", "LOAD", "return 1").prefix(40))
  }

  @Test func `no query writes, whichever of 150 ways it tries`() async throws {
    #expect(Self.attempts.count >= 150)
    try await RedisServer.with(["--latency-monitor-threshold", "1000"]) { server in
      let script = try Self.seed(server)
      let before = try server.snapshot(script: script)
      for words in Self.attempts {
        let list = Value.list(words.map { .string($0) })
        let attempt = words.joined(separator: " ")
        let alone = await failure { try await server.perform(["args": list], .query) }
        #expect([.refused, .invalid].contains(alone.code), "\(attempt): \(alone.message)")
        #expect(!alone.mayHaveTakenEffect, "\(attempt)")
        let harmless: Value = ["GET", "text"]
        let inPipeline = await failure {
          try await server.perform(["pipeline": .list([harmless, list])], .query)
        }
        #expect([.refused, .invalid].contains(inPipeline.code), "\(attempt): \(inPipeline.message)")
      }
      #expect(try server.snapshot(script: script) == before)
      #expect(try await server.query("GET", "text").fields["value"]?.stringValue == "original")
    }
  }

  @Test func `hostile values stay one argument`() async throws {
    try await RedisServer.with { server in
      let script = try Self.seed(server)
      let before = try server.snapshot(script: script)
      let hostile: [Value] = [
        "x\r\nSET text changed\r\n", "x\n*3\r\n$3\r\nSET\r\n$4\r\ntext\r\n$1\r\nx\r\n", "x; FLUSHALL", "\"; FLUSHALL",
        "x SET text changed", "\0FLUSHALL", "", " ", "|", "text|set", .bytes([0xFF, 0x0D, 0x0A, 0]), "$(FLUSHALL)",
        .string(String(repeating: "k", count: 1 << 20)),
      ]
      for value in hostile {
        #expect(try await server.query("GET", value).fields["value"].map(\.isNull) == true)
        #expect(try await server.query("EXISTS", value, "text").fields["value"]?.intValue == 1)
        _ = try await server.perform(["scan": value], .query)
        _ = try await server.query("ECHO", value)
        let name = await failure { try await server.query(value, "text") }
        #expect([.refused, .invalid].contains(name.code))
      }
      #expect(try server.snapshot(script: script) == before)
    }
  }

  @Test func `a command that the server renamed to a harmless name is refused`() async throws {
    try await RedisServer.with(["--rename-command", "PING", "OLDPING", "--rename-command", "SET", "PING"]) { server in
      let error = await failure { try await server.query("PING", "key") }
      #expect(error.code == .refused)
      let size = try server.cli("DBSIZE")
      #expect(size.hasPrefix("0"))
    }
  }

  @Test func `a server that won't say what a command does gets no query`() async throws {
    try await RedisServer.with(["--rename-command", "COMMAND", ""]) { server in
      let error = await failure { try await server.query("GET", "key") }
      #expect(error.code == .refused)
      #expect(error.message.contains("has no description of GET"))
    }
  }

  @Test(arguments: ["JSON.GET", "RG.PYEXECUTE", "FT.SEARCH"])
  func `a module's command is refused until the target vouches for it`(_ name: String) async throws {
    let server = try await FakeServer.start(commandInfo: ["readonly", "module"])
    let words: Value = ["args": .list([.string(name), "key"])]
    let executor = RedisExecutor()
    let error = await failure {
      try await executor.perform(call(words, .query), context: .test([("url", .string(server.url))]))
    }
    #expect(error.code == .refused)
    #expect(error.message.contains("module_reads"))
    let settings: [(String, Value)] = [("url", .string(server.url)), ("module_reads", [.string(name)])]
    let outcome = try await executor.perform(call(words, .query), context: .test(settings))
    #expect(outcome.fields["value"]?.stringValue == "done")
    await executor.close()
    try await server.stop()
  }

  @Test func `a command in which a module writes is refused although the target vouches for it`() async throws {
    let server = try await FakeServer.start(commandInfo: ["write", "module"])
    let executor = RedisExecutor()
    let settings: [(String, Value)] = [("url", .string(server.url)), ("module_reads", ["JSON.SET"])]
    let error = await failure {
      try await executor.perform(call(["args": ["JSON.SET", "key"]], .query), context: .test(settings))
    }
    #expect(error.code == .refused)
    await executor.close()
    try await server.stop()
  }
}

extension Value {
  var isNull: Bool { if case .null = self { true } else { false } }
}
