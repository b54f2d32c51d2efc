import CEL
import ExecutorKit
import PlaybookLanguage

/// A request with everything decided, its origin among it.
struct OutgoingRequest: Sendable {
  var method: String
  var origin: Origin
  var path: RequestPath
  /// The call's own headers, without those of the target.
  var headers: [(name: String, value: String)] = []
  var body: RequestBody?
  var expected: ExpectedStatus

  var url: String { origin.description + path.text }

  private static let methods: Set<String> = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
  private static let reading: Set<String> = ["GET", "HEAD", "OPTIONS"]

  /// Reads a call's fields. Throws `.invalid` where they make no sense and `.refused` where a query could do more than
  /// read, or the call goes where its target does not.
  ///
  /// - Parameter isShown: Whether it is shown only, so that it may be one that would be refused.
  init(_ call: ResolvedCall, _ target: HTTPTarget, isShown: Bool = false) throws(ExecutorError) {
    let arguments = call.arguments
    method = arguments["method"]?.stringValue?.uppercased() ?? (call.mode == .query ? "GET" : "POST")
    guard Self.methods.contains(method) else { throw Self.invalid("`\(method)` is not a method that http sends") }
    expected = try ExpectedStatus(arguments["expect"])
    (origin, path) = try Self.place(arguments, target)
    try addParameters(arguments["query"])
    headers = try Self.headers(arguments["headers"])
    body = try RequestBody(arguments)
    if call.mode == .query, !isShown { try checkReading(target) }
  }

  /// Throws `.refused` where a query may not send the request.
  func checkReading(_ target: HTTPTarget) throws(ExecutorError) {
    guard Self.reading.contains(method) || method == "POST" else {
      throw Self.refused("\(method) may change data, and a query may only read; make it an act")
    }
    let names = (headers + target.headers).map { $0.name.lowercased() }
    if let name = names.first(where: HeaderField.isOverride(header:)) {
      throw Self.refused("the header \(name) can make another request of this one, which a query may not")
    }
    if let parameter = path.parameters.first(where: { HeaderField.isOverride($0.name) }) {
      throw Self.refused(
        "the parameter \(parameter.name) can make another request of this one, which a query may not")
    }
    if method == "POST" { return try checkReadingPost(target) }
    if body != nil, let problem = ReadingPost.problem(self) {
      throw Self.refused("\(method) \(path.path) may not go out with this body: \(problem)")
    }
    guard let patterns = target.readPaths else { return }
    guard path.isWithin(patterns) else {
      throw Self.refused("\(path.path) is not within the `read_paths` of \(target.name), which queries are kept to")
    }
  }

  /// The same place asked which methods it takes, without anything by which a server could make another request of it.
  var question: OutgoingRequest {
    var question = self
    question.method = "OPTIONS"
    question.body = nil
    question.path.query = nil
    question.headers.removeAll { HeaderField.isOverride(header: $0.name) }
    return question
  }

  private func checkReadingPost(_ target: HTTPTarget) throws(ExecutorError) {
    guard path.isWithin(target.readPosts) else {
      throw Self.refused(
        "POST may change data, and \(path.path) is not within the `read_posts` of \(target.name), the POSTs that only read; "
          + "list it there, or make it an act")
    }
    if let problem = ReadingPost.problem(self) {
      throw Self.refused("POST \(path.path) is listed in `read_posts`, but \(problem)")
    }
  }

  static func invalid(_ message: String) -> ExecutorError { ExecutorError(.invalid, message) }
  static func refused(_ message: String) -> ExecutorError { ExecutorError(.refused, message + " (nothing was sent)") }

  // MARK: Where

  private static func place(
    _ arguments: MapValue, _ target: HTTPTarget
  ) throws(ExecutorError) -> (Origin, RequestPath) {
    switch (arguments["path"], arguments["url"]) {
    case (let path?, nil):
      guard let text = path.stringValue else { throw invalid("`path` is not text") }
      return (target.origin, try self.path(target.basePath + text, shown: text))
    case (nil, let url?):
      guard let text = url.stringValue else { throw invalid("`url` is not text") }
      guard let (origin, rest) = Origin.split(text) else {
        throw invalid("`url` is not a https://HOST[:PORT]/PATH without a user: \(text)")
      }
      guard origin == target.origin || (origin.matches(target.hosts) && origin.scheme == target.origin.scheme) else {
        throw refused("\(origin) is neither \(target.origin) nor among the `hosts` of \(target.name)")
      }
      return (origin, try path(rest.hasPrefix("/") ? rest : "/" + rest, shown: text))
    default: throw invalid("an http call has either a `path` or a `url`")
    }
  }

  static func path(_ text: String, shown: String) throws(ExecutorError) -> RequestPath {
    do {
      return try RequestPath(text)
    } catch {
      switch error {
      case .noSlash: throw invalid("a path starts with a slash: \(shown)")
      case .fragment: throw invalid("a `#` never reaches a server: write %23, or leave it out: \(shown)")
      case .control: throw invalid("a path holds no control characters: \(shown)")
      case .badEncoding: throw invalid("a percent sign without two digits behind it, write %25: \(shown)")
      case .dotSegment: throw refused("a path with `.` or `..` could lead elsewhere: \(shown)")
      }
    }
  }

  private mutating func addParameters(_ value: Value?) throws(ExecutorError) {
    guard let value else { return }
    guard let map = value.mapValue else { throw Self.invalid("`query` is not a map of names to values") }
    let added = try Self.pairs(map, "query")
    if !added.isEmpty { path.query = (path.query.map { $0 + "&" } ?? "") + added }
  }

  /// Names and values as a query or a form has them; the items of a list one by one under the same name.
  static func pairs(_ map: MapValue, _ field: String) throws(ExecutorError) -> String {
    var parts: [String] = []
    for (key, value) in map.entries {
      for item in value.listValue ?? [value] {
        guard let text = HeaderField.text(item) else {
          throw invalid("`\(field).\(key.rendered)` is a \(item.typeName.name), which has no one text")
        }
        parts.append(RequestPath.encoded(part: key.rendered) + "=" + RequestPath.encoded(part: text))
      }
    }
    return parts.joined(separator: "&")
  }

  private static func headers(_ value: Value?) throws(ExecutorError) -> [(name: String, value: String)] {
    guard let value else { return [] }
    guard let map = value.mapValue else { throw invalid("`headers` is not a map of names to values") }
    var headers: [(name: String, value: String)] = []
    for (key, value) in map.entries {
      let name = key.rendered
      guard HeaderField.isName(name) else { throw invalid("`\(name)` is not a name of a header") }
      if HeaderField.reserved.contains(name.lowercased()) { throw invalid("the header \(name) is not a call's to set") }
      guard let text = HeaderField.text(value) else {
        throw invalid("the header \(name) is a \(value.typeName.name), which has no one text")
      }
      guard HeaderField.isValue(text) else {
        throw invalid("the header \(name) holds a line break or control character")
      }
      headers.append((name, text))
    }
    return headers
  }
}
