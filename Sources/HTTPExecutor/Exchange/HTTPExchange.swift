import AsyncHTTPClient
import CEL
import FoundationEssentials
import NIOCore
import NIOHTTP1
import PlaybookEngine
import PlaybookLanguage

/// Sends a request and reads its answer, for a query along redirects within the origin.
struct HTTPExchange: Sendable {
  let client: HTTPClient
  let target: HTTPTarget
  let context: CallContext
  let mode: CallMode
  private static let redirects = 5

  /// What came back.
  struct Answer: Sendable {
    var status: Int
    var reason: String
    var headers: HTTPHeaders
    var body: [UInt8]
    var isTruncated: Bool
  }

  /// The last answer and the request that it answers.
  func perform(_ request: OutgoingRequest) async throws(ExecutorError) -> (OutgoingRequest, Answer) {
    var request = request
    for _ in 0...Self.redirects {
      let answer = try await send(request)
      let isFinal = mode == .act || (request.expected.isExplicit && request.expected.contains(answer.status))
      guard !isFinal, [301, 302, 303, 307, 308].contains(answer.status),
        let place = answer.headers.first(name: "location")
      else { return (request, answer) }
      request = try follow(place, request, answer)
    }
    throw ExecutorError(.rejected, "\(target.label) redirects in a circle: more than \(Self.redirects) times")
  }

  /// The request that a redirect asks for; the methods of queries stay as they are.
  private func follow(
    _ place: String, _ request: OutgoingRequest, _ answer: Answer
  ) throws(ExecutorError) -> OutgoingRequest {
    guard let url = URL(string: place, relativeTo: URL(string: request.url))?.absoluteURL,
      let (origin, rest) = Origin.split(url.absoluteString)
    else {
      throw ExecutorError(
        .malformed, "\(target.label) redirects to what is no URL: \(place)", outcome: HTTPOutcome.fields(answer))
    }
    guard origin == request.origin else {
      throw ExecutorError(
        .rejected, "\(target.label) redirects to \(origin), another origin: not followed",
        outcome: HTTPOutcome.fields(answer))
    }
    var next = request
    let withoutFragment = String(rest.prefix { $0 != "#" })
    next.path = try OutgoingRequest.path(
      withoutFragment.hasPrefix("/") ? withoutFragment : "/" + withoutFragment, shown: place)
    next.body = nil
    try next.checkReading(target)
    return next
  }

  // MARK: One request

  func send(_ request: OutgoingRequest) async throws(ExecutorError) -> Answer {
    do {
      return try await withDeadline { try await exchange(request) }
    } catch {
      let failure = failure(error)
      // A connection kept from an earlier call may have been closed by the server meanwhile: reading again does no harm.
      guard mode == .query, failure.code == .disconnected, context.deadline > .now else { throw failure }
    }
    do {
      return try await withDeadline { try await exchange(request) }
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> ExecutorError {
    HTTPFailure.error(Task.isCancelled ? CancellationError() : error, target.label, changes: mode == .act)
  }

  private func exchange(_ request: OutgoingRequest) async throws -> Answer {
    var message = HTTPClientRequest(url: request.url)
    message.method = HTTPMethod(rawValue: request.method)
    message.headers = headers(request)
    message.body = request.body.map { .bytes(ByteBuffer(bytes: $0.bytes)) }
    let response = try await client.execute(message, deadline: .now() + TimeAmount(context.deadline - .now))
    var answer = Answer(
      status: Int(response.status.code), reason: response.status.reasonPhrase, headers: response.headers, body: [],
      isTruncated: false)
    for try await part in response.body {
      let room = context.limits.bytes - answer.body.count
      answer.body += part.readableBytesView.prefix(room)
      if part.readableBytes > room {
        answer.isTruncated = true
        break
      }
      if answer.body.count > 1 << 20 { context.progress("\(answer.body.count >> 20) MiB received") }
    }
    // A cancelled body ends as if it were complete.
    try Task.checkCancellation()
    return answer
  }

  private func headers(_ request: OutgoingRequest) -> HTTPHeaders {
    var headers = HTTPHeaders()
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
  private func withDeadline(_ body: @escaping @Sendable () async throws -> Answer) async throws -> Answer {
    let deadline = context.deadline
    return try await withThrowingTaskGroup(of: Answer.self) { group in
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
