package import CEL
import FoundationEssentials

/// A request as the admin API got it.
package struct APIRequest: Sendable {
  package var method: String
  /// As sent, percent-encoded, without the query.
  package var path: String
  /// As sent, without the question mark.
  package var query: String
  /// Names in lower case, in the order sent.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(
    method: String, path: String, query: String = "", headers: [(name: String, value: String)] = [], body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

  /// The parts of the path between slashes, decoded. Nil where one is not percent-encoded UTF-8.
  var pathParts: [String]? {
    var parts: [String] = []
    for part in path.split(separator: "/") {
      let decoded = URLComponents(string: "/" + part)?.path.dropFirst() ?? ""
      guard !decoded.isEmpty else { return nil }
      parts.append(String(decoded))
    }
    return parts
  }

  /// The query by name, decoded (`+` is a space); of a name that comes twice, the last.
  var queryFields: MapValue {
    let items = URLComponents(string: "?" + query.replacing("+", with: "%20"))?.queryItems ?? []
    var fields = MapValue()
    for item in items { fields[item.name] = .string(item.value ?? "") }
    return fields
  }

  /// The body: a JSON value where it is JSON by its content type or by itself, else text, null where there is none.
  var bodyValue: Value {
    guard !body.isEmpty else { return .null }
    let isForm = header("content-type")?.hasPrefix("application/x-www-form-urlencoded") ?? false
    if isForm {
      var form = self
      form.query = String(decoding: body, as: UTF8.self)
      return .map(form.queryFields)
    }
    if let value = try? Value(json: body) { return value }
    return .string(String(decoding: body, as: UTF8.self))
  }
}

/// The answer of the admin API.
package struct APIResponse: Sendable {
  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  /// The connection is held and nothing is ever sent.
  package var hangs = false

  package init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// With `value` as JSON.
  package init(status: Int, headers: [(name: String, value: String)] = [], json value: Value) {
    self.init(
      status: status, headers: [("content-type", "application/json")] + headers,
      body: value.jsonBytes() + [UInt8(ascii: "\n")])
  }

  /// `{"error": message}`.
  static func error(_ status: Int, _ message: String, headers: [(name: String, value: String)] = []) -> APIResponse {
    APIResponse(status: status, headers: headers, json: ["error": .string(message)])
  }
}
