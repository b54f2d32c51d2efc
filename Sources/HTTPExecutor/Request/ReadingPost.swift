import CEL
import PlaybookEngine

/// A POST that the environment lists as reading, and what must not be in it: a method for another request, a GraphQL
/// mutation, a query whose text the server keeps.
enum ReadingPost {
  /// Keys of an operation by which a server is told to run a query that it keeps.
  private static let persisted: Set<String> = [
    "persistedquery", "persistedqueryid", "persisted_query", "persisted_query_id", "documentid", "document_id",
    "doc_id",
    "queryid", "query_id", "queryhash", "query_hash", "sha256hash",
  ]
  private static let operationKeys = ["id", "hash", "operationName", "extensions"]

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
    return problem(pairs: request.path.parameters) ?? request.body.flatMap(problem)
  }

  private static func problem(_ body: RequestBody) -> String? {
    guard !body.bytes.contains(0), let text = String(validating: body.bytes, as: UTF8.self) else {
      return "its body is no UTF-8 text, so that nobody can see that it only reads"
    }
    if let tree = body.tree { return problem(tree, isOperation: true, depth: 0) }
    // A text may be a form, JSON, or JSON on several lines.
    let pairs = text.split { $0 == "&" || $0 == ";" || $0.isNewline }.map(RequestPath.pair)
    return problem(pairs: pairs) ?? problem(text: text, depth: 0)
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
      if isOperation, map["query"] == nil, map["variables"] != nil || map["operationName"] != nil,
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
    let name = key.lowercased().filter { $0 != " " }
    guard HeaderField.methodOverrides.contains(name) || HeaderField.pathOverrides.contains(name) else { return nil }
    return "`\(key)` can make another request of it"
  }

  private static func keeping(_ key: String) -> String? {
    persisted.contains(key.lowercased()) ? "`\(key)` names a query that the server keeps" : nil
  }

  /// A text that is itself JSON, whole or line by line, is looked into as such.
  private static func problem(text: String, depth: Int) -> String? {
    let words = text.lowercased().split { !($0.isLetter || $0.isNumber || $0 == "_") }
    if words.contains("mutation") { return "the word `mutation` is in it, and a mutation changes something" }
    let whole = json(text[...])
    if whole == nil, words.contains(where: { $0.hasPrefix("u00") }), text.contains("\\u00") {
      return "it has escapes (`\\u00…`) in a text that is not one JSON text, so that it can't be looked into"
    }
    if whole != nil, !Value.doubledKeys(json: Array(text.utf8)).isEmpty {
      return "a key is there twice in one object, and servers read that in different ways"
    }
    let values = whole.map { [$0] } ?? text.split(whereSeparator: \.isNewline).compactMap(json)
    if !values.isEmpty, depth >= 20 { return "its body is nested too deeply" }
    return values.lazy.compactMap { problem($0, isOperation: true, depth: depth + 1) }.first
  }

  private static func json(_ text: Substring) -> Value? {
    guard let first = text.first(where: { !$0.isWhitespace }), "{[\"".contains(first) else { return nil }
    return try? Value(json: text.utf8)
  }
}
