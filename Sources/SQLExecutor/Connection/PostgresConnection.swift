import CEL
import PlaybookEngine
import Synchronization

/// One connection on a thread of its own. Calls queue up at the actor and hold it to their end, since nothing within
/// waits
/// by suspending.
actor PostgresConnection {
  nonisolated let settings: ConnectionSettings
  private nonisolated let thread = ThreadExecutor()
  private nonisolated let wake = Wake()
  private nonisolated let sent = Mutex(false)
  let session: Session
  private var hasCheckedRole = false
  /// Types that are not built in, as far as results had them.
  private var types: [UInt32: ColumnType] = [:]

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  init(_ settings: ConnectionSettings) {
    self.settings = settings
    session = Session(wake: wake)
  }

  deinit { thread.stop() }

  /// Whether the statement of the call under way has been handed to the server.
  nonisolated var hasSent: Bool {
    get { sent.withLock { $0 } }
    set { sent.withLock { $0 = newValue } }
  }

  /// Runs `body` here, with cancellation of the task handed on.
  nonisolated func call<Success: Sendable>(
    _ body: @escaping @Sendable (isolated PostgresConnection) throws(ExecutorError) -> Success
  ) async -> Result<Success, ExecutorError> {
    await withTaskCancellationHandler {
      await run(body)
    } onCancel: {
      wake.fire()
    }
  }

  private func run<Success: Sendable>(
    _ body: @Sendable (isolated PostgresConnection) throws(ExecutorError) -> Success
  ) -> Result<Success, ExecutorError> {
    hasSent = false
    do throws(ExecutorError) { return .success(try body(self)) } catch { return .failure(error) }
  }

  func close() { session.close() }

  // MARK: Transactions

  /// What the beginning of a transaction tells.
  struct Beginning {
    /// The schemas that names are looked up in.
    var path: [String]
    /// The setting `search_path`, to be put back before the statement.
    var searchPath: String
    /// "db (primary)", "db (replica, lag 2s)".
    var source: String
  }

  /// Opens the connection where it isn't open, and begins a transaction. A connection that broke while it was idle is
  /// replaced: nothing of the call has been sent by then.
  ///
  /// Every setting that the values' text depends on is set for the transaction alone, so that it holds behind a pooler,
  /// too. The search path is `pg_catalog`, for our own look-ups.
  func begin(_ call: CallParameters, isReadOnly: Bool) throws(SessionFailure) -> Beginning {
    let isReused = session.isAlive()
    if !isReused { try open(call) }
    do throws(SessionFailure) {
      return try beginTransaction(call, isReadOnly: isReadOnly)
    } catch .lost where isReused {
      try open(call)
      return try beginTransaction(call, isReadOnly: isReadOnly)
    }
  }

  func open(_ call: CallParameters) throws(SessionFailure) {
    hasCheckedRole = false
    types = [:]
    try session.connect(settings.parameters, until: call.deadline)
  }

  private func beginTransaction(_ call: CallParameters, isReadOnly: Bool) throws(SessionFailure) -> Beginning {
    // An act takes the server's own default, which on a replica can't be anything but READ ONLY.
    let access = isReadOnly ? "ISOLATION LEVEL REPEATABLE READ READ ONLY" : ""
    let results = try session.run(
      batch: """
        BEGIN \(access); \(call.settings(scope: "LOCAL", timeout: settings.statementTimeout))
        SELECT pg_catalog.current_schemas(true)::pg_catalog.text[] AS path,
          pg_catalog.current_setting('search_path') AS setting;
        SET LOCAL search_path = pg_catalog, pg_temp;
        SELECT pg_is_in_recovery() AS replica, CASE
          WHEN EXISTS (SELECT FROM pg_stat_wal_receiver) AND pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0
          ELSE extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::int8 END AS lag
        """, call.watch())
    let rows = results.flatMap(\.maps)
    guard let names = rows.first(where: { $0["path"] != nil }), let state = rows.first(where: { $0["replica"] != nil })
    else { throw .server(ServerError(message: "the server did not say where it stands")) }
    return Beginning(
      path: (names["path"]?.listValue ?? []).compactMap(\.stringValue),
      searchPath: names["setting"]?.stringValue ?? "", source: source(state))
  }

  private func source(_ state: MapValue) -> String {
    guard state["replica"]?.boolValue == true else { return "\(settings.sourceName) (primary)" }
    let lag = state["lag"]?.intValue.map { "\(max(0, $0))s" } ?? "unknown"
    return "\(settings.sourceName) (replica, lag \(lag))"
  }

  /// Puts the role's own search path back for the rest of the transaction.
  func restoreSearchPath(_ beginning: Beginning, _ watch: Session.Watch) throws(SessionFailure) {
    var rows = RowCollector(rows: 1, bytes: 1 << 16)
    let path = BoundValue(text: Array(beginning.searchPath.utf8))
    _ = try session.run(
      "SELECT pg_catalog.set_config('search_path', $1, true)", [path], into: &rows, stopsWhenFull: false, watch)
  }

  /// Ends a transaction without a trace. Where that fails the connection is closed, which ends it as well.
  func rollBack() {
    guard session.isOpen else { return }
    if session.isIdle { return }
    let watch = Session.Watch(deadline: .now + .seconds(3), isCancellable: false)
    do throws(SessionFailure) { _ = try session.run(batch: "ROLLBACK", watch) } catch { session.close() }
  }

  // MARK: Rules

  /// Why the role must not be used for queries; asked once a connection.
  func roleRefusal(_ watch: Session.Watch) throws(SessionFailure) -> String? {
    if settings.isPrivileged || hasCheckedRole { return nil }
    let rows = try session.run(batch: RoleRule.look, watch).flatMap(\.maps)
    guard let row = rows.first else { return "the server does not say what its role may do" }
    if let reason = RoleRule.refusal(row) { return reason }
    hasCheckedRole = true
    return nil
  }

  /// Why the statement must not run as a query.
  func guardRefusal(
    of statement: Value, _ beginning: Beginning, _ watch: Session.Watch
  ) throws(SessionFailure) -> String? {
    let check = QueryGuard(rules: FunctionRules(allowed: settings.allowedFunctions))
    return try check.refusal(of: statement) { (mentions, parts) throws(SessionFailure) in
      var values: [BoundValue] = []
      for value in Catalog.parameters(mentions, path: beginning.path, parts: parts) {
        guard let bound = try? BoundValue(value) else { return nil }
        values.append(bound)
      }
      var rows = RowCollector(rows: 1, bytes: 64 << 20)
      _ = try session.run(Catalog.look, values, into: &rows, stopsWhenFull: false, watch)
      return rows.maps.first.flatMap(Catalog.init)
    }
  }

  // MARK: Types

  /// Asks the server for the types of columns that are not built in. Run outside of a transaction.
  func resolveTypes(of rows: inout RowCollector, _ watch: Session.Watch) throws(SessionFailure) {
    let unknown = rows.unknownTypes.filter { types[$0] == nil }.sorted()
    if !unknown.isEmpty {
      let results = try session.run(
        batch: """
          BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp;
          SELECT oid::int8 AS type, typelem::int8 AS element, ascii(typdelim::text) AS delimiter
          FROM pg_type WHERE typelem <> 0 AND typlen = -1
            AND oid IN (\(unknown.map(String.init).joined(separator: ", ")));
          ROLLBACK
          """, watch)
      for oid in unknown { types[oid] = .text }
      for row in results.flatMap(\.maps) {
        guard let type = row["type"]?.intValue, let element = row["element"]?.intValue else { continue }
        let delimiter = row["delimiter"]?.intValue.flatMap { UInt8(exactly: $0) } ?? UInt8(ascii: ",")
        types[UInt32(type)] = .array(ColumnType(oid: UInt32(element)), delimiter: delimiter)
      }
    }
    rows.resolve(types)
  }
}
