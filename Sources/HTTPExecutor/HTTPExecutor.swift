import AsyncHTTPClient
import CEL
import NIOCore
import NIOHTTP1
import NIOSSL
public import PlaybookEngine
import PlaybookLanguage

/// Sends HTTP requests, by async-http-client.
///
/// A query is GET, HEAD or OPTIONS within the target's `read_paths` and goes along redirects within the origin; an act is
/// sent once and never redirected. Credentials are the target's and go nowhere else. Paths and queries are encoded part by
/// part, JSON is built as a tree.
public actor HTTPExecutor: Executor {
  private struct ClientKey: Hashable {
    var caFile: String?
    var connectTimeout: Duration
    var mode: CallMode
  }

  private var clients: [ClientKey: HTTPClient] = [:]

  public init() {}

  public nonisolated func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    HTTPDisplay.text(call, target)
  }

  /// Of an act whether its target answers, and where the target says so which methods the path takes, by an OPTIONS request.
  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let target = try HTTPTarget(context.target, mode: call.mode, host: call.host)
    let request = try OutgoingRequest(call, target)
    if call.mode == .query { return [] }
    var question = request
    question.method = "OPTIONS"
    question.body = nil
    let exchange = HTTPExchange(client: client(target, .query), target: target, context: context, mode: .query)
    let answer = try await exchange.send(question)
    if answer.status == 401 {
      throw ExecutorError(.unauthorized, "\(target.label) does not accept the credentials: 401 \(answer.reason)")
    }
    guard answer.status < 300, let allow = answer.headers["allow"].first else { return ["\(target.label) answers"] }
    let methods = allow.split { $0 == "," || $0 == " " }.map { $0.uppercased() }
    guard methods.contains(request.method) else {
      throw ExecutorError(
        .rejected, "\(target.label) takes no \(request.method) at \(request.path.path), only \(allow)")
    }
    return ["\(target.label) answers, and takes \(allow) at \(request.path.path)"]
  }

  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    let target = try HTTPTarget(context.target, mode: call.mode, host: call.host)
    let own = call.host == nil ? target.origin : try HTTPTarget(context.target, mode: call.mode, host: nil).origin
    guard own != target.origin else { return CallServer("\(target.origin)") }
    // The port says nothing where it is the same.
    return CallServer("\(target.origin)", movedFrom: own.port == target.origin.port ? own.host : own.authority)
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let target = try HTTPTarget(context.target, mode: call.mode, host: call.host)
    let request = try OutgoingRequest(call, target)
    let exchange = HTTPExchange(client: client(target, call.mode), target: target, context: context, mode: call.mode)
    let (last, answer) = try await exchange.perform(request)
    let fields = HTTPOutcome.fields(answer)
    let status = "\(answer.status) \(answer.reason)"
    guard last.expected.contains(answer.status) else {
      let code: ExecutorError.Code = [401, 403].contains(answer.status) ? .unauthorized : .rejected
      // Nobody knows how far a server came that failed, or what a gateway's server does yet.
      let isOpen = call.mode == .act && [500, 502, 504].contains(answer.status)
      throw ExecutorError(
        code, "\(target.label) answers \(last.method) \(last.path.path) with \(status)", mayHaveTakenEffect: isOpen,
        outcome: fields)
    }
    if let problem = HTTPOutcome.problem(answer) {
      throw ExecutorError(
        .malformed, "\(target.label) answers \(status), but \(problem)", mayHaveTakenEffect: call.mode == .act,
        outcome: fields)
    }
    return CallOutcome(fields: fields, isTruncated: answer.isTruncated, source: target.label)
  }

  public func close() async {
    let all = clients.values
    clients = [:]
    for client in all { try? await client.shutdown() }
  }

  deinit {
    for client in clients.values { client.shutdown { _ in } }
  }

  private func client(_ target: HTTPTarget, _ mode: CallMode) -> HTTPClient {
    let key = ClientKey(caFile: target.caFile, connectTimeout: target.connectTimeout, mode: mode)
    if let client = clients[key] { return client }
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    configuration.decompression = .disabled
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = TimeAmount(target.connectTimeout)
    configuration.connectionPool.retryConnectionEstablishment = false
    // A connection that its server closes just when an act is sent would leave the act's effect open.
    configuration.connectionPool.idleTimeout = mode == .act ? .seconds(1) : .seconds(15)
    if let file = target.caFile {
      var tls = TLSConfiguration.makeClientConfiguration()
      tls.trustRoots = .file(file)
      configuration.tlsConfiguration = tls
    }
    let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    clients[key] = client
    return client
  }
}
