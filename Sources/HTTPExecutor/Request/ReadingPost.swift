import CEL
import ExecutorKit

/// A POST that the environment lists as reading, and the things that must not be in it: a method for another request, a
/// GraphQL mutation, a query whose text the server keeps.
enum ReadingPost {
  /// Keys of an operation by which a server is told to run a query that it keeps.
  private static let persisted: Set<String> = [
    "persistedquery", "persistedqueryid", "persisted_query", "persisted_query_id", "documentid", "document_id",
    "doc_id",
    "queryid", "query_id", "queryhash", "query_hash", "sha256hash",
  ]
  private static let operationKeys = [
    "id", "hash", "operationName", "operationId", "operation_id", "operationid", "extensions",
  ]

  /// Why the request may not go out; nil where it may.
  static func problem(_ request: OutgoingRequest) -> String? {
    for (name, value) in request.headers {
      switch name.lowercased() {
      case "content-encoding": return "its body is packed, so that nobody can see that it only reads"
      case "content-type":
        let type = MediaType(value)
        if let charset = type.charset?.lowercased(), !["utf-8", "utf8", "us-ascii"].contains(charset) {
          return "its body is declared as \(charset), and only UTF-8 is looked into"
        }
        if type.name.hasPrefix("multipart/") { return "its body has several parts, which are not looked into" }
      default: continue
      }
    }
    let type = request.headers.last { $0.name.lowercased() == "content-type" }.map { MediaType($0.value) }
    let found = problem(pairs: request.path.parameters) ?? request.body.flatMap { problem($0, type) }
    return found
      ?? (isGraphQL(request.path) && isWithoutQuery(request) ? "it names a query that the server keeps" : nil)
  }

  private static func isGraphQL(_ path: RequestPath) -> Bool {
    path.path.lowercased().contains("graphql")
  }

  /// Whether an operation names its query by a key, in its body or its parameters, and has no text of it.
  private static func isWithoutQuery(_ request: OutgoingRequest) -> Bool {
    let text = request.body.flatMap { String(validating: $0.bytes, as: UTF8.self) } ?? ""
    let tree = request.body?.tree ?? json(text[...])
    let form = tree == nil ? text.split { $0 == "&" || $0.isNewline }.map(RequestPath.pair) : []
    let pairs = request.path.parameters + form
    let isNamed = pairs.contains { operationKeys.contains($0.name) } && !pairs.contains { $0.name == "query" }
    guard let tree else { return isNamed }
    let hasText = (tree.listValue ?? [tree]).contains { $0["query"]?.stringValue?.isEmpty == false }
    return isWithoutQuery(tree) || (isNamed && !hasText)
  }

  private static func isWithoutQuery(_ value: Value) -> Bool {
    if let items = value.listValue { return items.contains(where: isWithoutQuery) }
    guard let map = value.mapValue, map["query"]?.stringValue?.isEmpty ?? true else { return false }
    return operationKeys.contains { map[$0] != nil }
  }

  /// - Parameter type: The `Content-Type` that the call gives the body.
  private static func problem(_ body: RequestBody, _ type: MediaType?) -> String? {
    guard !body.bytes.contains(0), let whole = String(validating: body.bytes, as: UTF8.self) else {
      return "its body is not UTF-8 text, so that nobody can see that it only reads"
    }
    let text = String(whole.drop { $0 == "\u{FEFF}" })
    if let tree = body.tree { return problem(tree, isOperation: true, depth: 0) }
    // A text may be a form, JSON, or JSON on several lines.
    let pairs = text.split { $0 == "&" || $0 == ";" || $0.isNewline }.map(RequestPath.pair)
    return problem(pairs: pairs) ?? problem(text: text, depth: 0) ?? problem(loose: text, type)
  }

