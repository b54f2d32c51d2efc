import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@testable import RedisExecutor
@testable import enum RedisExecutor.Reply

/// Replies whose form Redis fixes.
@Suite(.enabled(if: RedisServer.isAvailable, "redis-server is not installed"))
struct ReplyFormTests {
  @Test func `streams, their groups and consumers are maps at every depth`() async throws {
    try await RedisServer.with { server in
      try await server.act("XADD", "jobs", "1-1", "k", "1.10")
      try await server.act("XADD", "jobs", "1-2", "k", "a", "k", "b")
      try await server.act("XGROUP", "CREATE", "jobs", "12", "0")
      let read = try await server.act("XREADGROUP", "GROUP", "12", "1.10", "COUNT", 2, "STREAMS", "jobs", ">")
      #expect(read.fields["rows"]?.listValue?.map { $0["stream"]?.stringValue } == ["jobs", "jobs"])
      #expect(read.fields["rows"]?.listValue?.first?["fields"]?["k"]?.stringValue == "1.10")

      let full = try #require(try await server.query("XINFO", "STREAM", "jobs", "FULL").fields["fields"])
      #expect(full["length"]?.intValue == 2)
      let group = try #require(full["groups"]?.listValue?.first)
      #expect(group["name"]?.stringValue == "12")
      let consumer = try #require(group["consumers"]?.listValue?.first)
      #expect(consumer["name"]?.stringValue == "1.10")
      let pending = try #require((consumer["pel"] ?? consumer["pending"])?.listValue?.first)
      #expect(pending["id"]?.stringValue == "1-1")
      #expect(pending["delivery-count"]?.intValue == 1)
      #expect(full["entries"]?.listValue?.first?["fields"]?["k"]?.stringValue == "1.10")
      // A name that an entry has twice loses nothing.
      #expect(full["entries"]?.listValue?.last?["fields"]?.listValue?.map(\.rendered) == ["k", "a", "k", "b"])

      let plain = try #require(try await server.query("XINFO", "STREAM", "jobs").fields["fields"])
      #expect(plain["groups"]?.intValue == 1)
      #expect(plain["first-entry"]?["id"]?.stringValue == "1-1")
      let groups = try #require(try await server.query("XINFO", "GROUPS", "jobs").fields["rows"]?.listValue)
      #expect(groups[0]["name"]?.stringValue == "12")
      #expect(groups[0]["pending"]?.intValue == 2)
      let consumers = try #require(try await server.query("XINFO", "CONSUMERS", "jobs", "12").fields["rows"]?.listValue)
      #expect(consumers[0]["name"]?.stringValue == "1.10")

      let summary = try #require(try await server.query("XPENDING", "jobs", "12").fields["fields"])
      #expect(summary["count"]?.intValue == 2)
      #expect(summary["consumers"]?.listValue?.first?["name"]?.stringValue == "1.10")
      #expect(summary["consumers"]?.listValue?.first?["pending"]?.intValue == 2)
      let extended = try await server.query("XPENDING", "jobs", "12", "-", "+", 10).fields["rows"]?.listValue
      #expect(extended?.map { $0["deliveries"]?.intValue } == [1, 1])
      let none = try await server.query("XPENDING", "jobs", "12", "-", "+", 10, "nobody").fields["rows"]?.listValue
      #expect(none?.isEmpty == true)

      let range = try await server.query("XRANGE", "jobs", "-", "+").fields["rows"]?.listValue
      #expect(range?.map { $0["id"]?.stringValue } == ["1-1", "1-2"])
      let claimed = try await server.act("XAUTOCLAIM", "jobs", "12", "other", 0, "0").fields["fields"]
      #expect(claimed?["entries"]?.listValue?.count == 2)
    }
  }

