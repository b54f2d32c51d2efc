import CEL
import PlaybookEngine

extension PostgresConnection {
  /// Runs an act: one transaction that commits. What PostgreSQL refuses within a transaction block, or what may commit
  /// by
  /// itself (VACUUM, CREATE DATABASE, CREATE INDEX CONCURRENTLY, CALL, DO, …), is sent alone.
  func act(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> CallOutcome {
    var reporter = FailureReporter(
      settings: settings, request: request, timeout: call.timeout(settings.statementTimeout))
    do throws(SessionFailure) {
      var rows = request.collector
      let tag: String
      let source: String
      if request.rules.ownsTransaction {
        (tag, source) = try actAlone(request, call, into: &rows, &reporter)
      } else {
        (tag, source) = try actInTransaction(request, call, into: &rows, &reporter)
      }
      reporter.stage = .done
      // What is done is done: a failure to look up a type leaves its text.
      try? resolveTypes(of: &rows, call.watch())
      // It may have left settings, locks or temporary tables in the session.
      if !request.rules.kind.keepsSession { session.close() }
      return request.outcome(rows, affected: Self.affected(tag), source: source)
    } catch {
      rollBack()
      throw reporter.error(error)
    }
  }

  private func actInTransaction(
    _ request: SQLRequest, _ call: CallParameters, into rows: inout RowCollector, _ reporter: inout FailureReporter
  ) throws(SessionFailure) -> (tag: String, source: String) {
    let watch = call.watch()
    let beginning = try begin(call, isReadOnly: false)
    try restoreSearchPath(beginning, watch)
    hasSent = true
    reporter.stage = .sent
    let tag = try session.run(request.sql, request.values, into: &rows, stopsWhenFull: false, watch)
    // Everything that can be wrong with the answer is found before the transaction counts.
    try reporter.checkColumns(rows)
    reporter.stage = .committing
    if Task.isCancelled { throw .interrupted(.cancelled, isConfirmed: true) }
    var none = RowCollector(rows: 0, bytes: 0)
    let ending = try session.run("COMMIT", [], into: &none, stopsWhenFull: false, watch)
    guard ending == "COMMIT" else { throw .server(ServerError(message: "the transaction was rolled back")) }
    return (tag, beginning.source)
  }

  private func actAlone(
    _ request: SQLRequest, _ call: CallParameters, into rows: inout RowCollector, _ reporter: inout FailureReporter
  ) throws(SessionFailure) -> (tag: String, source: String) {
    let watch = call.watch()
    let beginning = try begin(call, isReadOnly: false)
    rollBack()
    _ = try session.run(batch: call.settings(scope: "SESSION", timeout: settings.statementTimeout), watch)
    hasSent = true
    reporter.stage = .alone
    let tag = try session.run(request.sql, request.values, into: &rows, stopsWhenFull: false, watch)
    return (tag, beginning.source)
  }

  /// What an act would do, without doing it: a change is analysed and planned in a READ ONLY transaction, unless
  /// planning
  /// could call functions that may write.
  func planAct(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> [String] {
    let reporter = FailureReporter(
      settings: settings, request: request, timeout: call.timeout(settings.statementTimeout))
    let kind = request.rules.kind
    do throws(SessionFailure) {
      let watch = call.watch()
      let beginning = try begin(call, isReadOnly: true)
      defer { rollBack() }
      guard kind.isChange || kind.isSelect else { return ["\(kind.name) on \(beginning.source), not tried out"] }
      let reason = try guardRefusal(of: request.rules.statement, beginning, watch)
      try restoreSearchPath(beginning, watch)
      try session.prepare(request.sql, types: request.values.map(\.type), watch)
      if reason != nil {
        return ["\(kind.name) on \(beginning.source); it calls functions, so its rows aren't estimated"]
      }
      let rows = try estimate(request, watch)
      return ["\(kind.name) on \(beginning.source)" + (rows.map { ", about \($0) rows" } ?? "")]
    } catch {
      throw reporter.error(error)
    }
  }

  /// The count in a command tag: `UPDATE 2`, `INSERT 0 1`; 0 where it has none.
  private static func affected(_ tag: String) -> Int64 {
    tag.split(separator: " ").last.flatMap { Int64($0) } ?? 0
  }
}
