import CEL
import PlaybookEngine

extension PostgresConnection {
  /// Runs a query: its own READ ONLY transaction, always rolled back, after the role and all that the statement reaches
  /// have been looked at.
  func read(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> CallOutcome {
    let reporter = FailureReporter(
      settings: settings, request: request, timeout: call.timeout(settings.statementTimeout))
    do throws(SessionFailure) {
      let watch = call.watch()
      let beginning = try begin(call, isReadOnly: true)
      defer { rollBack() }
      if let reason = try refusal(request, beginning, watch) { return try reporter.refuse(reason) }
      try restoreSearchPath(beginning, watch)
      var rows = request.collector
      hasSent = true
      _ = try session.run(request.sql, request.values, into: &rows, stopsWhenFull: true, watch)
      rollBack()
      try reporter.checkColumns(rows)
      try resolveTypes(of: &rows, watch)
      return request.outcome(rows, affected: 0, source: beginning.source)
    } catch {
      throw reporter.error(error)
    }
  }

  /// What a query would do: it is analysed and planned, which proves that its tables and columns exist.
  func planQuery(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> [String] {
    let reporter = FailureReporter(
      settings: settings, request: request, timeout: call.timeout(settings.statementTimeout))
    do throws(SessionFailure) {
      let watch = call.watch()
      let beginning = try begin(call, isReadOnly: true)
      defer { rollBack() }
      if let reason = try refusal(request, beginning, watch) { return try reporter.refuse(reason) }
      try restoreSearchPath(beginning, watch)
      try session.prepare(request.sql, types: request.values.map(\.type), watch)
      guard request.rules.kind.isSelect else { return ["\(request.rules.kind.name) on \(beginning.source)"] }
      let rows = try estimate(request, watch)
      return ["reads \(beginning.source)" + (rows.map { ", about \($0) rows" } ?? "")]
    } catch {
      throw reporter.error(error)
    }
  }

  private func refusal(
    _ request: SQLRequest, _ beginning: Beginning, _ watch: Session.Watch
  ) throws(SessionFailure) -> String? {
    if let reason = try roleRefusal(watch) { return reason }
    return try guardRefusal(of: request.rules.statement, beginning, watch)
  }

  /// How many rows the planner expects: of a change those that it would touch.
  func estimate(_ request: SQLRequest, _ watch: Session.Watch) throws(SessionFailure) -> Int64? {
    var rows = RowCollector(rows: 1, bytes: 16 << 20)
    let sql = "EXPLAIN (FORMAT JSON) " + request.sql
    _ = try session.run(sql, request.values, into: &rows, stopsWhenFull: false, watch)
    let plan = rows.rows.first?.first?.listValue?.first?["Plan"]
    let node = plan?["Node Type"]?.stringValue == "ModifyTable" ? plan?["Plans"]?.listValue?.first : plan
    return node?["Plan Rows"]?.intValue
  }
}
