import CEL
import NIOHTTP1
import PlaybookEngine

/// An answer as an outcome's fields.
enum HTTPOutcome {
  /// `status`, `headers` (names lower-case, repeated ones joined by commas), `body`, `text`, `date`. A body that claims to
  /// be JSON and is none stays text here; `problem` says so.
  static func fields(_ answer: HTTPExchange.Answer) -> MapValue {
    var headers = MapValue()
    for (name, value) in answer.headers {
      let name = name.lowercased()
      headers[name] = .string((headers[name]?.stringValue.map { $0 + ", " } ?? "") + value)
    }
    let text = String(decoding: answer.body, as: UTF8.self)
    return MapValue([
      ("status", .int(Int64(answer.status))), ("headers", .map(headers)), ("body", body(answer, text)),
      ("text", .string(text)), ("date", answer.headers.first(name: "date").flatMap(date).map(Value.timestamp) ?? .null),
    ])
  }

  /// What is wrong with an answer whose status is fine.
  static func problem(_ answer: HTTPExchange.Answer) -> String? {
    let encoding = answer.headers.first(name: "content-encoding")?.lowercased() ?? "identity"
    if encoding != "identity" { return "its body is packed with \(encoding), which was not asked for" }
    guard isJSON(answer), !answer.body.isEmpty, !answer.isTruncated else { return nil }
    do {
      _ = try Value(json: answer.body)
      return nil
    } catch {
      return "it calls its body JSON, but \(error)"
    }
  }

  private static func body(_ answer: HTTPExchange.Answer, _ text: String) -> Value {
    if answer.body.isEmpty { return .null }
    if isJSON(answer), !answer.isTruncated, let value = try? Value(json: answer.body) { return value }
    return String(validating: answer.body, as: UTF8.self).map(Value.string) ?? .bytes(answer.body)
  }

  /// `application/json` and whatever ends in `+json` (RFC 6839).
  private static func isJSON(_ answer: HTTPExchange.Answer) -> Bool {
    let type = (answer.headers.first(name: "content-type") ?? "").lowercased().prefix { $0 != ";" && $0 != " " }
    return type == "application/json" || type == "text/json" || type.hasSuffix("+json")
  }

  /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7); nil for the obsolete forms.
  static func date(_ text: String) -> Timestamp? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let parts = text.split(separator: " ")
    guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
      let month = months.firstIndex(of: String(parts[2]))
    else { return nil }
    let number = month + 1
    return Timestamp(rfc3339: "\(parts[3])-\(number < 10 ? "0" : "")\(number)-\(parts[1])T\(parts[4])Z")
  }
}
