import CEL
import ExecutorKit
import NIOCore
import PlaybookLanguage
import Synchronization
import Testing

@testable import RedisExecutor

/// A server's error reply leads no call and no password to a server of its choice.
struct RedirectionPromiseTests {
  /// What arrived at a server.
  private final class Log: Sendable {
    let texts = Mutex<[String]>([])
    var all: String { texts.withLock { $0.joined() } }
  }

  /// A server that answers what `nodes` says to CLUSTER NODES, and everything else with a reply that points elsewhere.
  private static func lying(_ word: String, to place: String, nodes: String?) async throws -> FakeServer {
    try await FakeServer.start { received, channel in
      // One reply for each command of a batch.
      for command in received.split(separator: "*").map(String.init) where command.contains("\r\n") {
        let upper = command.uppercased()
        if upper.contains("AUTH") || upper.contains("SETNAME") {
          channel.send("+OK\r\n")
        } else if let facts = FakeServer.commandInfo(command) {
          channel.send(facts)
        } else if upper.contains("NODES") {
          channel.send(
            nodes.map { "$\($0.utf8.count)\r\n\($0)\r\n" } ?? "-ERR This instance has cluster support disabled\r\n")
        } else {
          channel.send("-\(word) 1 \(place)\r\n")
        }
      }
    }
  }

  private static func line(_ address: String) -> String {
    "07c37d \(address)@31004 master - 0 1426238317239 4 connected 0-16383\n"
  }

  /// Whether the reply was followed, by what reached the other server.
  private static func isFollowed(
    _ word: String = "MOVED", _ mode: CallMode = .act, hosts: [Value] = [], lists: Bool = false, isCluster: Bool = true,
    protected: Bool = false
  ) async throws -> Bool {
    let log = Log()
    let other = try await FakeServer.start { received, channel in
      log.texts.withLock { $0.append(received) }
      for command in received.split(separator: "*") { channel.send(FakeServer.commandInfo(command) ?? "+OK\r\n") }
    }
    let place = "127.0.0.1:\(other.port)"
    let listed = line("127.0.0.1:1") + (lists ? line(place) : "")
    let server = try await lying(word, to: place, nodes: isCluster ? listed : nil)
    let executor = RedisExecutor()
    var context = CallContext.test(
      [
        ("url", .string(server.url)), ("password", "hunter2-hunter2"), ("hosts", .list(hosts)),
      ], within: .seconds(5))
    if protected { context.objection = { host in host == "127.0.0.1" ? "address 127.0.0.1 is protected" : nil } }
    do {
      let words: Value = mode == .act ? ["INCR", "k"] : ["GET", "k"]
      _ = try await executor.perform(call(["args": words], mode), context: context)
    } catch {
      if log.all.isEmpty {
        #expect(!error.mayHaveTakenEffect && error.message.contains("not followed"), "\(error.message)")
      }
    }
    await executor.close()
    try await server.stop()
    try await other.stop()
    return !log.all.isEmpty
  }

  @Test(arguments: ["MOVED", "ASK"], [CallMode.act, .query]) func `a reply leads only to the servers of the cluster`(
    _ word: String, _ mode: CallMode
  ) async throws {
    #expect(try await !Self.isFollowed(word, mode))
    #expect(try await !Self.isFollowed(word, mode, isCluster: false))
    #expect(try await !Self.isFollowed(word, mode, hosts: ["cache.internal", "10.*"]))
    #expect(try await Self.isFollowed(word, mode, lists: true))
    #expect(try await Self.isFollowed(word, mode, hosts: ["127.0.0.1"]))
  }

  @Test func `an act is led to no protected server`() async throws {
    #expect(try await !Self.isFollowed(lists: true, protected: true))
    #expect(try await !Self.isFollowed(hosts: ["127.0.0.1"], lists: true, protected: true))
  }
}
