import CEL
import ExecutorKit
import Synchronization

/// One connection on a thread of its own. Calls queue up at the actor and hold it to their end, since nothing within
/// waits
/// by suspending.
actor PostgresConnection {
  nonisolated let settings: ConnectionSettings
  private nonisolated let thread = ThreadExecutor()
  nonisolated let wake = Wake()
  private nonisolated let sent = Mutex(false)
  let session: Session
  /// The one server that has taken us, as a source names it: `db.internal:5432`.
  var server = ""
  /// Courtesies that failed on this connection.
  var lacks: Set<String> = []
  /// Facts that are asked for once a connection.
  private(set) var facts: Facts?
  private var hasCheckedRole = false
  /// Findings on this connection, by the statement.
  var gates: [String: Gate] = [:]
  var gateCount = 0
  /// Whether the look into the catalogs is prepared in this session.
  var isLookPrepared = false
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

  /// Closes and waits until no view of the server's sessions shows this one any more.
  func leave() { session.closeAndWait(until: .now + .seconds(2)) }

  // MARK: Transactions

  /// Facts that a connection is asked for once.
  struct Facts {
    /// Whether the server's process is another one than was said on connecting, so that a pooler stands between; nil
    /// where the server does not say.
    var isPooled: Bool?
    /// The timeout of the server, the database or the role.
    var timeout: Duration?
    /// Whether the server can look whether we are still there, and doesn't yet.
    var watches: Bool
  }

  /// Begins a transaction of our own, in which the author's statement is looked at, under the search path `pg_catalog`.
  /// Opens the connection where it isn't open. One that broke while it was idle is replaced.
  ///
  /// It is another transaction than the statement's, so that no lock of ours is in that one, and no setting has to be
  /// put back.
  ///
  /// - Parameter alsoAsks: whether the server is asked for its identity as well, for a statement that has no
  ///   transaction.
  /// - Returns: the schemas that names are looked up in; nil where the server doesn't say. And the other facts asked
  ///   for.
  func beginLook(
    _ call: CallParameters, alsoAsks: Bool = false
  ) throws(SessionFailure) -> (path: [String]?, answers: Answers) {
    let isReused = session.isAlive()
    if !isReused { try open(call) }
    if session.isConsole { return (nil, [:]) }
    do throws(SessionFailure) {
      return try look(call, alsoAsks)
    } catch .lost where isReused {
      try open(call)
      return try look(call, alsoAsks)
    }
  }

  func open(_ call: CallParameters) throws(SessionFailure) {
    hasCheckedRole = false
    types = [:]
    lacks = []
    facts = nil
    gates = [:]
    isLookPrepared = false
    try connect(until: call.deadline)
  }

  private func look(
    _ call: CallParameters, _ alsoAsks: Bool
  ) throws(SessionFailure) -> (path: [String]?, answers: Answers) {
    // One snapshot for all looks, so that their findings fit together.
    var statements = [OwnStatement(OwnStatement.begin, Self.beginReading, isRequired: true)]
    if facts == nil { statements += Self.factQuestions }
    if alsoAsks { statements += Self.serverQuestions }
    let milliseconds = CallParameters.milliseconds(call.timeout(nil))
    statements += [
      Self.pathQuestion,
      OwnStatement(OwnStatement.strings, "SET LOCAL standard_conforming_strings = on"),
      OwnStatement(OwnStatement.timeout, "SET LOCAL statement_timeout = \(milliseconds)"),
      OwnStatement("search_path", "SET LOCAL search_path = pg_catalog, pg_temp", isRequired: true),
      // To compile the look, or to plan it for each of its rounds, takes longer than to run it.
      OwnStatement("jit", "SET LOCAL jit = off"),
      OwnStatement("plan_cache_mode", "SET LOCAL plan_cache_mode = force_generic_plan"),
    ]
    let answers = try run(statements, call)
    if facts == nil { facts = Facts(answers, processID: session.processID) }
    return (Self.path(answers["path"]), answers)
  }

  private static let beginReading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"

  /// The schemas that names are looked up in.
  private static let pathQuestion = OwnStatement(
    "path", "SELECT pg_catalog.current_schemas(true)::pg_catalog.text[] AS path")

  /// Begins the author's transaction, and ends our own before.
  ///
  /// - Parameter looked: the schemas under which the statement was looked at. A pooler may give this transaction to another
  ///   session of the server; where that one has others, the statement is not sent.
  /// - Parameter asking: questions of our own that go along.
  func begin(
    _ call: CallParameters, isReadOnly: Bool, looked: [String]? = nil, asking: [OwnStatement] = []
  ) throws(SessionFailure) -> (state: ServerState, answers: Answers) {
    // An act takes the server's own default, which on a replica can't be anything but READ ONLY.
    let access = isReadOnly ? Self.beginReading : "BEGIN"
    let settings = callSettings(call, scope: "LOCAL")
    let mayBeAnother = looked != nil && facts?.isPooled != false
    let answers = try run(
      [OwnStatement(OwnStatement.begin, access, isRequired: true)] + settings
        + (mayBeAnother ? [Self.pathQuestion] : []) + asking + Self.serverQuestions, call)
    try checkStrings()
    if mayBeAnother, let looked {
      guard Self.isSame(looked, Self.path(answers["path"])) else {
        throw .own(
          "the search path under which the statement was looked at",
          ServerError(message: "a pooler gave another session with another one; name the schemas in the statement"))
      }
    }
    return (state(answers), answers)
  }

  static func path(_ row: MapValue?) -> [String]? { row?["path"]?.listValue?.compactMap(\.stringValue) }

  /// Whether two search paths are the same but for the session's own temporary tables.
  static func isSame(_ path: [String]?, _ other: [String]?) -> Bool {
    func lasting(_ path: [String]?) -> [String]? { path?.filter { !$0.hasPrefix("pg_temp_") } }
    return lasting(path ?? []) == lasting(other ?? [])
  }

  /// The settings for a statement in this session.
  func callSettings(_ call: CallParameters, scope: String) -> [OwnStatement] {
    // A server without an encoding refuses to send text as UTF-8 that isn't.
    let isBytes = session.reported("server_encoding") == "SQL_ASCII"
    return call.settings(
      scope: scope, timeout: timeout(call), timezone: settings.timezone, watches: facts?.watches == true,
      encoding: isBytes ? "SQL_ASCII" : "UTF8")
  }

  /// How long a statement may take: the rest of the call's time, the target's `statement_timeout`, and the server's
  /// own, whichever is shortest.
  func timeout(_ call: CallParameters) -> Duration {
    [settings.statementTimeout, facts?.timeout].compactMap(\.self).reduce(call.timeout(nil)) { min($0, $1) }
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
    let need =
      "to be sure that its role can't write, the role check looks at pg_roles (`privileged: true` in the target leaves "
      + "the check out)"
    let rows = try own(need) { () throws(SessionFailure) in try session.run(batch: RoleRule.look, watch) }
    guard let row = rows.flatMap(\.maps).first else { return "the server does not tell the rights of its role" }
    if let reason = RoleRule.refusal(row) { return reason }
    hasCheckedRole = true
    return nil
  }

  // MARK: Types

  /// Asks the server for the types of columns that are not built in, and for their parts: an array's elements, the type
  /// behind a domain. Run outside of a transaction. Where the server doesn't say, such a value stays text.
  func resolveTypes(of rows: inout RowCollector, _ watch: Session.Watch) throws(SessionFailure) {
    let unknown = rows.unknownTypes.filter { types[$0] == nil }.sorted()
    if !unknown.isEmpty {
      for oid in unknown { types[oid] = .text }
      do throws(SessionFailure) {
        let list = unknown.map(String.init).joined(separator: ", ")
        let results = try session.run(
          batch: """
            BEGIN READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp;
            WITH RECURSIVE used AS (
              SELECT oid, typtype, typelem, typlen, typdelim, typbasetype FROM pg_type WHERE oid IN (\(list))
              UNION SELECT t.oid, t.typtype, t.typelem, t.typlen, t.typdelim, t.typbasetype FROM used
                JOIN pg_type t ON t.oid IN (used.typelem, used.typbasetype) WHERE t.oid >= \(ColumnType.firstOwn))
            SELECT oid::int8 AS type, typbasetype::int8 AS base, ascii(typdelim::text) AS delimiter,
              CASE WHEN typlen = -1 THEN typelem::int8 ELSE 0 END AS element FROM used;
            ROLLBACK
            """, watch)
        let described = results.flatMap(\.maps).filter { $0["type"] != nil }
        for oid in unknown { types[oid] = ColumnType(oid: oid, described) }
      } catch .server {
        rollBack()
      }
    }
    rows.resolve(types)
  }
}

extension PostgresConnection.Facts {
  fileprivate init(_ answers: PostgresConnection.Answers, processID: Int32) {
    isPooled = answers["process"]?["process"]?.intValue.map { $0 != Int64(processID) }
    timeout = answers["own_timeout"]?.entries.first?.value.stringValue.flatMap(ServerDuration.init)?.duration
    watches = answers["own_interval"]?.entries.first?.value.stringValue == "0"
  }
}
