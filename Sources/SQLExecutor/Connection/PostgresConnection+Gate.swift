import CEL
import ExecutorKit
import PlaybookLanguage

/// How a statement is held back until all that it reaches has been looked at.
extension PostgresConnection {
  /// A finding that let a statement through, and that is used again as long as the catalogs say the same.
  struct Gate: Sendable {
    let path: [String]?
    let fingerprint: Fingerprint
    let print: String
    /// The search path as the statement's transaction had it.
    var pathText: String?
    /// The transactions that were seen when the fingerprint was last found the same.
    var snapshot: String?
    /// Whether they were others than the time before, so that the fingerprint is asked for at once.
    var isBusy = false
    /// Under which number the question for the fingerprint is prepared in this session.
    let number: Int
    var isPrepared = false
  }

  enum Admission {
    case admitted(ServerState)
    case refused(String)
    /// It shows the server's sessions and has to be alone for it.
    case alone
    /// A pooler's console answers, which has no catalogs.
    case console
  }

  /// More statements than this are not remembered.
  private static let mostGates = 64
  private static let snapshotName = "snapshot"
  private static let printName = "fingerprint"

  /// Begins the READ ONLY transaction of a statement that may run as a query. Known facts about the statement count
  /// where that very transaction sees the same catalogs.
  ///
  /// - Parameter isPlan: whether the statement is only planned, so that it shows nothing.
  func admit(
    _ request: SQLRequest, _ call: CallParameters, _ reporter: inout FailureReporter, isPlan: Bool = false
  ) throws(SessionFailure) -> Admission {
    let isKnown = gates[request.sql] != nil && session.isAlive()
    if isKnown, let gate = gates[request.sql] {
      note(call, &reporter)
      do throws(SessionFailure) {
        if let state = try begin(request, call, behind: gate) { return .admitted(state) }
      } catch .lost {
        // The server closed an idle connection; another one is opened.
      }
      gates[request.sql] = nil
    }
    for _ in 0..<3 {
      let (path, _) = try beginLook(call)
      if session.isConsole { return .console }
      note(call, &reporter)
      let finding = try finding(request, path, call)
      if let reason = finding.refusal { return .refused(reason) }
      let showsSessions = SessionViews.areReached(by: finding.reached)
      if !isPlan, !call.isAlone, showsSessions { return .alone }
      // Our own locks are not to be in the statement's transaction where it shows locks.
      guard !showsSessions, let gate = try remember(finding, of: request, path, call) else {
        return .admitted(try begin(call, isReadOnly: true, looked: path).state)
      }
      if let state = try begin(request, call, behind: gate) { return .admitted(state) }
      if lacks.contains(Self.snapshotName) || lacks.contains(Self.printName) {
        return .admitted(try begin(call, isReadOnly: true, looked: path).state)
      }
    }
    throw .own(
      "the look at all that the statement reaches", ServerError(message: "the catalogs changed three times meanwhile"))
  }

  private func finding(
    _ request: SQLRequest, _ path: [String]?, _ call: CallParameters
  ) throws(SessionFailure) -> QueryGuard.Finding {
    if request.mode == .query, let reason = try roleRefusal(call.ownWatch()) { return .init(refusal: reason) }
    if !isUnicode, let name = Mentions.ambiguousName(in: request.sql) {
      return .init(
        refusal: "the database is not in UTF-8, and its server may read the name \(name) as another one; put it in "
          + "double quotation marks, in the case of letters that it has",
        hasTypeCode: true)
    }
    return try examine(request.rules.statement, path: path, call.ownWatch())
  }

  /// Whether the server reads names as the grammar here does.
  private var isUnicode: Bool { session.reported("server_encoding") == "UTF8" }

  /// Follows the statement through the server's catalogs: why it must not run as a query, and the objects that it
  /// reaches.
  ///
  /// - Parameter ignoresRefusals: whether a refusal does not matter, but only the reached objects.
  func examine(
    _ statement: Value, path: [String]?, ignoresRefusals: Bool = false, _ watch: Session.Watch
  ) throws(SessionFailure) -> QueryGuard.Finding {
    let check = QueryGuard(
      rules: FunctionRules(allowed: settings.allowedFunctions), ignoresRefusals: ignoresRefusals, isUnicode: isUnicode)
    let need =
      "to be sure that a query only reads, the guard looks at pg_proc and other catalogs, which must be readable"
    try own(need) { () throws(SessionFailure) in try prepareLook(watch) }
    return try check.examine(statement) { (query) throws(SessionFailure) in
      var values: [BoundValue] = []
      for value in query.parameters(path: path) {
        guard let bound = try? BoundValue(value) else { return nil }
        values.append(bound)
      }
      var rows = RowCollector(rows: 1, bytes: 64 << 20, memory: .max)
      try own(need) { () throws(SessionFailure) in
        try session.run(prepared: lookName, values, into: &rows, watch)
      }
      return rows.maps.first.flatMap(Catalog.init)
    }
  }

