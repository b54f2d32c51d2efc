import Foundation
import Glibc
import Testing

@testable import PlaybookDrill

@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct CacheTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch(ownCache: true) }

  private var entries: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: scratch.cache).sorted() }
  }

  /// Brings the world up and down, and returns what is in its table.
  private func drill(_ scenario: String) async throws -> String {
    let session = try await scratch.start(scenario)
    let rows = try await session.sql("SELECT string_agg(id, ',' ORDER BY id) FROM accounts")
    await session.stop()
    return rows
  }

  @Test func `a seeded database is made once, and anew when its seed changes`() async throws {
    let scenario = try scratch.scenario(["now.sql": "INSERT INTO accounts VALUES ('now', true);\n"])
    #expect(try await drill(scenario) == "a,now")
    let first = try entries
    #expect(first.count == 1)
    #expect(try await drill(scenario) == "a,now")
    #expect(try entries == first)
    let changed = try scratch.scenario(["world.sql": "CREATE TABLE accounts (id text);\n", "now.sql": ""])
    #expect(try await drill(changed) == "")
    #expect(try entries.count == 2)
  }

  @Test func `a database whose seed fails is not kept`() async throws {
    let scenario = try scratch.scenario(["world.sql": "SELEKT 1;\n"])
    await #expect(throws: DrillError.self) { try await scratch.start(scenario) }
    #expect(try entries.isEmpty)
  }

  @Test(arguments: [
    "rm -r \"$1\"/data/base", "rm \"$1\"/contents", "truncate -s 0 \"$1\"/data/global/pg_control",
    // The right size and no cluster: only starting it shows that.
    """
    for f in "$1"/data/global/*; do
      [ -f "$f" ] || continue
      head -c "$(stat -c %s "$f")" /dev/zero > "$1/zeros" && cat "$1/zeros" > "$f"
    done
    rm "$1/zeros"
    """,
  ])
  func `a broken entry is made anew`(damage: String) async throws {
    let scenario = try scratch.scenario([:])
    #expect(try await drill(scenario) == "a")
    let entry = try #require(try entries.first)
    let result = try await Command.run(
      ServerAccount(user: nil).command(["sh", "-c", damage, "sh", "\(scratch.cache)/\(entry)"]))
    #expect(result.succeeded, "\(result.output)")
    #expect(try await drill(scenario) == "a")
    #expect(try entries == [entry])
  }

  @Test func `drills that start at the same time share nothing but the cache`() async throws {
    let scenario = try scratch.scenario([:])
    let sessions = try await withThrowingTaskGroup(of: DrillSession.self) { group in
      for number in 0..<2 {
        group.addTask {
          try await DrillSession.start(
            scenario: scenario, worldProgram: Machine.worldProgram, folder: "\(scratch.path)/w\(number)",
            cache: scratch.cache)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    _ = try await sessions[0].sql("DELETE FROM accounts", asAdmin: true)
    #expect(try await sessions[1].sql("SELECT count(*) FROM accounts") == "1")
    for session in sessions { await session.stop() }
    #expect(try entries.count == 1)
    #expect(scratch.processes.isEmpty)
  }

  @Test func `a cache that others may look into is not used`() throws {
    _ = unsafe mkdir(scratch.cache, 0o755)
    #expect(throws: DrillError.self) { try ClusterCache(folder: scratch.cache) }
    _ = unsafe chmod(scratch.cache, 0o700)
    #expect(throws: Never.self) { try ClusterCache(folder: scratch.cache) }
  }

  @Test func `a cache that is a link is not used`() throws {
    _ = unsafe mkdir(scratch.path + "/elsewhere", 0o700)
    _ = unsafe symlink(scratch.path + "/elsewhere", scratch.cache)
    #expect(throws: DrillError.self) { try ClusterCache(folder: scratch.cache) }
  }

  @Test func `a world without a cache comes up all the same`() async throws {
    _ = unsafe mkdir(scratch.cache, 0o777)
    _ = unsafe chmod(scratch.cache, 0o777)
    #expect(try await drill(try scratch.scenario([:])) == "a")
    #expect(try entries.isEmpty)
  }

  @Test func `the cache is where the user keeps caches`() {
    #expect(ClusterCache.defaultFolder(environment: ["XDG_CACHE_HOME": "/c", "HOME": "/h"]) == "/c/playbook")
    #expect(ClusterCache.defaultFolder(environment: ["HOME": "/h"]) == "/h/.cache/playbook")
    #expect(ClusterCache.defaultFolder(environment: ["XDG_CACHE_HOME": "relative"]).hasPrefix("/tmp/playbook-cache-"))
  }
}