  @Test func `scores, positions and pairs with values have rows`() async throws {
    try await RedisServer.with { server in
      try await server.act("ZADD", "z", "1", "one", "1.5", "1.10", "-inf", "low", "0.1", "tenth")
      let rows = try await server.query("ZRANGE", "z", 0, -1, "WITHSCORES").fields["rows"]?.listValue ?? []
      #expect(rows.map { $0["member"]?.stringValue } == ["low", "tenth", "one", "1.10"])
      #expect(
        rows.map { $0["score"]?.rendered } == ["-inf", "0.1", "1", "1.5"]
          || rows[1]["score"]?.rendered == "0.10000000000000001")
      #expect(rows[2]["score"]?.intValue == 1)
      #expect(try await server.query("ZRANGE", "z", 0, -1).fields["rows"] == nil)
      #expect(try await server.act("ZPOPMIN", "z").fields["rows"]?.listValue?.first?["member"]?.stringValue == "low")

      try await server.act("GEOADD", "g", "13.361389", "38.115556", "Palermo", "15.087269", "37.502669", "1.10")
      let places = try await server.query("GEOPOS", "g", "Palermo", "nowhere").fields["rows"]?.listValue
      #expect(places?[0]["longitude"]?.rendered.hasPrefix("13.3613") == true)
      #expect(places?[1]["longitude"]?.isNull == true)
      let near = try await server.query(
        "GEOSEARCH", "g", "FROMMEMBER", "1.10", "BYRADIUS", 1, "km", "WITHDIST", "WITHCOORD"
      ).fields["rows"]?.listValue
      #expect(near?.first?["member"]?.stringValue == "1.10")
      #expect(near?.first?["position"]?.listValue?.count == 2)

      try await server.act("HSET", "h", "version", "1.10")
      let field = try await server.query("HRANDFIELD", "h", 1, "WITHVALUES").fields["rows"]?.listValue
      #expect(field?.first?["value"]?.stringValue == "1.10")
      #expect(try await server.query("MEMORY", "USAGE", "none").fields["value"]?.isNull == true)
      #expect(try await server.query("LOLWUT").fields["value"]?.stringValue?.contains("Redis ver") == true)
      #expect(try await server.query("PUBSUB", "NUMSUB", "c").fields["fields"]?["c"]?.intValue == 0)
      #expect(await failure { try await server.query("OBJECT", "FREQ", "h") }.message.contains("LFU"))
      let statistics = try await server.query("MEMORY", "STATS").fields["fields"]
      #expect(statistics?["db.0"]?["overhead.hashtable.main"]?.intValue != nil)
      let user = try await server.act("ACL", "GETUSER", "default").fields["fields"]
      #expect(user?["commands"]?.stringValue == "+@all")
      let library = "#!lua name=lib\nredis.register_function('f', function() return 1 end)"
      try await server.act("FUNCTION", "LOAD", .string(library))
      let list = try await server.act("FUNCTION", "LIST").fields["rows"]?.listValue
      #expect(list?.first?["functions"]?.listValue?.first?["name"]?.stringValue == "f")
      let nested = try await server.act("EVAL", "return {1, redis.error_reply('ERR inner')}", 0)
      #expect(nested.fields["value"]?.listValue?.last?["error"]?.stringValue?.contains("inner") == true)
    }
  }

  @Test func `a page of a scan is marked where there is more`() async throws {
    try await RedisServer.with { server in
      _ = try server.cli("EVAL", "for i=1,2000 do redis.call('hset','h',i,i) redis.call('set','k'..i,i) end", "0")
      for words: [Value] in [["SCAN", 0], ["HSCAN", "h", 0]] {
        let page = try await server.perform(["args": .list(words)], .query)
        #expect(page.isTruncated)
        #expect(page.fields["notices"]?.listValue?.first?.stringValue?.contains("cursor") == true)
      }
      #expect(try await !server.query("HSCAN", "none", 0).isTruncated)
      let two = try await server.query("HSCAN", "h", 0).fields["rows"]?.listValue
      #expect(two?.first?["field"]?.stringValue == two?.first?["value"]?.stringValue)
    }
  }

  @Test func `an answer nested too deep was an answer`() async throws {
    try await RedisServer.with { server in
      let deep = "redis.call('set','k','v') return {{{{{{{{{1}}}}}}}}}"
      let act = try await server.act("EVAL", .string(deep), 0)
      #expect(act.isTruncated)
      #expect(act.fields["notices"]?.listValue?.first?.stringValue?.contains("nested deeper") == true)
      #expect(try await server.query("GET", "k").fields["value"]?.stringValue == "v")
      #expect(try await !server.act("EVAL", "return {{{{{{{{1}}}}}}}}", 0).isTruncated)
      let error = await failure {
        try await server.perform(
          ["pipeline": [["SET", "a", "1"], ["EVAL", .string(deep), "0"], ["SET", "b", "1"]]], .act)
      }
      #expect(error.mayHaveTakenEffect)
      #expect(error.message.contains("nested deeper") && error.message.contains("1 and 2 done, 3 unknown"))
      #expect(!error.message.contains("does not answer as a Redis server"))
    }
  }
}

