import CLibPQ
import CLinux

#if canImport(Glibc)
import Glibc
#endif

/// A connection of libpq, used on one thread only. Every wait ends with an answer, the deadline or the task's
/// cancellation; the latter two are handed on to the server (`PQcancel`), and its answer is still read, so that the
/// connection can be used again.
@safe final class Session {
  /// Nil before `connect` and after `close`.
  private var connection: OpaquePointer?
  private let wake: Wake
  let notices = ServerNotices()

  /// How long the server has to answer to a cancel request before the connection is given up.
  private static let grace: Duration = .seconds(3)
  /// The longest row that is taken. libpq holds a row as a whole before anybody sees it, so the bytes that have come
  /// since the last one is counted.
  static let widest = 64 << 20

  init(wake: Wake) {
    self.wake = wake
  }

  deinit { unsafe PQfinish(connection) }

  var isOpen: Bool { unsafe connection != nil && PQstatus(connection) == CONNECTION_OK }
  var isIdle: Bool { unsafe connection != nil && PQtransactionStatus(connection) == PQTRANS_IDLE }

  func close() {
    unsafe PQfinish(connection)
    unsafe connection = nil
  }

  /// Closes the connection and waits until the server's process has ended, so that no view of sessions shows it any
  /// more.
  func closeAndWait(until deadline: ContinuousClock.Instant) {
    guard isOpen else { return close() }
    // The process closes its end when it has left all shared memory. libpq closes ours at once, so a copy of the
    // descriptor waits for it.
    let descriptor = unsafe fcntl(PQsocket(connection), F_DUPFD_CLOEXEC, 0)
    close()
    guard descriptor >= 0 else { return }
    defer { Glibc.close(descriptor) }
    var rest = [UInt8](repeating: 0, count: 4096)
    while wake.wait(socket: descriptor, events: POLLIN, until: deadline) != .timeout {
      let count = unsafe recv(descriptor, &rest, rest.count, Int32(MSG_DONTWAIT))
      if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return }
    }
  }

  /// The server's reports on itself and on some settings, such as `server_version` and `TimeZone`; nil where it
  /// doesn't.
  func reported(_ name: String) -> String? {
    unsafe PQparameterStatus(connection, name).map { unsafe String(cString: $0) }
  }

  /// The process that serves this connection, as it was said when it was made: a pooler says something else than the
  /// server does later.
  var processID: Int32 { unsafe PQbackendPID(connection) }

  /// Whether an idle connection still stands: notices that its server has gone in the meantime.
  func isAlive() -> Bool {
    guard isOpen, isIdle else { return false }
    return unsafe PQconsumeInput(connection) == 1 && isOpen
  }

  // MARK: Connecting

  /// Connects to one server. `parameters` name no more than one.
  func connect(_ parameters: [String: String], until deadline: ContinuousClock.Instant) throws(SessionFailure) {
    close()
    unsafe connection = CStrings.with(parameters.flatMap { [$0.key, $0.value] }) { texts in
      // Key, value, key, value, …: libpq wants two arrays, each ending with nil.
      let keys = unsafe stride(from: 0, to: texts.count, by: 2).map { unsafe texts[$0] } + [nil]
      let values = unsafe stride(from: 1, to: texts.count, by: 2).map { unsafe texts[$0] } + [nil]
      return unsafe PQconnectStartParams(keys, values, 0)
    }
    guard unsafe connection != nil else { throw .unreachable(ServerError(message: "out of memory")) }
    notices.stop()
    unsafe notices.attach(to: connection)
    do throws(SessionFailure) {
      try finishConnecting(until: deadline)
    } catch {
      close()
      throw error
    }
    unsafe PQsetnonblocking(connection, 1)
  }

  private func finishConnecting(until deadline: ContinuousClock.Instant) throws(SessionFailure) {
    // Verbose messages begin with the SQLSTATE, which is not to be had otherwise before there is a connection.
    unsafe PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
    var wanted = POLLOUT
    while true {
      guard unsafe PQstatus(connection) != CONNECTION_BAD else { throw .unreachable(connectionError()) }
      switch wake.wait(socket: unsafe PQsocket(connection), events: wanted, until: deadline) {
      case .timeout: throw .interrupted(.deadline, isConfirmed: true)
      case .woken:
        if Task.isCancelled { throw .interrupted(.cancelled, isConfirmed: true) }
        continue
      case .ready: break
      }
      switch unsafe PQconnectPoll(connection) {
      case PGRES_POLLING_READING: wanted = POLLIN
      case PGRES_POLLING_WRITING: wanted = POLLOUT
      case PGRES_POLLING_OK:
        unsafe PQsetErrorVerbosity(connection, PQERRORS_DEFAULT)
        return
      default: throw .unreachable(connectionError())
      }
    }
  }

  private func connectionError() -> ServerError {
    let message = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? "no reason given"
    return ServerError(connecting: message)
  }

  // MARK: Commands

  /// How a command is watched.
  struct Watch {
    var deadline: ContinuousClock.Instant
    /// Whether a cancelled task stops it.
    var isCancellable = true
    /// Whether stopping means closing the connection at once, for statements that nobody waits for: the server is not
    /// asked to stop, nor waited for.
    var closesOnStop = false
    /// Called every few thousand rows.
    var progress: (Int) -> Void = { _ in }
  }

  /// Runs statements that are our own, without parameters, and gives each one's rows.
  func run(batch sql: String, _ watch: Watch) throws(SessionFailure) -> [RowCollector] {
    var results: [RowCollector] = []
    try run(batch: sql, into: &results, watch)
    return results
  }

  /// The same; where one fails `results` holds those of the statements before it.
  func run(batch sql: String, into results: inout [RowCollector], _ watch: Watch) throws(SessionFailure) {
    try start(watch) { unsafe PQsendQuery(connection, sql) }
    try drain(watch) { answer in
      var rows = RowCollector(rows: 1000, bytes: 1 << 20)
      rows.begin(answer.columns)
      answer.add(to: &rows)
      results.append(rows)
      return true
    }
  }

  /// Runs one statement by the simple protocol, which a pooler's console wants.
  func run(simple sql: String, into rows: inout RowCollector, _ watch: Watch) throws(SessionFailure) -> String {
    var tag = ""
    try start(watch) { unsafe PQsendQuery(connection, sql) }
    try drain(watch) { answer in
      rows.begin(answer.columns)
      answer.add(to: &rows)
      tag = answer.tag
      return true
    }
    return tag
  }

  /// Runs one statement with its parameters, row by row.
  ///
  /// - Parameter stopsWhenFull: whether the server is told to stop once `rows` is full; the transaction fails with
  ///   that.
  /// - Returns: the command tag: `SELECT 3`, `UPDATE 2`.
  func run(
    _ sql: String, _ values: [BoundValue], into rows: inout RowCollector, stopsWhenFull: Bool, _ watch: Watch
  ) throws(SessionFailure) -> String {
    try start(watch) {
      let types = values.map(\.type)
      return unsafe CStrings.with(values.map(\.text)) { texts in
        unsafe PQsendQueryParams(connection, sql, Int32(values.count), types, texts, nil, nil, 0)
      }
    }
    return try collect(into: &rows, stopsWhenFull: stopsWhenFull, watch)
  }

  /// Runs a statement of our own that was prepared under `name`.
  func run(
    prepared name: String, _ values: [BoundValue], into rows: inout RowCollector, _ watch: Watch
  ) throws(SessionFailure) {
    try start(watch) {
      unsafe CStrings.with(values.map(\.text)) { texts in
        unsafe PQsendQueryPrepared(connection, name, Int32(values.count), texts, nil, nil, 0)
      }
    }
    _ = try collect(into: &rows, stopsWhenFull: false, watch)
  }

  private func collect(
    into rows: inout RowCollector, stopsWhenFull: Bool, _ watch: Watch
  ) throws(SessionFailure) -> String {
    unsafe PQsetSingleRowMode(connection)
    var (tag, count, hasBegun) = ("", 0, false)
    try drain(watch) { answer in
      if !hasBegun {
        rows.begin(answer.columns)
        hasBegun = true
      }
      count += answer.add(to: &rows)
      if count % 5000 == 0, count > 0 { watch.progress(count) }
      tag = answer.tag
      return !(stopsWhenFull && rows.isTruncated)
    }
    return tag
  }

  /// Has a statement analysed without running it: throws its error. Without a `name` it lasts until the next one.
  func prepare(_ sql: String, named name: String = "", types: [UInt32], _ watch: Watch) throws(SessionFailure) {
    try start(watch) { unsafe PQsendPrepare(connection, name, sql, Int32(types.count), types) }
    try drain(watch) { _ in true }
  }

  private func start(_ watch: Watch, _ send: () -> Int32) throws(SessionFailure) {
    guard isOpen else { throw .lost("the connection is closed") }
    if watch.isCancellable, Task.isCancelled { throw .interrupted(.cancelled, isConfirmed: true) }
    if watch.deadline <= .now { throw .interrupted(.deadline, isConfirmed: true) }
    guard send() == 1 else {
      guard isOpen else { throw .lost("the connection broke") }
      throw .server(ServerError(message: unsafe String(cString: PQerrorMessage(connection))))
    }
  }

  /// Reads all results of the sent statements. `take` gets each that is not an error and says whether more is wanted.
  private func drain(_ watch: Watch, _ take: (Answer) -> Bool) throws(SessionFailure) {
    var stopper = Stopper(watch: watch, grace: Self.grace)
    var failure: ServerError?
    var (count, unread, heard) = (0, 0, notices.count)
    while true {
      while unsafe PQflush(connection) == 1 || PQisBusy(connection) == 1 {
        let events = unsafe PQflush(connection) == 1 ? POLLIN | POLLOUT : POLLIN
        let event = wake.wait(socket: unsafe PQsocket(connection), events: events, until: stopper.deadline)
        guard stopper.note(event, cancel: cancelRequest) else { throw abandon(stopper) }
        guard event == .ready else { continue }
        // Notices are read as they come: many of them are not a wide row.
        if notices.count > heard { (unread, heard) = (0, notices.count) }
        unread += max(0, Int(playbook_readable(unsafe PQsocket(connection))))
        guard unread <= Self.widest else { throw tooWide(&stopper) }
        guard unsafe PQconsumeInput(connection) == 1 else { throw lost(failure) }
      }
      unread = 0
      // While rows are buffered nothing above waits.
      count += 1
      if count % 1000 == 0 {
        let event: Wake.Event = ContinuousClock.now >= stopper.deadline ? .timeout : .woken
        guard stopper.note(event, cancel: cancelRequest) else { throw abandon(stopper) }
      }
      guard let answer = unsafe Answer(PQgetResult(connection)) else { break }
      switch answer.kind {
      case .rows:
        // A fast server's row can come whole between two counts.
        guard answer.widest <= Self.widest else { throw tooWide(&stopper) }
        // Also after a request to stop: a statement that it reached too late has been done and counts.
        if !take(answer) { stopper.stop(.full, cancel: cancelRequest) }
      case .copy:
        close()
        throw .lost("the statement wants to copy from or to the client")
      case .error(let error): failure = failure ?? error
      }
      if !isOpen { throw lost(failure) }
    }
    if !isOpen { throw lost(failure) }
    guard stopper.finish() else { throw abandon(stopper) }
    if case .interrupted(let interruption) = stopper.reason, failure != nil {
      throw .interrupted(interruption, isConfirmed: true)
    }
    if let failure, stopper.reason == nil { throw .server(failure) }
  }

  private func cancelRequest() -> CancelRequest? {
    guard let request = unsafe PQgetCancel(connection) else { return nil }
    return unsafe CancelRequest(request)
  }

  /// The server does not answer any more.
  private func abandon(_ stopper: Stopper) -> SessionFailure {
    close()
    // Statements of our own alone leave nothing in doubt.
    let isConfirmed = stopper.closesOnStop
    if case .interrupted(let interruption) = stopper.reason {
      return .interrupted(interruption, isConfirmed: isConfirmed)
    }
    return .interrupted(.deadline, isConfirmed: isConfirmed)
  }

  /// Ends the connection under a row that is too wide. The server is asked to stop first, since it may be at it for
  /// long.
  private func tooWide(_ stopper: inout Stopper) -> SessionFailure {
    stopper.stop(.full, cancel: cancelRequest)
    _ = stopper.finish()
    close()
    return .tooWide
  }

  private func lost(_ failure: ServerError?) -> SessionFailure {
    let message = failure?.message ?? connectionError().message
    close()
    return .lost(message)
  }
}
