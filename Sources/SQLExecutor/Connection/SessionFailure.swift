/// Why a command on a connection has no result.
enum SessionFailure: Error, Sendable {
  /// The server answered with an error; the connection lives.
  case server(ServerError)
  /// No connection could be made.
  case unreachable(ServerError)
  /// The connection broke; what was under way may have been done.
  case lost(String)
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
