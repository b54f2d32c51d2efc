import CEL
import ExecutorKit
import NIOCore
import NIOHTTP1
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Page one is not all.
struct PageTests {
  private static let json = "Content-Type: application/json"

  private static func mention(_ body: String, _ headers: [(String, String)] = [], status: Int = 200) throws -> String? {
    let answer = HTTPAnswer(
      status: status, reason: "", headers: HTTPHeaders(headers), body: [], isTruncated: false)
    return NextPage(answer, try Value(json: body)).mention
  }

  @Test(arguments: [
    #"{"items":[1],"next_cursor":"abc"}"#, #"{"items":[1],"has_more":true}"#, #"{"nextPageToken":"x","files":[]}"#,
    #"{"next_page_token":"x"}"#, #"{"value":[],"@odata.nextLink":"https://x/y"}"#,
    #"{"next":"https://x/?page=2","results":[]}"#,
    #"{"next":"/api?page=2"}"#, #"{"next_page":2}"#,
    #"{"kind":"PodList","metadata":{"continue":"tok","remainingItemCount":3}}"#,
    #"{"metadata":{"remainingItemCount":3}}"#, #"{"response_metadata":{"next_cursor":"dXNlcjpVMDYx"}}"#,
    #"{"meta":{"pagination":1,"next":"abc"}}"#, #"{"links":{"next":"https://x"}}"#,
    #"{"_links":{"next":{"href":"/x?page=2"}}}"#,
    #"{"links":[{"rel":"self","href":"/a"},{"rel":"next","href":"/b"}]}"#,
    #"{"data":{"a":{"pageInfo":{"hasNextPage":true}}}}"#,
    #"{"isLast":false,"values":[1]}"#, #"{"content":[1],"last":false,"totalPages":4,"number":0}"#,
    #"{"page":1,"total_pages":5,"items":[1]}"#, #"{"startAt":0,"maxResults":50,"total":458,"issues":[1,2]}"#,
    #"{"offset":0,"limit":2,"total":3,"items":[1,2]}"#, #"{"data":[1],"meta":{"total":9,"per_page":1,"page":1}}"#,
    #"{"page":{"size":2,"totalElements":9,"totalPages":5,"number":0}}"#, #"{"IsTruncated":true,"Contents":[]}"#,
    #"{"incidents":[],"limit":25,"offset":0,"more":true}"#, #"{"paging":{"next":"https://x"}}"#,
    #"{"Resources":[1],"startIndex":1,"itemsPerPage":1,"totalResults":2}"#, #"{"continue":{"apcontinue":"x"}}"#,
    #"{"d":{"results":[1],"__next":"https://x"}}"#, #"{"done":false,"nextRecordsUrl":"/services/x","records":[1]}"#,
    #"{"result":[1],"result_info":{"page":1,"per_page":1,"total_pages":5}}"#,
    #"{"data":[1],"meta":{"page":{"number":1,"size":1,"total_pages":9}}}"#,
    #"{"hits":{"total":{"value":458,"relation":"eq"},"hits":[{}]}}"#, #"{"hits":{"total":458,"hits":[{}]}}"#,
    #"{"_shards":{"failed":2},"hits":{"total":{"value":0},"hits":[]}}"#,
    #"{"timed_out":true,"hits":{"total":{"value":0},"hits":[]}}"#,
  ])
  func `a body that names a next page is a part`(_ body: String) throws {
    #expect(try Self.mention(body) != nil, "\(body)")
  }

  @Test(arguments: [
    "[]", "{}", #"{"items":[1],"next_cursor":null,"has_more":false}"#, #"{"next_cursor":""}"#,
    #"{"next":null,"previous":null}"#,
    #"{"next":{"name":"alice"}}"#, #"{"next":"step two"}"#, #"{"metadata":{"continue":"","name":"x"}}"#,
    #"{"nextPageToken":""}"#,
    #"{"page":5,"total_pages":5,"items":[1]}"#, #"{"startAt":456,"maxResults":50,"total":458,"issues":[1,2]}"#,
    #"{"total":458}"#, #"{"hits":{"total":{"value":458},"hits":[]}}"#, #"{"isLast":true}"#, #"{"last":false}"#,
    #"{"links":{"self":"/x","next":null}}"#, #"{"page":{"size":9,"totalElements":1,"totalPages":1,"number":0}}"#,
    #"{"data":{"pageInfo":{"hasNextPage":false}}}"#, #"{"next_page":null}"#, #"{"more":false}"#, #"{"status":"ok"}"#,
  ])
  func `a body that is all there is is none`(_ body: String) throws {
    let mention = try Self.mention(body)
    #expect(mention == nil, "\(body): \(mention ?? "")")
  }

