import CEL
import ExecutorKit
import Foundation
import PlaybookLanguage
import Testing

@testable import SQLExecutor

/// How much the gate costs beside a plain query of libpq on the same connection. It prints, and asserts nothing about
/// time.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct GateCostTests {
  @Test(arguments: [
    "SELECT 1", "SELECT count(*) FROM accounts WHERE state = 'locked'",
    "SELECT email FROM accounts WHERE email = 'u7@EXAMPLE.org'",
  ])
  func `the gate costs little after the first query of a kind`(_ statement: String) async throws {
    let server = try PostgresServer.shared.get()
    let context = context(server.url("reader"))
    let settings = try ConnectionSettings(try #require(context.target), mode: .query, host: nil)
    let request = try SQLRequest(call(statement, [], .query), limits: context.limits)
    let connection = PostgresConnection(settings)
    let costs = try await connection.call { (connection) throws(ExecutorError) in
      do throws(SessionFailure) { return try connection.costs(request, CallParameters(context)) } catch {
        throw ExecutorError(.malformed, "\(error)")
      }
    }.get()
    await connection.close()
    func ratio(_ time: Double) -> String { String(format: "%.1f", (time - costs.bare) / costs.plain) }
    print(
      "gate of `\(statement)`, in times of a plain SELECT 1 (\(Int(costs.plain)) µs): first \(ratio(costs.first)), later "
        + "\(ratio(costs.later)), later with other transactions in between \(ratio(costs.busy))")
    #expect(costs.first > 0 && costs.later > 0 && costs.busy > 0)
  }
}

/// Medians in microseconds.
private struct GateCosts: Sendable {
  var plain = 0.0
  /// The statement's transaction without a gate.
  var bare = 0.0
  var first = 0.0
  var later = 0.0
  var busy = 0.0
}

extension PostgresConnection {
  fileprivate func costs(_ request: SQLRequest, _ call: CallParameters) throws(SessionFailure) -> GateCosts {
    var costs = GateCosts()
    _ = try beginLook(call)
    rollBack()
    costs.plain = try median(500) { () throws(SessionFailure) in
      _ = try session.run(batch: "SELECT 1", call.ownWatch())
    }
    costs.bare = try median(500) { () throws(SessionFailure) in _ = try begin(call, isReadOnly: true) }
    costs.first = try median(1) { () throws(SessionFailure) in try admit(request, call) }
    costs.later = try median(500) { () throws(SessionFailure) in try admit(request, call) }
    costs.busy = try median(500) { () throws(SessionFailure) in
      // As if somebody else's transaction had ended in between.
      for key in gates.keys { gates[key]?.snapshot = "" }
      try admit(request, call)
    }
    return costs
  }

  private func admit(_ request: SQLRequest, _ call: CallParameters) throws(SessionFailure) {
    var reporter = FailureReporter(settings: settings, request: request)
    _ = try admit(request, call, &reporter)
  }

  private func median(_ count: Int, _ body: () throws(SessionFailure) -> Void) throws(SessionFailure) -> Double {
    var times: [Duration] = []
    for _ in 0..<count {
      let start = ContinuousClock.now
      try body()
      times.append(start.duration(to: .now))
      rollBack()
    }
    let median = times.sorted()[count / 2].components
    return Double(median.attoseconds) / 1e12 + Double(median.seconds) * 1e6
  }
}
