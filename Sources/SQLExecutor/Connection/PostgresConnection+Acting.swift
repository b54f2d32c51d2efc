import CEL
import ExecutorKit

extension PostgresConnection {
  /// Runs an act: one transaction that commits. A statement that PostgreSQL refuses within a transaction block, or that
  /// may commit by itself (VACUUM, CREATE DATABASE, CREATE INDEX CONCURRENTLY, CALL, DO, …), is sent alone.
  ///
  /// - Returns: nil where it reads the server's sessions and has to be alone for it; nothing has been sent then.
  func act(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> CallOutcome? {
    var reporter = FailureReporter(settings: settings, request: request)
    var otherServer: ExecutorError?
    defer { session.notices.stop() }
    do throws(SessionFailure) {
      let (path, answers) = try beginLook(call, alsoAsks: request.rules.ownsTransaction)
      otherServer = elsewhere(call)
      if let otherServer { throw .server(ServerError(message: otherServer.message)) }
      if session.isConsole { throw Self.noConsole }
      note(call, &reporter)
      try checkPooler(request)
      if !call.isAlone, try showsSessions(request, path, call) {
        rollBack()
        return nil
      }
      var rows = request.collector
      let (tag, state) =
        request.rules.ownsTransaction
        ? try actAlone(request, answers, call, into: &rows, &reporter)
        : try actInTransaction(request, call, into: &rows, &reporter)
      session.notices.stop()
      reporter.stage = .done
      // The change is done: a failure to look up a type leaves its text.
      try? resolveTypes(of: &rows, call.ownWatch())
      // It may have left settings, locks or temporary tables in the session.
      if !request.rules.kind.keepsSession { session.close() }
      return request.outcome(rows, tag: tag, notices: session.notices.all, source: state.source)
    } catch {
      rollBack()
      throw otherServer ?? reporter.error(error, notices: session.notices.all)
    }
  }

  /// Behind a pooler the session is somebody else's in a moment: nothing that outlives the transaction may be left in
  /// it.
  private func checkPooler(_ request: SQLRequest) throws(SessionFailure) {
    guard facts?.isPooled == true else { return }
    let zone = settings.timezone != nil && request.rules.readsZoneAlone
    guard let reason = zone ? "the target's `timezone` would be set" : request.rules.sessionTrace else { return }
    throw .server(
      ServerError(
        sqlstate: FailureReporter.refused,
        message: "a pooler stands before the server, and \(reason) for the next user of its session; "
          + "give `act.url` a direct address"))
  }

  /// Whether the statement, or a view or function that it reads, shows the sessions of the server. A courtesy: where
  /// the catalogs can't be read, only the statement's own words count.
  private func showsSessions(
    _ request: SQLRequest, _ path: [String]?, _ call: CallParameters
  ) throws(SessionFailure) -> Bool {
    guard
      ["SelectStmt", "CreateTableAsStmt", "CallStmt"].contains(request.rules.kind.node) || request.rules.kind.isChange
    else { return false }
    do throws(SessionFailure) {
      let found = try examine(request.rules.statement, path: path, ignoresRefusals: true, call.ownWatch())
      return SessionViews.areReached(by: found.reached)
    } catch {
      switch error {
      case .server, .own: return false
      default: throw error
      }
    }
  }

  private func actInTransaction(
    _ request: SQLRequest, _ call: CallParameters, into rows: inout RowCollector, _ reporter: inout FailureReporter
  ) throws(SessionFailure) -> (tag: String, state: ServerState) {
    let state = try begin(call, isReadOnly: false).state
    let watch = watch(call)
    rows.zone = state.zone
    hasSent = true
    reporter.stage = .sent
    session.notices.listen()
    let tag = try session.run(request.sql, request.values, into: &rows, stopsWhenFull: false, watch)
    // Everything that can be wrong with the answer is found before the transaction counts.
    try reporter.checkColumns(rows)
    reporter.stage = .committing
    if Task.isCancelled { throw .interrupted(.cancelled, isConfirmed: true) }
    var none = RowCollector(rows: 0, bytes: 0)
    let ending = try session.run("COMMIT", [], into: &none, stopsWhenFull: false, watch)
    guard ending == "COMMIT" else { throw .server(ServerError(message: "the transaction was rolled back")) }
    return (tag, state)
  }

  /// Sends a statement outside of a transaction. In a session that is ours alone settings may stand; behind a pooler,
  /// or where nobody says whether there is one, none is set, and our own clock keeps the timeout.
  private func actAlone(
    _ request: SQLRequest, _ asked: Answers, _ call: CallParameters, into rows: inout RowCollector,
    _ reporter: inout FailureReporter
  ) throws(SessionFailure) -> (tag: String, state: ServerState) {
    var state = state(asked)
    var watch = call.watch()
    if facts?.isPooled == false {
      let settings = callSettings(call, scope: "SESSION")
      // Whatever comes of it, this session serves no other call.
      state = self.state(asked.merging(try run(settings + [Self.zoneQuestion], call)) { $1 })
    } else {
      rollBack()
      // The settings of our look are gone with its transaction: the statement is read by the session's own rule.
      guard session.reported("standard_conforming_strings") == "on" else {
        throw .own(
          "`standard_conforming_strings` must be on, and can't be set outside of a transaction behind a pooler",
          ServerError(message: "it is off in this session"))
      }
      watch.deadline = min(watch.deadline, .now + timeout(call))
    }
    try checkStrings()
    rows.zone = state.zone
    hasSent = true
    reporter.stage = .alone
    session.notices.listen()
    do throws(SessionFailure) {
      return (try session.run(request.sql, request.values, into: &rows, stopsWhenFull: false, watch), state)
    } catch {
      session.close()
      throw error
    }
  }

  /// The effects that an act would have, without making it: a change is analysed and planned in a READ ONLY
  /// transaction, behind the same gate as a query, since planning calls functions. An undecided act is neither planned
  /// nor, where the types that it reaches have code of their own, analysed.
  func planAct(_ request: SQLRequest, _ call: CallParameters) throws(ExecutorError) -> [String] {
    var reporter = FailureReporter(settings: settings, request: request)
    let kind = request.rules.kind
    do throws(SessionFailure) {
      defer { rollBack() }
      let (path, _) = try beginLook(call)
      if session.isConsole { throw Self.noConsole }
      note(call, &reporter)
      try checkPooler(request)
      guard kind.isChange || kind.isSelect else {
        let state = try begin(call, isReadOnly: true, looked: path).state
        return ["\(kind.name) on \(state.source), not tried out"]
      }
      var (refusal, isAnalysed) = ("", true)
      var state: ServerState?
      do throws(SessionFailure) {
        switch try admit(request, call, &reporter, isPlan: true) {
        case .console: throw Self.noConsole
        case .admitted(let server): state = server
        case .alone: break
        case .refused(let reason):
          let whole = try examine(request.rules.statement, path: path, ignoresRefusals: true, call.ownWatch())
          (refusal, isAnalysed) = (reason, whole.refusal == nil && !whole.hasTypeCode)
        }
      } catch .own(let need, _) {
        (refusal, isAnalysed) = (need, false)
      }
      guard let state else {
        let state = try begin(call, isReadOnly: true, looked: path).state
        if isAnalysed { try analyse(request, call, &reporter) }
        return ["\(kind.name) on \(state.source); its rows aren't estimated: \(refusal)"]
      }
      try analyse(request, call, &reporter)
      let rows = try estimate(request, watch(call))
      return ["\(kind.name) on \(state.source)" + (rows.map { ", about \($0) rows" } ?? "")]
    } catch {
      throw reporter.error(error)
    }
  }

  private func analyse(
    _ request: SQLRequest, _ call: CallParameters, _ reporter: inout FailureReporter
  ) throws(SessionFailure) {
    reporter.stage = .sent
    try session.prepare(request.sql, types: request.values.map(\.type), watch(call))
  }
}
