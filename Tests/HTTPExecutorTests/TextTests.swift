import CEL
import ExecutorKit
import NIOCore
import PlaybookLanguage
import Testing

@testable import HTTPExecutor

/// Evidence is what is stored: packed bodies, character sets, JSON that is none.
struct TextTests {
  /// `{"ok":true}` as gzip.
  static let packed: [UInt8] = [
    31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 171, 86, 202, 207, 86, 178, 42, 41, 42, 77, 173, 5, 0, 144, 95, 212, 167, 11, 0, 0,
    0,
  ]
  private static let json = "Content-Type: application/json"

  private func perform(
    _ headers: [String], _ body: [UInt8], status: String = "200 OK", _ mode: CallMode = .query, method: String = "GET",
    limits: CallContext.Limits = .init()
  ) async throws -> CallOutcome {
    var outcome: CallOutcome?
    let answer: WebServer.Answer = { request, channel in
      if request.method == "HEAD" {
        let lines = ["HTTP/1.1 \(status)", "Content-Length: \(body.count)"] + headers
        channel.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
      } else {
        channel.answer(status, headers, bytes: body)
      }
    }
    try await WebServer.with(answer) { server, executor in
      let arguments: [(String, Value)] = [("method", .string(method)), ("path", "/"), ("expect", ["2xx", 304])]
      outcome = try await executor.perform(
        call(arguments, mode), context: .test([("url", .string(server.url))], limits: limits))
    }
    return try #require(outcome)
  }

  private func notices(_ outcome: CallOutcome) -> String {
    (outcome.fields["notices"]?.listValue ?? []).map(\.rendered).joined(separator: "; ")
  }

  @Test(arguments: ["gzip", "X-GZIP", "gzip, identity"])
  func `a packed answer is unpacked, of a change as well`(_ coding: String) async throws {
    for mode in [CallMode.query, .act] {
      let outcome = try await perform([Self.json, "Content-Encoding: \(coding)"], Self.packed, mode)
      #expect(outcome.fields["body"]?["ok"]?.boolValue == true)
      #expect(outcome.fields["text"]?.stringValue == #"{"ok":true}"#)
      #expect(!outcome.isTruncated)
      #expect(notices(outcome) == "")
    }
  }

  @Test func `what has no body has nothing to unpack`() async throws {
    let headers = [Self.json, "Content-Encoding: gzip"]
    let head = try await perform(headers, Self.packed, method: "HEAD")
    #expect(head.fields["status"]?.intValue == 200)
    for status in ["204 No Content", "304 Not Modified"] {
      let outcome = try await perform(headers, [], status: status)
      #expect(outcome.fields["text"]?.stringValue == "")
      #expect(notices(outcome) == "")
    }
    let empty = try await perform(headers, [])
    #expect(empty.fields["body"]?.rendered == "null")
    #expect(notices(empty) == "")
  }

