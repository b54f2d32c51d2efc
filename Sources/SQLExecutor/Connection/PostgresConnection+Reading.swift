import CEL
import ExecutorKit

extension PostgresConnection {
  /// Runs a query: its own READ ONLY transaction, always rolled back, after the role and all that the statement reaches
  /// have been looked at.
  ///
  /// - Returns: nil where it shows the server's sessions and has to be alone for it; nothing has been sent then.
  func read(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> CallOutcome? {
    var reporter = FailureReporter(settings: settings, request: request)
    defer { session.notices.stop() }
    do throws(SessionFailure) {
      defer { rollBack() }
      let state: ServerState
      switch try admit(request, call, &reporter) {
      case .console: return try readConsole(request, call)
      case .refused(let reason): return try reporter.refuse(reason)
      case .alone: return nil
      case .admitted(let server): state = server
      }
      var rows = request.collector
      rows.zone = state.zone
      hasSent = true
      reporter.stage = .sent
      session.notices.listen()
      let tag = try session.run(request.sql, request.values, into: &rows, stopsWhenFull: true, watch(call))
      session.notices.stop()
      rollBack()
      try reporter.checkColumns(rows)
      // Without the types such values stay text.
      try? resolveTypes(of: &rows, call.ownWatch())
      return request.outcome(rows, tag: tag, notices: session.notices.all, source: state.source)
    } catch {
      throw reporter.error(error, notices: session.notices.all)
    }
  }

  /// The look at a query for a plan: it is analysed and planned, which proves that its tables and columns exist.
  func planQuery(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> [String] {
    var reporter = FailureReporter(settings: settings, request: request)
    do throws(SessionFailure) {
      defer { rollBack() }
      let state: ServerState
      switch try admit(request, call, &reporter, isPlan: true) {
      case .console: return try planConsole(request)
      case .refused(let reason): return try reporter.refuse(reason)
      case .alone: return []
      case .admitted(let server): state = server
      }
      reporter.stage = .sent
      try session.prepare(request.sql, types: request.values.map(\.type), watch(call))
      guard request.rules.kind.isSelect else { return ["\(request.rules.kind.name) on \(state.source)"] }
      let rows = try estimate(request, watch(call))
      return ["reads \(state.source)" + (rows.map { ", about \($0) rows" } ?? "")]
    } catch {
      throw reporter.error(error)
    }
  }

  func note(_ call: CallParameters, _ reporter: inout FailureReporter) {
    let timeout = timeout(call)
    reporter.begin(on: server, timeout: timeout, isServers: timeout == facts?.timeout)
  }

  /// Our own clock ends the author's statement where the server can't be told its timeout.
  func watch(_ call: CallParameters) -> Session.Watch {
    var watch = call.watch()
    if lacks.contains(OwnStatement.timeout) { watch.deadline = min(watch.deadline, .now + timeout(call)) }
    return watch
  }

  /// How many rows the planner expects: of a change those that it would touch.
  func estimate(_ request: SQLRequest, _ watch: Session.Watch) throws(SessionFailure) -> Int64? {
    var rows = RowCollector(rows: 1, bytes: 16 << 20)
    let sql = "EXPLAIN (FORMAT JSON) " + request.sql
    do throws(SessionFailure) {
      _ = try session.run(sql, request.values, into: &rows, stopsWhenFull: false, watch)
    } catch .server(var error) {
      // It counts from the EXPLAIN.
      error.position = nil
      throw .server(error)
    }
    let plan = rows.rows.first?.first?.listValue?.first?["Plan"]
    let node = plan?["Node Type"]?.stringValue == "ModifyTable" ? plan?["Plans"]?.listValue?.first : plan
    return node?["Plan Rows"]?.intValue
  }
}
