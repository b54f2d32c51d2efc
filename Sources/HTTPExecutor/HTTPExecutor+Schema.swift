import CEL
import ExecutorKit
public import PlaybookLanguage

extension HTTPExecutor {
  /// Targets have `url` (`https://HOST[:PORT][/PATH]`), `headers` (sent with every request, never shown), `read_paths`
  /// (patterns that queries are kept to: `*` within a segment, `**` for any), `read_posts` (patterns of POSTs that only
  /// read), `hosts` (patterns of other hosts that a call may go to, with the target's headers), `ca_file`, `cert_file`,
  /// `key_file`, `server_name`, `connect_timeout`, and `act` with settings for acts alone.
  public static let schema = ExecutorSchema(
    name: "http",
    summary: "Sends an HTTP request. A query is GET, HEAD or OPTIONS, or a POST of the target's `read_posts`",
    fields: [
      .init(
        "method", .choice(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]),
        "GET in a query, POST in an act where it is left out"),
      .init("path", .urlPath, "The path below the target's `url`, perhaps with a query"),
      .init("url", .text, "A whole URL, of the target's origin or its `hosts`, as a service itself gave it"),
      .init("query", .texts, "Parameters, encoded part by part; a list repeats its name"),
      .init("headers", .texts, "Headers beside those of the target"),
      .init("json", .tree, "A body as JSON"),
      .init("form", .texts, "A body as a form"),
      .init("body", .text, "A body as text"),
      .init("expect", .tree, "The statuses that are a success: 204, 2xx, or a list of those; without it 200 to 299"),
      .init(
        "page", .tree,
        "Reads all pages: `{next: link}` by the header Link, `{next: EXPRESSION}` by its value on a page; `limit` (100)"
      ),
    ],
    shortForm: .request,
    outcome: [
      "status": .int,
      // Names lower-case; a repeated header's values joined by commas.
      "headers": .map(key: .string, value: .string),
      // JSON decoded, other text as a string, other bytes as such, null where there is none; the pages of `page` joined.
      "body": .dyn,
      // Unknown where the body can't be decoded.
      "text": .string,
      // The server's clock, from the header `Date`; null where there is none.
      "date": .dyn,
      // The URL that answered, after redirects.
      "url": .string,
      // With `page`, how many pages were read.
      "pages": .int,
      // Remarks on the answer: redirects, character sets, text that is not JSON.
      "notices": .list(.string),
    ],
    wholeFields: ["status", "headers", "date", "url"], settings: HTTPTarget.settings, textSettings: ["headers"],
    validate: HTTPLint.problems)

  public nonisolated var schema: ExecutorSchema { Self.schema }
}