struct ReplyTextTests {
  @Test func `INFO has numbers where Redis counts, and texts elsewhere`() {
    let info = InfoText.lines(
      """
      # Server
      redis_version:7.0
      redis_git_sha1:12345678
      redis_build_id:1234567890123456
      process_id:77
      run_id:1234567890123456789012345678901234567890
      used_memory_human:1.05M
      mem_fragmentation_ratio:1.10
      rss_overhead_ratio:1.05
      master_host:10
      maxmemory:0
      config_file:/etc/a=b
      db0:keys=1,expires=0,avg_ttl=0
      slave0:ip=10.0.0.7,port=6380,state=online,offset=14,lag=0
      cmdstat_get:calls=3,usec=10,usec_per_call=3.33,rejected_calls=0,failed_calls=0
      module:name=7,ver=1,api=1
      module:name=other,ver=2,api=1
      """)
    for name in ["redis_version", "redis_git_sha1", "redis_build_id", "run_id", "used_memory_human", "master_host"] {
      #expect(info[name]?.stringValue != nil, "\(name)")
    }
    #expect(info["process_id"]?.intValue == 77)
    #expect(info["maxmemory"]?.intValue == 0)
    #expect(info["mem_fragmentation_ratio"]?.rendered == "1.10")
    #expect(info["mem_fragmentation_ratio"]?.typeName.name == "decimal")
    #expect(info["rss_overhead_ratio"]?.rendered == "1.05")
    #expect(info["config_file"]?.stringValue == "/etc/a=b")
    #expect(info["db0"]?["keys"]?.intValue == 1)
    #expect(info["slave0"]?["port"]?.intValue == 6380)
    #expect(info["slave0"]?["ip"]?.stringValue == "10.0.0.7")
    #expect(info["cmdstat_get"]?["usec_per_call"]?.rendered == "3.33")
    #expect(info["module"]?.listValue?.map { $0["name"]?.stringValue } == ["7", "other"])
  }

  @Test func `pairs that are none stay as they are`() throws {
    let command = try RedisCommand(["XINFO", "STREAM", "s", "FULL"].map { Array($0.utf8) })
    func text(_ text: String) -> Reply { .bulk(Array(text.utf8)) }
    let groups: Reply = .list([text("groups"), .list([.integer(1), .list([text("A")])])])
    let entry: Reply = .list([text("1-1"), .null])
    let entries: Reply = .list([text("entries"), .list([entry, .null])])
    let odd: Reply = .list([text("A")])
    let numbers: Reply = .list([.integer(1), .integer(2)])
    let replies: [Reply] = [.null, .list([]), numbers, odd, groups, entries]
    let forms = replies.map { ReplyForm(command, $0).fields }
    #expect(forms.map { $0?.count } == [nil, 0, nil, nil, 1, 1])
    #expect(forms[4]?["groups"]?.listValue?.first?.intValue == 1)
    #expect(forms[5]?["entries"]?.listValue?.first?["fields"]?.isNull == true)
  }
}