  @Test(arguments: ["UTF-8", "none", "", "aws-chunked", "Identity", "br", "zstd", "gzip", "deflate"])
  func `a readable body stays readable whatever its packing is called`(_ coding: String) async throws {
    let outcome = try await perform([Self.json, "Content-Encoding: \(coding)"], Array(#"{"ok":true}"#.utf8))
    #expect(outcome.fields["body"]?["ok"]?.boolValue == true)
    #expect(notices(outcome).isEmpty == !["br", "zstd", "gzip", "deflate"].contains(coding))
  }

  @Test func `a packing that is not undone leaves bytes, and says so`() async throws {
    let bytes: [UInt8] = [0x0B, 0x05, 0x80, 0xFF, 0x00]
    let outcome = try await perform([Self.json, "Content-Encoding: br"], bytes)
    if case .bytes(bytes)? = outcome.fields["body"] {} else { Issue.record("no bytes") }
    if case .unknown? = outcome.fields["text"] {} else { Issue.record("a text") }
    #expect(notices(outcome).contains("`br`"))
  }

  @Test func `a packed body is cut at the limit of what it unpacks to, and one that ends early is truncated`()
    async throws
  {
    var limits = CallContext.Limits()
    limits.bytes = 4
    let capped = try await perform(["Content-Encoding: gzip"], Self.packed, limits: limits)
    #expect(capped.isTruncated)
    var roomy = CallContext.Limits()
    roomy.bytes = Self.packed.count
    let short = try await perform(["Content-Encoding: gzip"], Array(Self.packed.dropLast(9)), limits: roomy)
    #expect(short.isTruncated)
    #expect(notices(short).contains("ends early"))
  }

  static let texts: [(String?, [UInt8], String)] = [
    ("text/plain; charset=ISO-8859-1", Array("St".utf8) + [0xF6] + Array("rung".utf8), "Störung"),
    ("text/plain;charset=\"iso-8859-1\"", [0xFC], "ü"), ("text/csv; header=present; CHARSET=Windows-1252", [0x80], "€"),
    ("text/plain; charset=utf-16", [0xFF, 0xFE, 0xFC, 0], "ü"), ("text/plain", [0xEF, 0xBB, 0xBF, 0x6F, 0x6B], "ok"),
    (
      "text/html", Array("<html><meta charset=\"iso-8859-1\"><p>".utf8) + [0xFC],
      "<html><meta charset=\"iso-8859-1\"><p>ü"
    ),
    (
      "text/html", Array("<META http-equiv=Content-Type content='text/html; charset=latin1'>".utf8) + [0xFC],
      "<META http-equiv=Content-Type content='text/html; charset=latin1'>ü"
    ),
    (
      "application/xml", Array("<?xml version='1.0' encoding='ISO-8859-1'?><a>".utf8) + [0xFC],
      "<?xml version='1.0' encoding='ISO-8859-1'?><a>ü"
    ),
    (nil, Array("Zürich".utf8), "Zürich"),
  ]

  @Test(arguments: texts.indices)
  func `a text is decoded as it is declared`(_ index: Int) async throws {
    let (type, bytes, text) = Self.texts[index]
    let outcome = try await perform(type.map { ["Content-Type: \($0)"] } ?? [], bytes)
    #expect(outcome.fields["text"]?.stringValue == text)
    #expect(outcome.fields["body"]?.stringValue == text)
  }

  @Test(
    arguments: [
      ("text/plain; charset=x-klingon", [0x5A, 0xFC]), ("text/plain; charset=utf-8", [0x6F, 0x6B, 0xFF]),
      ("text/plain", [0xFC]),
      ("application/octet-stream", [0, 0xFF]), ("text/html", Array("<p charset=latin1>".utf8) + [0xFC]),
    ] as [(String, [UInt8])])
  func `what can't be decoded is bytes and said, never a replacement`(_ type: String, _ bytes: [UInt8]) async throws {
    let outcome = try await perform(["Content-Type: \(type)"], bytes)
    if case .bytes(bytes)? = outcome.fields["body"] {} else { Issue.record("no bytes") }
    if case .unknown? = outcome.fields["text"] {} else { Issue.record("a text") }
    #expect(notices(outcome).contains("bytes"))
  }

  @Test(
    arguments: [
      ("application/json; charset=ISO-8859-1", Array(#"{"zone":"Z"#.utf8) + [0xFC, 0x22, 0x7D]),
      ("application/json", [0xEF, 0xBB, 0xBF] + Array(#"{"zone":"Zü"}"#.utf8)),
      (
        "application/json; charset=utf-16",
        [0xFF, 0xFE] + Array(#"{"zone":"Zü"}"#.utf16).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
      ),
      ("application/problem+json", Array(#"{"zone":"Zü"}"#.utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }),
    ] as [(String, [UInt8])])
  func `JSON is read in the set that it is in`(_ type: String, _ bytes: [UInt8]) async throws {
    let outcome = try await perform(["Content-Type: \(type)"], bytes)
    #expect(outcome.fields["body"]?["zone"]?.stringValue == "Zü")
  }

  @Test(arguments: [
    #"{"v": NaN}"#, #"{"v": "\ud800"}"#, "{nope", "{\"a\":1}\n{\"a\":2}\n", "[1,", #"{"v": 01}"#,
    String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
  ])
  func `JSON that is none leaves status and text readable`(_ text: String) async throws {
    for mode in [CallMode.query, .act] {
      let outcome = try await perform([Self.json], Array(text.utf8), mode)
      #expect(outcome.fields["text"]?.stringValue == text)
      #expect(outcome.fields["body"]?.stringValue == text)
      #expect(notices(outcome).contains("JSON"), "\(notices(outcome))")
    }
  }

  @Test func `blank JSON is nothing, and said`() async throws {
    let outcome = try await perform([Self.json], Array("  \n".utf8))
    #expect(outcome.fields["text"]?.stringValue == "  \n")
    #expect(outcome.fields["body"]?.rendered == "null")
    #expect(notices(outcome).contains("blank"))
  }

  @Test func `a key that is there twice is said`() async throws {
    let text = #"{"state":"ok","list":[{"id":1,"id":2}],"state":"bad","other":{"state":1}}"#
    let outcome = try await perform([Self.json], Array(text.utf8))
    #expect(outcome.fields["body"]?["state"]?.stringValue == "bad")
    #expect(notices(outcome).contains("twice") && notices(outcome).contains("`id`, `state`"), "\(notices(outcome))")
    let single = try await perform([Self.json], Array(#"{"a":{"state":1},"b":{"state":1},"state":[{"state":1}]}"#.utf8))
    #expect(notices(single) == "")
  }
}
