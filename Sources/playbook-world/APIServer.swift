import Glibc
import Hummingbird
import HummingbirdCore
import NIOCore
import PlaybookDrill

/// The admin API's HTTP server, on a free port of the loopback address.
actor APIServer {
  private var running: Task<Void, any Error>?
  private static let largestBody = 8 << 20

  /// Serves `api` and returns the port once connections are accepted.
  func start(_ api: AdminAPI) async throws(DrillError) -> Int {
    // Hummingbird would write a line a start to standard error, which is where a failure is looked for.
    _ = unsafe setenv("LOG_LEVEL", "critical", 0)
    let (ports, tell) = AsyncStream<Int>.makeStream()
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in await Self.answer(request, api) },
      server: Self.server(api),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in
        tell.yield(channel.localAddress?.port ?? 0)
        tell.finish()
      })
    let task = Task {
      defer { tell.finish() }
      try await application.run()
    }
    running = task
    for await port in ports where port != 0 { return port }
    task.cancel()
    throw DrillError(.failed, "the admin API did not start: \(await failure(of: task))")
  }

  /// Returns when the server ends, or takes it down when the task is cancelled.
  func wait() async {
    guard let running else { return }
    await withTaskCancellationHandler {
      _ = await running.result
    } onCancel: {
      running.cancel()
    }
  }

  private func failure(of task: Task<Void, any Error>) async -> String {
    if case .failure(let error) = await task.result { "\(error)" } else { "it ended at once" }
  }

  /// HTTP/1.1 without the headers that an application adds to every response: a drill may have a clock that is wrong,
  /// and Hummingbird's own `Date` would take its place.
  private static func server(_ api: AdminAPI) -> HTTPServerBuilder {
    HTTPServerBuilder { _ in
      HTTP1Channel { request, writer, _ in
        let response = await answer(request, api)
        try await writer.write(response: response.head, body: response.body)
      }
    }
  }

  private static func answer(_ request: Request, _ api: AdminAPI) async -> Response {
    let isHead = request.method == .head
    var asked = APIRequest(
      method: isHead ? "GET" : request.method.rawValue, path: request.uri.path, query: request.uri.query ?? "",
      headers: request.headers.map { ($0.name.canonicalName, $0.value) })
    var request = request
    guard let body = try? await request.collectBody(upTo: largestBody) else {
      return Response(status: .contentTooLarge)
    }
    asked.body = Array(body.readableBytesView)
    let answer = await api.answer(asked)
    if answer.hangs { try? await Task.sleep(for: .seconds(24 * 3600)) }
    var response = Response(
      status: HTTPResponse.Status(code: answer.status), body: ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body)))
    for (name, value) in answer.headers {
      // A value that no header can hold (a line break) is left out.
      if let name = HTTPFields.Element.Name(name) {
        response.headers.append(HTTPFields.Element(name: name, value: value))
      }
    }
    return isHead ? response.createHeadResponse() : response
  }
}
