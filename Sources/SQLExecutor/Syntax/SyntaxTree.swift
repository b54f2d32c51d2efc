import CEL
import CPgQuery
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The syntax tree that PostgreSQL's own grammar (libpg_query, of PostgreSQL 15) gives: one tree a statement, as JSON.
struct SyntaxTree: Sendable {
  /// The statements: a map of one entry, such as `SelectStmt`, each.
  let statements: [Value]

  /// The longest text that is parsed. The parser recurses without a limit of its own; this keeps it within its stack.
  static let longest = 128 << 10
  private static let stackSize = 256 << 20
  private static let depth = 2000

  /// Parses `text`. The problem's range is within `text`.
  init(_ text: String) throws(SQLProblem) {
    guard text.utf8.count <= Self.longest else {
      throw .syntax("a statement of more than \(Self.longest >> 10) KiB is not taken")
    }
    guard !text.utf8.contains(0) else { throw .syntax("a statement can't hold a NUL character") }
    let json = try Self.onDeepStack { () throws(SQLProblem) in try Self.json(text) }
    guard let tree = try? Value(json: json, depth: Self.depth, numbers: .recorded) else {
      throw .syntax("the statement is nested too deeply")
    }
    statements = (tree["stmts"]?.listValue ?? []).compactMap { $0["stmt"] }
  }

  private static func json(_ text: String) throws(SQLProblem) -> [UInt8] {
    let result = unsafe pg_query_parse(text)
    defer { unsafe pg_query_free_parse_result(result) }
    if let error = unsafe result.error {
      throw unsafe problem(error, in: text, tokens: try? SQLToken.scan(text))
    }
    guard let tree = unsafe result.parse_tree else { throw .syntax("PostgreSQL's grammar gave no answer") }
    return unsafe Array(UnsafeRawBufferPointer(start: tree, count: strlen(tree)))
  }

  /// The grammar's error with the token it points at. Its position counts characters, from 1.
  static func problem(_ error: UnsafeMutablePointer<PgQueryError>, in text: String, tokens: [SQLToken]?) -> SQLProblem {
    let message = unsafe error.pointee.message.map { unsafe String(cString: $0) } ?? "syntax error"
    let position = Int(unsafe error.pointee.cursorpos)
    guard position > 0 else { return .syntax(message) }
    let offset = text.offset(ofCharacter: position)
    let token = tokens?.first { $0.range.contains(offset) }
    return .syntax(message, at: token?.range ?? offset..<text.utf8.count)
  }

  /// Runs `body` on a thread whose stack holds the deepest statement that `longest` allows; the caller waits.
  private static func onDeepStack<Result: Sendable>(
    _ body: @escaping @Sendable () throws(SQLProblem) -> Result
  ) throws(SQLProblem) -> Result {
    let work = Work(body)
    guard DetachedThread.runAndWait(stackSize: stackSize, { work.run() }), let result = work.result else {
      throw .syntax("no thread could be started to parse the statement")
    }
    return try result.get()
  }

  private final class Work<Success: Sendable>: Sendable {
    private let body: @Sendable () throws(SQLProblem) -> Success
    private let outcome = Mutex<Result<Success, SQLProblem>?>(nil)

    init(_ body: @escaping @Sendable () throws(SQLProblem) -> Success) { self.body = body }

    var result: Result<Success, SQLProblem>? { outcome.withLock { $0 } }

    func run() {
      let result: Result<Success, SQLProblem>
      do throws(SQLProblem) { result = .success(try body()) } catch { result = .failure(error) }
      outcome.withLock { $0 = result }
    }
  }
}

extension String {
  /// The UTF-8 offset of a character that PostgreSQL counts from 1.
  func offset(ofCharacter position: Int) -> Int {
    unicodeScalars.prefix(position - 1).reduce(0) { $0 + UTF8.width($1) }
  }
}
