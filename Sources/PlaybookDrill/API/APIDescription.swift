import CEL
package import PlaybookLanguage

/// A drill's `api.yaml`: the routes of the admin API, the effect of each on the world's servers, and its answer.
///
/// ```yaml
/// routes:
///   - route: POST /api/v1/admin/users/{user_id}/password-reset
///     auth: admin_token
///     do:
///       - as: marked
///         sql:
///           statement: UPDATE users SET must_reset = true WHERE id = :id RETURNING id
///           with: {id: "${request.path.user_id}"}
///       - when: marked.affected > 0
///         redis: [DEL, "session:${request.path.user_id}"]
///     answer:
///       - when: marked.affected == 0
///         status: 404
///         json: {error: no such user}
///       - json: {user_id: "${request.path.user_id}"}
/// ```
package struct APIDescription: Sendable {
  package var routes: [Route]

  /// The names of the secrets that its routes ask for or read.
  package var secrets: [String] {
    let references = routes.flatMap(\.expressions).flatMap(\.expression.references)
    return routes.compactMap(\.token) + references.filter { $0.name == "secrets" }.compactMap(\.path.first)
  }

  /// A method and a path, with their effects and answers.
  package struct Route: Sendable {
    package var method: String
    package var path: [PathPart]
    /// The name of the secret that must come as a bearer token; nil: anybody may call it.
    package var token: String?
    /// Before anything is done.
    package var delay: Duration?
    package var failure: Failure?
    package var statements: [Statement]
    /// The first whose `when` holds is given; where none does, 204.
    package var answers: [Answer]

    var expressions: [LocatedExpression] {
      var found: [LocatedExpression] = []
      for statement in statements {
        if let when = statement.when { found.append(when) }
        for tree in statement.call.form.fields.values { found += tree.expressions }
      }
      for answer in answers {
        if let when = answer.when { found.append(when) }
        found += (answer.json?.expressions ?? []) + (answer.text?.expressions ?? [])
        for header in answer.headers { found += header.value.expressions }
      }
      return found
    }

    /// As it is written: `POST /api/v1/users/{user_id}`.
    package var text: String { method + " " + path.map { "/" + $0.text }.joined() }
  }

  /// A part of a path between two slashes: a text, or one variable with text around it (`{user_id}`, `bot{token}`).
  package struct PathPart: Sendable, Equatable {
    package var before: String
    /// Bound to `request.path.name`; nil: `before` is all of it.
    package var name: String?
    package var after = ""

    init(_ text: some StringProtocol) {
      before = String(text)
      guard let open = text.firstIndex(of: "{"), let close = text[open...].firstIndex(of: "}") else { return }
      before = String(text[..<open])
      name = String(text[text.index(after: open)..<close])
      after = String(text[text.index(after: close)...])
    }

    var text: String { before + (name.map { "{\($0)}" } ?? "") + after }

    /// Whether `part` of a request's path is this one.
    func fits(_ part: String) -> Bool { name == nil ? part == before : variable(in: part) != nil }

    /// The variable and its value in `part`, which is at least one character long.
    func variable(in part: String) -> (name: String, value: String)? {
      guard let name, part.hasPrefix(before), part.hasSuffix(after),
        part.utf8.count > before.utf8.count + after.utf8.count
      else { return nil }
      return (name, String(part.dropFirst(before.count).dropLast(after.count)))
    }
  }

  /// A call that is made to fail, nothing being done.
  package struct Failure: Sendable {
    /// Each so many-th request: the third, the sixth, … with 3.
    package var every: Int?
    /// All requests after the first so many.
    package var after: Int?
    package var status: Int
    /// Never answer at all.
    package var hangs: Bool
  }

  /// A change to, or a question for, one of the world's servers.
  package struct Statement: Sendable {
    /// The name under which later calls see its outcome.
    package var name: String?
    package var when: LocatedExpression?
    /// Whether the request continues where it fails; `ok` is false then, and `error` says why.
    package var mayFail: Bool
    package var call: Call
  }

  /// The answer.
  package struct Answer: Sendable {
    package var when: LocatedExpression?
    package var status: Int
    package var headers: [(name: String, value: Template)]
    /// The body as JSON.
    package var json: TemplateTree?
    /// The body as text, where it is not JSON.
    package var text: Template?
  }
}