  @Test func `headers name a next page, or a part of a whole`() throws {
    #expect(try Self.mention("[1]", [("Link", #"<https://x?page=2>; rel="next""#)]) != nil)
    #expect(try Self.mention("[1]", [("Link", #"<https://x?page=1>; rel="prev""#)]) == nil)
    #expect(try Self.mention("[1]", [("Link", "<https://x?page=2>; rel='next'")]) != nil)
    #expect(try Self.mention("[1]", [("Link", #"<https://x?c=1>; rel="next"; results="false""#)]) == nil)
    #expect(try Self.mention("[1]", [("X-Page", "1"), ("X-Total-Pages", "5")]) != nil)
    #expect(try Self.mention("[1]", [("X-Page", "5"), ("X-Total-Pages", "5")]) == nil)
    #expect(try Self.mention("[1]", [("X-WP-Total", "9")]) != nil)
    #expect(try Self.mention("[1]", status: 206) != nil)
    #expect(try Self.mention("[1]", [("Content-Range", "items 0-0/458")], status: 206) != nil)
    #expect(try Self.mention("[1]", [("Content-Range", "0-24/573")]) != nil)
    #expect(try Self.mention("[1]", [("Content-Range", "bytes 0-99/*")], status: 206) != nil)
    #expect(try Self.mention("[1]", [("Content-Range", "items 0-457/458")], status: 206) == nil)
    #expect(try Self.mention("[]", [("Content-Range", "*/0")]) == nil)
    #expect(try Self.mention("[1]", [("X-Next-Page", "2")]) != nil)
    #expect(try Self.mention("[1]", [("X-Next-Page", "")]) == nil)
    #expect(try Self.mention("[1]", [("X-Total-Count", "458")]) != nil)
    #expect(try Self.mention("[1]", [("X-Total-Count", "1")]) == nil)
  }

