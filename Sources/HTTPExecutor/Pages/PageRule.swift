import CEL
import ExecutorKit
import NIOHTTP1

/// A call's `page`: how the next page is found, and how many are read at most.
struct PageRule: Sendable {
  enum Next: Sendable {
    /// The header `Link` with rel=next.
    case link
    /// Evaluated with `body`, `text`, `status`, `headers`, `url` of the page and `pages`, the number read so far.
    case expression(Expression)
  }

  var next: Next
  /// Pages at most.
  var limit: Int
  /// The parameter in which a cursor goes back to the server.
  var parameter: String?

  static let keys = ["next", "limit", "parameter"]
  static let names: [String: StaticType] = [
    "body": .dyn, "text": .dyn, "status": .int, "headers": .dyn, "url": .string, "pages": .int,
  ]
  private static let standard = 100
  private static let most = 10_000

  /// Something wrong with a rule: the key within it, and why.
  struct Problem: Error {
    var path: [String]
    var message: String
    var help: String?
  }

  init(_ value: Value) throws(Problem) {
    guard let map = value.mapValue else {
      throw Problem(path: [], message: "`page` is `{next: link}`, `{next: EXPRESSION}`, with `limit` and `parameter`")
    }
    for entry in map.entries where !Self.keys.contains(entry.key.rendered) {
      throw Problem(
        path: [entry.key.rendered],
        message: "`page` has no key `\(entry.key.rendered)`; there are \(Self.keys.joined(separator: ", "))")
    }
    guard let text = map["next"]?.stringValue else {
      throw Problem(
        path: ["next"], message: "`page` needs `next`: `link`, or an expression such as `body.next_cursor`",
        help: "it is evaluated after each page, so it has no `${…}`")
    }
    if text == "link" {
      next = .link
    } else {
      next = .expression(try Self.expression(text))
    }
    let limit = map["limit"] ?? .int(Int64(Self.standard))
    guard let count = limit.intValue ?? limit.stringValue.flatMap({ Int64($0) }), (1...Int64(Self.most)).contains(count)
    else { throw Problem(path: ["limit"], message: "`page.limit` is a number of pages from 1 to \(Self.most)") }
    self.limit = Int(count)
    if let parameter = map["parameter"] {
      guard let name = parameter.stringValue, !name.isEmpty else {
        throw Problem(path: ["parameter"], message: "`page.parameter` is the name of a parameter, such as `cursor`")
      }
      self.parameter = name
    }
  }

  private static func expression(_ text: String) throws(Problem) -> Expression {
    let expression: Expression
    do {
      expression = try Expression(parsing: text)
    } catch {
      throw Problem(path: ["next"], message: "`page.next`: \(error.message)", help: error.help)
    }
    if let problem = expression.check(Scope(names)).problems.first {
      let names = names.keys.sorted().joined(separator: ", ")
      throw Problem(
        path: ["next"], message: "`page.next`: \(problem.message)", help: problem.help ?? "it sees \(names)")
    }
    return expression
  }

  // MARK: After a page

  /// Where the next page is.
  enum Step: Sendable {
    case end
    case url(String)
    case parameters([(name: String, value: String)])
  }

  /// The step after a page. A field that is not there is the end, and `note` says so.
  func step(after reply: HTTPReply, _ body: AnswerBody, pages: Int) throws(ExecutorError) -> (Step, note: String?) {
    guard case .expression(let expression) = next else {
      return (LinkHeader.target(rel: "next", in: reply.answer.headers["link"]).map(Step.url) ?? .end, nil)
    }
    let bindings = Bindings([
      "body": body.body, "text": body.text, "status": .int(Int64(reply.answer.status)),
      "headers": .map(HTTPOutcome.headers(reply.answer)), "url": .string(reply.request.url),
      "pages": .int(Int64(pages)),
    ])
    let value: Value
    do {
      value = try expression.evaluate(bindings)
    } catch {
      // A list of one page may lack the field; so does a wrong name.
      return (.end, pages == 1 ? "`page.next` found no next page: \(error.message)" : nil)
    }
    return (try step(value, expression.source), nil)
  }

  private func step(_ value: Value, _ source: String) throws(ExecutorError) -> Step {
    switch value {
    case .null, .bool(false), .unknown, .string(""), .optional(nil): return .end
    case .optional(let value?): return try step(value, source)
    case .map(let map):
      var parameters: [(name: String, value: String)] = []
      for entry in map.entries {
        if case .null = entry.value { continue }
        guard let text = HeaderField.text(entry.value) else {
          throw ExecutorError(.invalid, "`page.next`: the parameter `\(entry.key.rendered)` has no one text")
        }
        parameters.append((entry.key.rendered, text))
      }
      return parameters.isEmpty ? .end : .parameters(parameters)
    default:
      guard let text = HeaderField.text(value) else {
        throw ExecutorError(.invalid, "`page.next` gives a \(value.typeName.name), which is not a URL and no cursor")
      }
      if ["http://", "https://", "/", "?"].contains(where: text.hasPrefix) { return .url(text) }
      guard let name = parameter ?? Self.parameter(for: source) else {
        throw ExecutorError(
          .invalid, "`page.next` gives `\(text)`, which is not a URL; `parameter` says in which parameter it goes back")
      }
      return .parameters([(name, text)])
    }
  }

  /// Fields in which APIs give a cursor, and the parameters in which they take it.
  private static let parameters = [
    "next_cursor": "cursor", "nextCursor": "cursor", "cursor": "cursor", "next_page_token": "page_token",
    "nextPageToken": "pageToken", "next_page": "page", "nextPage": "page", "continue": "continue",
    "next_token": "next_token", "nextToken": "nextToken", "NextToken": "NextToken", "NextMarker": "Marker",
  ]

  /// The parameter for the only such field that an expression reads.
  private static func parameter(for source: String) -> String? {
    let words = source.split { !($0.isLetter || $0.isNumber || $0 == "_") }
    let known = Set(words.compactMap { parameters[String($0)] })
    return known.count == 1 ? known.first : nil
  }
}
