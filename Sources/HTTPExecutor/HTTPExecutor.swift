import AsyncHTTPClient
import CEL
public import ExecutorKit
import NIOCore
import NIOHTTP1
import PlaybookLanguage
import Reach

/// Sends HTTP requests, by async-http-client.
///
/// A query is GET, HEAD or OPTIONS within the target's `read_paths`, or a POST within its `read_posts`, and goes along
/// redirects within the origin; an act is sent once and never redirected. Credentials are the target's and go nowhere
/// else. Paths and queries are encoded part by part, JSON is built as a tree.
public actor HTTPExecutor: Executor {
  private struct ClientKey: Hashable {
    var certificates: Certificates.Contents
    var connectTimeout: Duration
    var mode: CallMode
    var scheme: String
    /// The host behind the name that TLS expects, where that is another.
    var host: String?
  }

  private var clients: [ClientKey: HTTPClient] = [:]
  /// Origins that answered.
  private var known: Set<Origin> = []

  public init() {}

  public nonisolated func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    HTTPDisplay.text(call, target)
  }

  /// Of an act whether its target answers, and where the target says so which methods the path takes, by an OPTIONS
  /// request.
  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let (target, request) = try Self.request(call, context)
    if call.mode == .query { return [] }
    var asked = target
    asked.headers.removeAll { HeaderField.isOverride(header: $0.name) }
    let answer = try await makeExchange(asked, .query, context).send(request.question)
    if answer.status == 401 {
      throw ExecutorError(.unauthorized, "\(target.label) does not accept the credentials: \(answer.statusLine)")
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
    let target = try Self.request(call, context).0
    let own = try HTTPTarget(context.target, mode: call.mode, host: nil).origin
    guard own != target.origin else { return CallServer("\(target.origin)") }
    // The port says nothing where it is the same.
    return CallServer("\(target.origin)", movedFrom: own.port == target.origin.port ? own.host : own.authority)
  }

  /// A call's request, and its target at the origin that the request goes to: a whole `url` may be of another of the
  /// target's hosts, and messages name the one that is asked.
  private static func request(
    _ call: ResolvedCall, _ context: CallContext
  ) throws(ExecutorError) -> (HTTPTarget, OutgoingRequest) {
    var target = try HTTPTarget(context.target, mode: call.mode, host: call.host)
    let request = try OutgoingRequest(call, target)
    target.origin = request.origin
    return (target, request)
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let (target, request) = try Self.request(call, context)
    let exchange = try makeExchange(target, call.mode, context)
    let outcome: HTTPOutcome
    if call.mode == .query, let page = call.arguments["page"] {
      let rule: PageRule
      do {
        rule = try PageRule(page)
      } catch {
        throw ExecutorError(.invalid, error.message)
      }
      outcome = try await PageWalk(rule: rule, exchange: exchange).perform(request) {
        (reply, outcome) throws(ExecutorError) in
        try Self.check(reply, outcome, .query, target)
      }
    } else {
      let reply = try await exchange.perform(request)
      var read = HTTPOutcome(reply, call.mode, limit: context.limits.bytes)
      try Self.check(reply, read, call.mode, target)
      if call.mode == .query, reply.request.method != "HEAD" { read.mark(NextPage(reply.answer, read.body.body)) }
      outcome = read
    }
    known.insert(target.origin)
    return CallOutcome(
      fields: outcome.fields, isTruncated: outcome.isTruncated, source: Self.source(outcome, request, target))
  }

  /// Throws for an answer whose status is not a success.
  private static func check(
    _ reply: HTTPReply, _ outcome: HTTPOutcome, _ mode: CallMode, _ target: HTTPTarget
  ) throws(ExecutorError) {
    let (request, answer) = (reply.request, reply.answer)
    if request.expected.contains(answer.status) { return }
    let meaning = StatusMeaning(answer: answer, mode: mode)
    throw ExecutorError(
      [401, 403].contains(answer.status) ? .unauthorized : .rejected,
      "\(target.label) answers \(request.method) \(request.path.path) with \(answer.statusLine)\(meaning.remark)",
      mayHaveTakenEffect: meaning.mayHaveTakenEffect, outcome: outcome.fields, retryAfter: RetryAfter(answer)?.wait)
  }

  /// `http (api.internal)`; where redirects or pages led to another path, with that.
  private static func source(_ outcome: HTTPOutcome, _ request: OutgoingRequest, _ target: HTTPTarget) -> String {
    guard let url = outcome.fields["url"]?.stringValue, url != request.url, outcome.fields["pages"] == nil else {
      return target.label
    }
    return "\(target.label), answered by \(url.dropFirst(request.origin.description.count))"
  }

  public func close() async {
    let all = clients.values
    clients = [:]
    for client in all { try? await client.shutdown() }
  }

  deinit {
    for client in clients.values { client.shutdown { _ in } }
  }

  private func makeExchange(
    _ target: HTTPTarget, _ mode: CallMode, _ context: CallContext
  ) throws(ExecutorError) -> HTTPExchange {
    HTTPExchange(
      client: try client(target, mode), target: target, context: context, mode: mode,
      isKnown: known.contains(target.origin))
  }

  /// Throws `.invalid` where the files of its certificates can't be used.
  private func client(_ target: HTTPTarget, _ mode: CallMode) throws(ExecutorError) -> HTTPClient {
    let key = ClientKey(
      certificates: try target.certificates.contents(), connectTimeout: target.connectTimeout, mode: mode,
      scheme: target.origin.scheme, host: target.tlsName.map { _ in target.origin.host })
    if let client = clients[key] { return client }
    // The context is thrown away: files that can't be loaded are known before anything is sent.
    if target.certificates.hasFiles { _ = try key.certificates.context() }
    var configuration = HTTPClient.Configuration()
    configuration.redirectConfiguration = .disallow
    // The client's own unpacking has no limit that leaves the beginning; and it takes a body that is not packed for broken.
    configuration.decompression = .disabled
    configuration.httpVersion = .http1Only
    configuration.timeout.connect = TimeAmount(target.connectTimeout)
    configuration.connectionPool.retryConnectionEstablishment = false
    // A connection that its server closes just when an act is sent would leave the act's effect open.
    configuration.connectionPool.idleTimeout = mode == .act ? .seconds(1) : .seconds(15)
    configuration.tlsConfiguration = try key.certificates.configuration()
    if let name = target.tlsName {
      configuration.dnsOverride = [name: target.origin.host]
      configuration.http1_1ConnectionDebugInitializer = { ExpectedName(name).check($0) }
    }
    if target.origin.scheme == "http" {
      configuration.http1_1ConnectionDebugInitializer = { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(TLSAnswer(), position: .first)
        }
      }
    }
    let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
    clients[key] = client
    return client
  }
}