  /// Prepared for the session where it is ours alone, else for this transaction.
  private func prepareLook(_ watch: Session.Watch) throws(SessionFailure) {
    if isLookPrepared { return }
    try session.prepare(CatalogQuery.sql, named: lookName, types: [], watch)
    isLookPrepared = isOwnSession
  }

  private var isOwnSession: Bool { facts?.isPooled == false }
  private var lookName: String { isOwnSession ? "playbook_look" : "" }

  // MARK: Remembering

  /// Asks for the fingerprint of the found objects, in the transaction of the look. Nil where the server can't say.
  private func remember(
    _ finding: QueryGuard.Finding, of request: SQLRequest, _ path: [String]?, _ call: CallParameters
  ) throws(SessionFailure) -> Gate? {
    if lacks.contains(Self.snapshotName) || lacks.contains(Self.printName) { return nil }
    var keys = finding.keys
    keys.schemas.formUnion(path ?? [])
    let fingerprint = Fingerprint(keys: keys)
    let results: [RowCollector]
    do throws(SessionFailure) {
      results = try session.run(batch: "\(Fingerprint.snapshot); \(fingerprint.sql)", call.ownWatch())
    } catch .server {
      lacks.insert(Self.printName)
      return nil
    }
    guard results.count == 2, let print = results[1].maps.first?["print"]?.stringValue else { return nil }
    if gates.count >= Self.mostGates { try forget(call) }
    gateCount += 1
    let gate = Gate(
      path: path, fingerprint: fingerprint, print: print,
      snapshot: results[0].maps.first?["snapshot"]?.stringValue, number: gateCount)
    gates[request.sql] = gate
    return gate
  }

  private func forget(_ call: CallParameters) throws(SessionFailure) {
    let prepared = gates.values.filter(\.isPrepared).map { "DEALLOCATE \(Self.name($0))" }
    gates = [:]
    if !prepared.isEmpty { _ = try session.run(batch: prepared.joined(separator: "; "), call.ownWatch()) }
  }

  private static func name(_ gate: Gate) -> String { "playbook_gate_\(gate.number)" }

  // MARK: Comparing

  /// Begins the statement's transaction and compares the catalogs that it sees with those that were looked at. Nil
  /// where they are others; the transaction is open then and nobody's.
  private func begin(
    _ request: SQLRequest, _ call: CallParameters, behind gate: Gate
  ) throws(SessionFailure) -> ServerState? {
    var gate = gate
    var questions = [OwnStatement(Self.snapshotName, Fingerprint.snapshot)]
    let asksAtOnce = gate.isBusy || gate.snapshot == nil
    if asksAtOnce { questions += questionsForPrint(&gate) }
    let (state, answers) = try begin(call, isReadOnly: true, asking: questions)
    let seen = answers[Self.snapshotName]
    guard let path = seen?["path"]?.stringValue, path == gate.pathText || Self.isSame(gate.path, Self.schemas(path))
    else { return nil }
    gate.pathText = path
    let snapshot = seen?["snapshot"]?.stringValue
    let isSame = snapshot != nil && snapshot == gate.snapshot
    if !isSame {
      var print = answers[Self.printName]?["print"]?.stringValue
      if !asksAtOnce {
        let batch = questionsForPrint(&gate).map(\.sql).joined(separator: "; ")
        let need = "to be sure that a query only reads, the catalogs are compared with those that were looked at"
        let results = try own(need) { () throws(SessionFailure) in try session.run(batch: batch, call.ownWatch()) }
        print = results.last?.maps.first?["print"]?.stringValue
      }
      guard print == gate.print else { return nil }
    }
    gate.isBusy = !isSame
    gate.snapshot = snapshot
    gates[request.sql] = gate
    return state
  }

  /// The schemas in an array's text.
  private static func schemas(_ text: String) -> [String]? {
    ArrayText.read(Array(text.utf8), delimiter: UInt8(ascii: ",")) { .string(String(decoding: $0, as: UTF8.self)) }?
      .compactMap(\.stringValue)
  }

  /// The question for the fingerprint: prepared, so that it is planned once, where the session is ours alone.
  private func questionsForPrint(_ gate: inout Gate) -> [OwnStatement] {
    guard isOwnSession else { return [OwnStatement(Self.printName, gate.fingerprint.sql)] }
    var questions: [OwnStatement] = []
    if !gate.isPrepared {
      questions.append(OwnStatement("preparing", "PREPARE \(Self.name(gate)) AS \(gate.fingerprint.sql)"))
      gate.isPrepared = true
    }
    return questions + [OwnStatement(Self.printName, "EXECUTE \(Self.name(gate))")]
  }
}