  @Test(
    arguments: [
      (#"<https://x/?page=2>; rel="next""#, "https://x/?page=2"),
      ("</a,b>; rel=prev, </c;d>; title=\"x, y; z\"; rel=Next", "/c;d"),
      (#"<?p=2>;rel="last next""#, "?p=2"), (#"<a>; REL="next"; rel=prev"#, "a"), (#"<a>; rel="prev", <b>"#, nil),
      (#"<a>; title="rel=next""#, nil), ("rel=next", nil), ("<a", nil), ("", nil),
      (#"<a>; title="\"; rel=next"; rel="nextish""#, nil),
      ("<a>;;; = ; rel=next", "a"),
    ] as [(String, String?)])
  func `the header Link is read as RFC 8288 writes it`(_ header: String, _ expected: String?) {
    #expect(LinkHeader.target(rel: "next", in: [header]) == expected)
    #expect(LinkHeader.target(rel: "next", in: ["<z>; rel=first", header]) == expected)
  }

  // MARK: Walking

  /// A list of three pages, of which each names the next one in all the ways.
  private static func pages(_ request: WebServer.Received, _ channel: any Channel) {
    let path = request.uri.prefix { $0 != "?" }
    let marked = request.uri.split(separator: "&").first { $0.contains("cursor=") || $0.contains("page=") }
    let page = marked.flatMap { Int($0.split(separator: "=").last ?? "") } ?? 1
    let link = page < 3 ? ["Link: <\(path)?page=\(page + 1)>; rel=\"next\""] : []
    let cursor = page < 3 ? "\"next_cursor\":\"\(page + 1)\",\"next\":\"\(path)?page=\(page + 1)\"," : ""
    switch path {
    case "/list": channel.json("[\(page)]", link)
    case "/items": channel.json("{\(cursor)\"items\":[\(page)],\"meta\":{\"ids\":[\"a\(page)\"],\"page\":\(page)}}")
    case "/text": channel.answer("200 OK", ["Content-Type: text/csv"] + link, "row \(page)")
    case "/loop": channel.json("[1]", ["Link: </loop>; rel=next"])
    case "/away": channel.json("[1]", ["Link: <https://evil.example/x>; rel=next"])
    case "/admin": channel.json("[1]", ["Link: </secret?page=2>; rel=next"])
    case "/broken": page == 1 ? channel.json("[1]", link) : channel.answer("500 Broken", [Self.json], "{}")
    case "/cap": channel.json("[\"\(String(repeating: "x", count: 600))\"]", link)
    default: channel.answer("404 Not Found")
    }
  }

  private func walk(
    _ path: String, _ page: Value, settings: [(String, Value)] = [], limits: CallContext.Limits = .init(),
    _ body: (CallOutcome, WebServer) throws -> Void
  ) async throws {
    try await WebServer.with({ Self.pages($0, $1) }) { server, executor in
      let outcome = try await executor.perform(
        call([("path", .string(path)), ("page", page)], .query),
        context: .test([("url", .string(server.url))] + settings, limits: limits))
      try body(outcome, server)
    }
  }

  @Test func `lists are joined, and nothing is left`() async throws {
    try await walk("/list?size=1", ["next": "link", "limit": 10]) { outcome, server in
      #expect(outcome.fields["body"]?.rendered == "[1,2,3]")
      #expect(outcome.fields["pages"]?.intValue == 3)
      #expect(outcome.fields["text"]?.stringValue == "[1]\n[2]\n[3]")
      #expect(outcome.fields["url"]?.stringValue?.hasSuffix("/list?page=3") == true)
      #expect(!outcome.isTruncated)
      #expect(server.received.map(\.uri) == ["/list?size=1", "/list?page=2", "/list?page=3"])
    }
  }

  @Test(arguments: [
    "body.next_cursor", "body.?next_cursor.orValue('')", "has(body.next_cursor) ? {'cursor': body.next_cursor} : null",
    "has(body.next) ? body.next : ''", "pages < 3 ? {'page': pages + 1} : {}", "body[?'next_cursor']",
  ])
  func `objects are joined list by list`(_ next: String) async throws {
    let page: Value = next.contains("[?") ? ["next": .string(next), "parameter": "cursor"] : ["next": .string(next)]
    try await walk("/items?size=1", page) { outcome, server in
      #expect(outcome.fields["body"]?["items"]?.rendered == "[1,2,3]", "\(next)")
      #expect(outcome.fields["body"]?["meta"]?.rendered == #"{"ids":["a1","a2","a3"],"page":3}"#)
      #expect(outcome.fields["body"]?["next_cursor"] == nil)
      #expect(!outcome.isTruncated)
      #expect(server.received.count == 3)
    }
  }

  @Test func `texts are joined line by line`() async throws {
    try await walk("/text", ["next": "link"]) { outcome, _ in
      #expect(outcome.fields["body"]?.stringValue == "row 1\nrow 2\nrow 3")
    }
  }

  @Test func `what the limit leaves is marked, and so are a circle and what is too much`() async throws {
    try await walk("/list", ["next": "link", "limit": 1]) { outcome, server in
      #expect(outcome.isTruncated)
      #expect(server.received.count == 1)
      #expect(outcome.fields["notices"]?.rendered.contains("`page.limit`") == true)
    }
    try await walk("/loop", ["next": "link"]) { outcome, server in
      #expect(outcome.isTruncated)
      #expect(server.received.count == 1)
    }
    var limits = CallContext.Limits()
    limits.bytes = 1000
    try await walk("/cap", ["next": "link"], limits: limits) { outcome, server in
      #expect(outcome.isTruncated)
      #expect(server.received.count == 2)
    }
    // A rule that looks elsewhere than the server points.
    try await walk("/list", ["next": "body.cursor"]) { outcome, _ in
      #expect(outcome.isTruncated)
      #expect(outcome.fields["notices"]?.rendered.contains("Link") == true)
    }
  }

  @Test func `no page leads where the query may not read, and a page that fails fails the query`() async throws {
    try await WebServer.with({ Self.pages($0, $1) }) { server, executor in
      let settings: [(String, Value)] = [
        ("url", .string(server.url)), ("read_paths", ["/away", "/admin", "/broken"]),
        ("headers", ["Authorization": "s3cret"]),
      ]
      for (path, codes) in [
        ("/away", [.rejected]), ("/admin", [.refused]), ("/broken", [.rejected]),
      ] as [(String, [ExecutorError.Code])] {
        let error = await failure {
          try await executor.perform(
            call([("path", .string(path)), ("page", ["next": "link"])], .query), context: .test(settings))
        }
        #expect(codes.contains(error.code), "\(path): \(error.message)")
      }
      #expect(server.received.map(\.uri) == ["/away", "/admin", "/broken", "/broken?page=2"])
    }
  }

  @Test func `without page an answer that names a next one is truncated, of a change it is none`() async throws {
    try await WebServer.with({ Self.pages($0, $1) }) { server, executor in
      let context = CallContext.test([("url", .string(server.url))])
      for path in ["/list", "/items"] {
        let outcome = try await executor.perform(call([("path", .string(path))], .query), context: context)
        #expect(outcome.isTruncated)
        #expect(outcome.fields["notices"]?.rendered.contains("`partial: ok`") == true)
        let act = try await executor.perform(call([("path", .string(path))], .act), context: context)
        #expect(!act.isTruncated)
      }
      let last = try await executor.perform(call([("path", "/list?page=3")], .query), context: context)
      #expect(!last.isTruncated)
      let head = try await executor.perform(call([("method", "HEAD"), ("path", "/list")], .query), context: context)
      #expect(!head.isTruncated)
    }
  }

  @Test(
    arguments: [
      ["next": "link", "limit": 0], ["next": "link", "size": 3], ["limit": 3], "link", ["next": "body."],
      ["next": "x.y"],
      ["next": "link", "parameter": ""],
    ] as [Value])
  func `a rule that makes no sense sends nothing`(_ page: Value) async throws {
    try await WebServer.with({ Self.pages($0, $1) }) { server, executor in
      let error = await failure {
        try await executor.perform(
          call([("path", "/list"), ("page", page)], .query), context: .test([("url", .string(server.url))]))
      }
      #expect(error.code == .invalid)
      #expect(server.received.isEmpty)
    }
  }
}
