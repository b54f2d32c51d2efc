import CEL
import ExecutorKit
import NIOHTTP1
import PlaybookLanguage

/// An answer as an outcome.
struct HTTPOutcome {
  /// `status`, `headers` (names lower-case, repeated ones joined by commas), `body`, `text`, `date`, `url`, and
  /// `notices` where there is something to say.
  var fields: MapValue
  var isTruncated: Bool
  var body: AnswerBody

  /// - Parameter limit: How many bytes are kept of a body that is unpacked.
  init(_ reply: HTTPReply, _ mode: CallMode, limit: Int = CallContext.Limits().bytes) {
    let answer = reply.answer
    body = AnswerBody(answer, limit: limit)
    isTruncated = body.isTruncated
    var notices: [String] = []
    if let first = reply.redirectedFrom { notices.append("redirected from \(first) to \(reply.request.url)") }
    if mode == .query, reply.request.method == "POST" { notices.append("POST, listed as reading (`read_posts`)") }
    if mode == .act { notices += [Self.remark(answer.status)].compactMap { $0 } }
    notices += body.notices
    fields = MapValue([
      ("status", .int(Int64(answer.status))), ("headers", .map(Self.headers(answer))), ("body", body.body),
      ("text", body.text),
      ("date", answer.headers.first(name: "date").flatMap(HTTPDate.read).map(Value.timestamp) ?? .null),
      ("url", .string(reply.request.url)),
    ])
    say(notices)
  }

  /// The remark on a change whose status counts as done.
  private static func remark(_ status: Int) -> String? {
    switch status {
    case 202: "202: the server has taken it, and may not have done it yet"
    case 207: "207: the answer has a status for each part of the change"
    default: nil
    }
  }

  /// Adds to `notices`.
  mutating func say(_ notices: [String]) {
    if notices.isEmpty { return }
    fields["notices"] = .list((fields["notices"]?.listValue ?? []) + notices.map(Value.string))
  }

  /// Marks the outcome of a query whose answer is a page of more.
  mutating func mark(_ page: NextPage) {
    guard let mention = page.mention else { return }
    isTruncated = true
    say(["the answer is a part of more (\(mention)); `page` reads the pages, `partial: ok` takes this part alone"])
  }

  static func headers(_ answer: HTTPAnswer) -> MapValue {
    var headers = MapValue()
    for (name, value) in answer.headers {
      let name = name.lowercased()
      headers[name] = .string((headers[name]?.stringValue.map { $0 + ", " } ?? "") + value)
    }
    return headers
  }
}
