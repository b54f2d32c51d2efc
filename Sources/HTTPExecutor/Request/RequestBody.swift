import CEL
import ExecutorKit

/// The body of a request.
struct RequestBody: Sendable {
  var contentType: String
  var bytes: [UInt8]
  /// For display: JSON indented, anything else as it is sent.
  var shown: String
  /// The value of `json`; nil where the body is not JSON or was given as text.
  var tree: Value?

  /// From `json`, `form` or `body`; nil where there is none. Throws `.invalid` for more than one and for a value that
  /// can't be sent.
  init?(_ arguments: MapValue) throws(ExecutorError) {
    let given = ["json", "form", "body"].filter { arguments[$0] != nil }
    guard given.count <= 1 else { throw OutgoingRequest.invalid("an http call has one of `json`, `form` and `body`") }
    guard let field = given.first, let value = arguments[field] else { return nil }
    switch field {
    case "json":
      if let reason = Self.unknown(value) {
        throw OutgoingRequest.invalid("`json` holds a value that is unknown: \(reason)")
      }
      contentType = "application/json"
      bytes = value.jsonBytes()
      shown = value.jsonText(pretty: true)
      tree = value
    case "form":
      guard let map = value.mapValue else { throw OutgoingRequest.invalid("`form` is not a map of names to values") }
      let text = try OutgoingRequest.pairs(map, "form")
      contentType = "application/x-www-form-urlencoded"
      bytes = Array(text.utf8)
      shown = text
    default:
      if case .bytes(let raw) = value {
        contentType = "application/octet-stream"
        bytes = raw
        shown =
          String(validating: raw, as: UTF8.self)
          ?? "(\(raw.count) bytes that are not text, in hexadecimal) " + hexadecimal(raw)
      } else {
        guard let text = HeaderField.text(value) else { throw OutgoingRequest.invalid("`body` is not text") }
        contentType = "text/plain; charset=utf-8"
        bytes = Array(text.utf8)
        shown = text
      }
    }
  }

  /// Why some part of a tree is unknown.
  private static func unknown(_ value: Value) -> String? {
    switch value {
    case .unknown(let unknown): unknown.reasons.joined(separator: "; ")
    case .list(let items): items.lazy.compactMap(unknown).first
    case .map(let map): map.entries.lazy.compactMap { unknown($0.value) }.first
    case .optional(let value): value.flatMap(unknown)
    default: nil
    }
  }
}
