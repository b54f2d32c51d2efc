import CEL
package import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// The admin API of a world without its HTTP: a request comes in, the world's servers are changed, an answer goes out.
///
/// Values from a request reach the servers as bound parameters and separate arguments only, since the calls are the
/// language's own and are sent by its executors. Every request is written to the call log before it is answered.
package actor AdminAPI {
  private let description: APIDescription
  private let sender: CallSender
  private let secrets: DrillSecrets
  private let log: CallLog
  /// How many requests each route got, for those that are made to fail.
  private var counts: [String: Int] = [:]

  /// - Parameters:
  ///   - targets: by executor, where its calls go.
  ///   - secrets: the folder of the world's secrets, read at each request: its programs may replace them.
  package init(
    _ description: APIDescription, executors: [any Executor], targets: [ResolvedTarget], secretsIn secrets: String,
    log: CallLog
  ) {
    self.description = description
    sender = CallSender(executors: executors, targets: targets, label: "playbook-world api")
    self.secrets = DrillSecrets(secrets)
    self.log = log
  }

  /// Every answer has a `Date`: the author's, or the time.
  package func answer(_ request: APIRequest) async -> APIResponse {
    var (response, route) = await respond(to: request)
    if !response.headers.contains(where: { $0.name.lowercased() == "date" }) {
      response.headers.append(("date", Timestamp.now().httpDate))
    }
    log.append(RecordedCall(request, route: route, status: response.hangs ? 0 : response.status))
    return response
  }

  /// Closes the connections to the world's servers.
  package func close() async { await sender.close() }

  private func respond(to request: APIRequest) async -> (APIResponse, String?) {
    guard let parts = request.pathParts else { return (.error(400, "the path is not percent-encoded UTF-8"), nil) }
    let matches = description.routes.compactMap { route in route.match(parts).map { (route, $0) } }
    guard let (route, variables) = matches.first(where: { $0.0.method == request.method }) else {
      guard !matches.isEmpty else { return (.error(404, "no such path"), nil) }
      let methods = matches.map(\.0.method).joined(separator: ", ")
      return (.error(405, "the path takes \(methods)", headers: [("allow", methods)]), nil)
    }
    let name = route.text
    counts[name, default: 0] += 1
    if let token = route.token, !isAuthorized(request, token) {
      let challenge = [("www-authenticate", "Bearer")]
      return (.error(401, "a bearer token is missing or wrong", headers: challenge), name)
    }
    if let delay = route.delay { try? await Task.sleep(for: delay) }
    if let failure = route.failure, failure.hits(counts[name] ?? 0) {
      var response = APIResponse.error(failure.status, "the drill makes this request fail")
      response.hangs = failure.hangs
      return (response, name)
    }
    do {
      return (try await perform(route, request, variables), name)
    } catch {
      return (.error(500, "\(name): \(error.message)"), name)
    }
  }

  private func isAuthorized(_ request: APIRequest, _ token: String) -> Bool {
    guard let secret = try? secrets.all()[token], let header = request.header("authorization") else { return false }
    let parts = header.split(separator: " ", maxSplits: 1)
    return parts.count == 2 && parts[0].lowercased() == "bearer" && parts[1].utf8.elementsEqual(secret.utf8)
  }

  private func perform(
    _ route: APIDescription.Route, _ request: APIRequest, _ variables: [(String, String)]
  ) async throws(DrillError) -> APIResponse {
    let headers = MapValue(request.headers.map { ($0.name, .string($0.value)) })
    let secrets = MapValue(try secrets.all().sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    var values: [String: Value] = [
      "now": .timestamp(.now()), "secrets": .map(secrets),
      "request": [
        "method": .string(request.method), "path": .map(MapValue(variables.map { ($0.0, .string($0.1)) })),
        "query": .map(request.queryFields), "headers": .map(headers),
        // An empty map, so that `request.body.?name` is simply not there.
        "body": request.body.isEmpty ? .map(MapValue()) : request.bodyValue,
      ],
    ]
    for statement in route.statements {
      var outcome: Value = ["ok": false]
      if try holds(statement.when, values) {
        do throws(DrillError) {
          outcome = .map(try await sender.send(statement.call, mode: .act, values))
        } catch {
          guard statement.mayFail else { throw error }
          outcome = ["ok": false, "error": .string(error.message)]
        }
      }
      if let name = statement.name { values[name] = outcome }
    }
    for answer in route.answers where try holds(answer.when, values) { return try response(answer, values) }
    return APIResponse(status: 204)
  }

  private func holds(_ condition: LocatedExpression?, _ values: [String: Value]) throws(DrillError) -> Bool {
    guard let condition else { return true }
    do { return try condition.expression.evaluate(Bindings(values)).boolValue == true } catch {
      throw DrillError(.failed, "\(condition.span.location): \(error.message)")
    }
  }

  private func response(_ answer: APIDescription.Answer, _ values: [String: Value]) throws(DrillError) -> APIResponse {
    var headers: [(name: String, value: String)] = []
    for (name, value) in answer.headers {
      switch try sender.resolve(.template(value), values) {
      // HTTP has a form of its own for times.
      case .timestamp(let time): headers.append((name, time.httpDate))
      case let value: headers.append((name, value.rendered))
      }
    }
    if let json = answer.json {
      return APIResponse(status: answer.status, headers: headers, json: try sender.resolve(json, values))
    }
    guard let text = answer.text else { return APIResponse(status: answer.status, headers: headers) }
    let body = Array(try sender.resolve(.template(text), values).rendered.utf8)
    return APIResponse(status: answer.status, headers: headers, body: body)
  }
}

extension APIDescription.Route {
  /// The variables of the path by name, or nil where it is another path.
  func match(_ parts: [String]) -> [(String, String)]? {
    guard parts.count == path.count else { return nil }
    var variables: [(String, String)] = []
    for (part, pattern) in zip(parts, path) {
      guard pattern.fits(part) else { return nil }
      if let variable = pattern.variable(in: part) { variables.append(variable) }
    }
    return variables
  }
}

extension APIDescription.Failure {
  /// Whether the `count`-th request fails, counted from 1.
  func hits(_ count: Int) -> Bool {
    if let every { return count.isMultiple(of: every) }
    if let after { return count > after }
    return true
  }
}