  /// The readings of a server that takes more than JSON for JSON, such as NaN or a comma at the end, or that takes the
  /// first one of a doubled key.
  private static func problem(loose text: String, _ type: MediaType?) -> String? {
    if type?.isJSON == true || type?.name == "application/x-ndjson" {
      let isWhole = (try? Value(json: text.utf8)) != nil
      let parts = isWhole ? [text[...]] : text.split(whereSeparator: \.isNewline)
      for part in parts where !part.allSatisfy(\.isWhitespace) {
        guard (try? Value(json: part.utf8)) != nil else {
          return "its body is called JSON and is none, so that nobody can see that it only reads"
        }
        if let key = Value.doubledKeys(json: Array(part.utf8)).first {
          return "its body has the key `\(key)` twice, and servers differ in which one counts"
        }
      }
    }
    return isMutation(withoutEscapes(text)) ? "the word `mutation` is in it, and a mutation changes something" : nil
  }

  /// A text with the escapes `\uXXXX` of JSON undone, wherever they are.
  private static func withoutEscapes(_ text: String) -> String {
    var plain = ""
    var rest = text[...]
    while let next = rest.popFirst() {
      if next == "\\", rest.first == "u" {
        let digits = rest.dropFirst().prefix(4)
        if digits.count == 4, let scalar = UInt32(digits, radix: 16).flatMap({ Unicode.Scalar($0) }) {
          plain.unicodeScalars.append(scalar)
          rest = rest.dropFirst(5)
          continue
        }
      }
      plain.append(next)
    }
    return plain
  }

  /// The fields of a query or a form.
  private static func problem(pairs: [(name: String, value: String)]) -> String? {
    for (name, value) in pairs {
      let found =
        overriding(name) ?? keeping(name) ?? problem(text: name, depth: 0) ?? problem(text: value, depth: 0)
      if let found { return found }
    }
    return nil
  }

  /// - Parameter isOperation: Whether it may be a GraphQL operation, or a list of them.
  private static func problem(_ value: Value, isOperation: Bool, depth: Int) -> String? {
    if depth > 100 { return "its body is nested too deeply" }
    switch value {
    case .string(let text): return problem(text: text, depth: depth)
    case .bytes: return "its body holds bytes, which are not looked into"
    case .list(let items):
      return items.lazy.compactMap { problem($0, isOperation: isOperation, depth: depth + 1) }.first
    case .map(let map):
      let query = map["query"]
      let isEmpty = query == .null || query?.stringValue?.isEmpty == true
      if isOperation, isEmpty || query == nil && (map["variables"] != nil || map["operationName"] != nil),
        operationKeys.contains(where: { map[$0] != nil })
      {
        return "it names a query that the server keeps"
      }
      for entry in map.entries {
        let key = entry.key.rendered
        let isExtension = isOperation && key == "extensions"
        let found =
          overriding(key) ?? (isOperation ? keeping(key) : nil) ?? problem(text: key, depth: depth)
          ?? problem(entry.value, isOperation: isExtension, depth: depth + 1)
        if let found { return found }
      }
      return nil
    case .optional(let value?): return problem(value, isOperation: isOperation, depth: depth + 1)
    default: return nil
    }
  }

  private static func overriding(_ key: String) -> String? {
    HeaderField.isOverride(key) ? "`\(key)` can make another request of it" : nil
  }

  private static func keeping(_ key: String) -> String? {
    persisted.contains(key.lowercased()) ? "`\(key)` names a query that the server keeps" : nil
  }

  /// A text that is itself JSON, whole or line by line, is looked into as such.
  private static func problem(text: String, depth: Int) -> String? {
    if isMutation(text) { return "the word `mutation` is in it, and a mutation changes something" }
    let whole = json(text[...])
    if whole != nil, !Value.doubledKeys(json: Array(text.utf8)).isEmpty {
      return "a key is there twice in one object, and servers read that in different ways"
    }
    let values = whole.map { [$0] } ?? text.split(whereSeparator: \.isNewline).compactMap(json)
    if !values.isEmpty, depth >= 20 { return "its body is nested too deeply" }
    return values.lazy.compactMap { problem($0, isOperation: true, depth: depth + 1) }.first
  }

  private static func isMutation(_ text: String) -> Bool {
    text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }.contains("mutation")
  }

  private static func json(_ text: Substring) -> Value? {
    guard let first = text.first(where: { !$0.isWhitespace }), "{[\"".contains(first) else { return nil }
    return try? Value(json: text.utf8)
  }
}
