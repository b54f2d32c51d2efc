import CEL
import Foundation
import Testing

@testable import PlaybookDrill

/// The world of the scenario that the product is shown with.
@Suite(.enabled(if: Machine.hasServers, "redis-server and PostgreSQL are needed"), .serialized)
struct MassLockoutTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// The scenario; `isQuiet`: without the program that goes on attacking.
  private func start(isQuiet: Bool) async throws -> DrillSession {
    let scenario = scratch.path + "/mass-lockout"
    try FileManager.default.copyItem(atPath: Machine.playbooks + "/mass-lockout", toPath: scenario)
    if isQuiet { try FileManager.default.removeItem(atPath: scenario + "/drill/background") }
    return try await scratch.start(scenario)
  }

  @Test func `its numbers are those of the issue, also from the cache`() async throws {
    var session = try await start(isQuiet: true)
    await session.stop()
    session = try await scratch.start(scratch.path + "/mass-lockout")
    #expect(try await session.sql("SELECT count(*) FROM audit_logs") == "200000")
    let attack =
      "event_type = 'login_failure' AND detail->>'reason' = 'bad password' AND created_at > now() - interval '1 hour'"
    let numbers =
      "SELECT count(*), count(DISTINCT ip_address), count(DISTINCT actor_id) FROM audit_logs WHERE \(attack)"
    #expect(try await session.sql(numbers) == "60000|8|3000")
    #expect(try await session.redis("DBSIZE") == "100000")
    let locked = try await session.redis("--scan", "--pattern", "login_protection:*")
    #expect(locked.split(separator: "\n").count == 3000)
    let seconds = Int(try await session.redis("TTL", "login_protection:user-1417")) ?? 0
    #expect((1...1800).contains(seconds))
    await session.stop()
  }

  @Test func `the paper runbook's second query finds the attackers and one partner`() async throws {
    let session = try await start(isQuiet: true)
    let rows = try await session.sql(
      """
      SELECT ip_address, COUNT(DISTINCT actor_id) as accounts FROM audit_logs
      WHERE event_type = 'login_failure' AND created_at > NOW() - INTERVAL '1 hour'
      GROUP BY ip_address HAVING COUNT(DISTINCT actor_id) > 5 ORDER BY accounts DESC
      """)
    #expect(
      rows.split(separator: "\n") == [
        "203.0.113.7|3000", "203.0.113.42|2800", "203.0.113.101|2500", "198.51.100.203|2200", "198.51.100.150|1900",
        "203.0.113.77|1600", "2001:db8:bad::17|1300", "198.51.100.201|900", "198.51.100.20|14",
      ])
    await session.stop()
  }

  @Test func `the attack goes on from each address that the firewall does not hold`() async throws {
    let session = try await start(isQuiet: false)
    let live = "SELECT string_agg(DISTINCT host(ip_address), ',') FROM audit_logs WHERE id > 200000"
    #expect(try await poll { try await session.sql(live).split(separator: ",").count == 8 })
    for address in [
      "203.0.113.42", "203.0.113.101", "198.51.100.203", "198.51.100.150", "203.0.113.77", "2001:db8:bad::17",
      "198.51.100.201",
    ] {
      #expect(try await firewall("block", address).succeeded)
    }
    let last = try await session.sql("SELECT max(id) FROM audit_logs")
    // What was on its way when the last address was blocked may still come.
    let later = "SELECT string_agg(DISTINCT host(ip_address), ',') FROM audit_logs WHERE id > \(last)::bigint + 48"
    #expect(try await poll { try await session.sql(later) == "203.0.113.7" })
    await session.stop()
    #expect(scratch.processes.isEmpty)
  }

  @Test(arguments: [
    "203.0.113.7; touch pwned", "$(touch pwned)", "-e", "256.1.1.1", "", "::::", "1.2.3.4\n5.6.7.8", "10.0.0.0/8",
  ])
  func `the firewall takes addresses only`(text: String) async throws {
    let bin = scratch.path + "/bin"
    try FileManager.default.copyItem(atPath: Machine.playbooks + "/mass-lockout/drill/bin", toPath: bin)
    let command = ServerAccount(user: nil).command([bin + "/firewall", "block", text])
    #expect(try await !Command.run(command).succeeded)
    #expect(try await Command.run(ServerAccount(user: nil).command([bin + "/firewall", "list"])).output == "")
  }

  @Test func `a password reset through the API is seen in the tables and ends the sessions`() async throws {
    let session = try await start(isQuiet: true)
    let token = try session.token
    let path = "/api/v1/admin/users/user-1417"
    #expect(try await session.request("GET", path, token: token).body["password_reset_required"]?.boolValue == false)
    #expect(try await session.request("POST", path + "/password-reset", token: token).status == 202)
    #expect(try await session.request("GET", path, token: token).body["password_reset_required"]?.boolValue == true)
    #expect(
      try await session.sql("SELECT actor_id FROM audit_logs WHERE event_type = 'password_reset_forced'") == "user-1417"
    )
    #expect(try await session.redis("EXISTS", "session:user-1417:1", "session:user-1417:3") == "0")
    #expect(try await session.redis("EXISTS", "session:user-1418:1") == "1")
    #expect(try await session.request("POST", "/api/v1/admin/users/user-1/password-reset", token: token).status == 404)
    #expect(try await session.request("GET", "/api/v1/health").body["status"]?.stringValue == "ok")
    await session.stop()
  }

  private func firewall(_ words: String...) async throws -> Command.Result {
    try await Command.run(ServerAccount(user: nil).command([scratch.world + "/bin/firewall"] + words))
  }

  private func poll(_ holds: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<100 {
      if try await holds() { return true }
      try await Task.sleep(for: .milliseconds(200))
    }
    return false
  }
}
