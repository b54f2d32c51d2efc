import AsyncHTTPClient
import CEL
import ExecutorKit
import NIOCore
import NIOHTTP1
import PlaybookLanguage
import Reach

/// Sends a request and reads its answer, for a query along redirects within the origin.
struct HTTPExchange: Sendable {
  let client: HTTPClient
  let target: HTTPTarget
  let context: CallContext
  let mode: CallMode
  /// Whether the origin answered before, so that a connection that breaks tells nothing of its port.
  var isKnown = false
  /// How many bytes of the body are kept.
  var room: Int
  private static let redirects = 5

  init(client: HTTPClient, target: HTTPTarget, context: CallContext, mode: CallMode, isKnown: Bool = false) {
    self.client = client
    self.target = target
    self.context = context
    self.mode = mode
    self.isKnown = isKnown
    room = context.limits.bytes
  }

  /// The last answer and the request that it answers.
  func perform(_ request: OutgoingRequest) async throws(ExecutorError) -> HTTPReply {
    let first = request.url
    var request = request
    for count in 0...Self.redirects {
      let answer = try await send(request)
      let reply = HTTPReply(request: request, answer: answer, redirectedFrom: count > 0 ? first : nil)
      if mode == .act || request.expected.contains(answer.status) { return reply }
      guard let next = try Redirect(answer).next(after: reply, target) else { return reply }
      request = next
    }
    throw ExecutorError(.rejected, "\(target.label) redirects in a circle: more than \(Self.redirects) times")
  }

  // MARK: One request

  func send(_ request: OutgoingRequest) async throws(ExecutorError) -> HTTPAnswer {
    do {
      return try await withDeadline { try await exchange(request) }
    } catch {
      let failure = await failure(error)
      // A connection kept from an earlier call may have been closed by the server meanwhile: reading again does no harm.
      guard mode == .query, failure.code == .disconnected, context.deadline > .now else { throw failure }
    }
    do {
      return try await withDeadline { try await exchange(request) }
    } catch {
      throw await failure(error)
    }
  }

  private func failure(_ error: any Error) async -> ExecutorError {
    let failure = HTTPFailure(
      label: target.label, changes: mode == .act, isTLS: target.origin.scheme == "https",
      hasCertificate: target.certificates.hasClientCertificate, isKnown: isKnown)
    var result = failure.error(Task.isCancelled ? CancellationError() : error)
    if let tls = TLSFailure(error, hasCertificate: false, plain: "http://"), tls.isUntrusted,
      let reason = await certificateReason
    {
      result.message = result.message.replacing(tls.reason, with: reason)
    }
    return result
  }

  /// The reason in the server's certificate itself why it is not trusted.
  private var certificateReason: String? {
    get async {
      let (host, port) = (target.origin.host, target.origin.port)
      let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
      let time = min(context.deadline - .now, .seconds(2))
      guard time > .zero else { return nil }
      return await CertificateLook.reason(
        host: host, port: port, serverName: target.tlsName ?? (isAddress ? nil : host), within: time)
    }
  }

  private func exchange(_ request: OutgoingRequest) async throws -> HTTPAnswer {
    var message = HTTPClientRequest(url: wireURL(request))
    message.method = HTTPMethod(rawValue: request.method)
    message.headers = headers(request)
    message.body = request.body.map { .bytes(ByteBuffer(bytes: $0.bytes)) }
    let response = try await client.execute(message, deadline: .now() + TimeAmount(context.deadline - .now))
    var answer = HTTPAnswer(
      status: Int(response.status.code), reason: response.status.reasonPhrase, headers: response.headers, body: [],
      isTruncated: false)
    for try await part in response.body {
      let left = room - answer.body.count
      answer.body += part.readableBytesView.prefix(left)
      if part.readableBytes > left {
        answer.isTruncated = true
        break
      }
      if answer.body.count > 1 << 20 { context.progress("\(answer.body.count >> 20) MiB received") }
    }
    // A cancelled body ends as if it were complete.
    try Task.checkCancellation()
    return answer
  }

  /// The URL by which the client finds the server and checks its certificate.
  private func wireURL(_ request: OutgoingRequest) -> String {
    guard let name = target.tlsName else { return request.url }
    var origin = request.origin
    origin.host = name
    return origin.description + request.path.text
  }

  private func headers(_ request: OutgoingRequest) -> HTTPHeaders {
    var headers = HTTPHeaders()
    if target.tlsName != nil { headers.add(name: "Host", value: request.origin.authority) }
    headers.add(name: "User-Agent", value: Self.userAgent(context.label))
    headers.add(name: "Accept", value: "application/json, */*;q=0.5")
    // Answers are capped by size, which a packed one would hide.
    headers.add(name: "Accept-Encoding", value: "identity")
    if let body = request.body { headers.add(name: "Content-Type", value: body.contentType) }
    for (name, value) in target.headers + request.headers { headers.replaceOrAdd(name: name, value: value) }
    return headers
  }

  /// `playbook (7f3k spraying)`; a comment holds no parentheses.
  private static func userAgent(_ label: String) -> String {
    let text = label.hasPrefix("playbook ") ? label.dropFirst("playbook ".count) : label[...]
    let plain = text.utf8.map { (0x20...0x7E).contains($0) && !"()\\".utf8.contains($0) ? $0 : UInt8(ascii: "-") }
    return plain.isEmpty ? "playbook" : "playbook (" + String(decoding: plain.prefix(200), as: UTF8.self) + ")"
  }

  /// The client's own deadline ends with the answer's head; this one holds for the body, too.
  private func withDeadline(_ body: @escaping @Sendable () async throws -> HTTPAnswer) async throws -> HTTPAnswer {
    let deadline = context.deadline
    return try await withThrowingTaskGroup(of: HTTPAnswer.self) { group in
      group.addTask(operation: body)
      group.addTask {
        try await Task.sleep(until: deadline, clock: .continuous)
        throw HTTPFailure.TimedOut()
      }
      defer { group.cancelAll() }
      guard let answer = try await group.next() else { throw HTTPFailure.TimedOut() }
      return answer
    }
  }
}
