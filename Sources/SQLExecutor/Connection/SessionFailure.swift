/// Why a command on a connection has no result.
enum SessionFailure: Error, Sendable {
  /// The server answered the author's statement with an error; the connection lives.
  case server(ServerError)
  /// The server answered a statement of our own with an error. With its purpose: "the target's `timezone`".
  case own(String, ServerError)
  /// No connection could be made.
  case unreachable(ServerError)
  /// The connection broke; the statement under way may have been done.
  case lost(String)
  /// One row was more than is taken; the connection is closed.
  case tooWide
  /// We stopped it. Confirmed: the server has answered since, so that nothing is under way and the connection lives.
  case interrupted(Interruption, isConfirmed: Bool)

  enum Interruption: Sendable { case deadline, cancelled }
}

/// An error as the server reports it, without the fields that hold rows' values (DETAIL, HINT, CONTEXT).
struct ServerError: Error, Sendable, Hashable {
  /// Five characters of appendix A of the manual; nil where libpq itself failed.
  var sqlstate: String?
  var message: String
  /// The character of the statement that it points at, from 1.
  var position: Int?

  /// The class: the first two characters.
  var category: String { String((sqlstate ?? "").prefix(2)) }
}

/// Runs statements of our own; `need` tells their purpose, where the server refuses one.
func own<Success>(
  _ need: String, _ body: () throws(SessionFailure) -> Success
) throws(SessionFailure) -> Success {
  do throws(SessionFailure) { return try body() } catch .server(let error) { throw .own(need, error) }
}
