package import PlaybookLanguage
package import SourceText
package import YAMLTree

extension APIDescription {
  private static let document = KeyTable(
    "the API", [Key("routes", .list(.object(route)), isRequired: true, "The requests that the API answers")])

  private static let route = KeyTable(
    "a route",
    [
      Key("route", .text, isRequired: true, "A method and a path: `GET /api/v1/users/{user_id}`"),
      Key("auth", .name, "The secret that must come as a bearer token"),
      Key("delay", .duration, "How long it takes before anything is done"),
      Key("fail", .object(failure), "The requests that fail"),
      Key("do", .list(.call), "Calls to the world's servers, one after the other"),
      Key("answer", .either([.object(answer), .list(.object(answer))]), "The answer"),
    ])

  private static let failure = KeyTable(
    "`fail`",
    [
      Key("every", .integer(minimum: 1), "Each so many-th request"),
      Key("after", .integer(minimum: 0), "All requests after the first so many"),
      Key("status", .integer(minimum: 400), "By default 500"), Key("hang", .boolean, "Never answer"),
    ])

  private static let statement = KeyTable(
    "a statement",
    [
      Key("as", .name, "The name of its outcome"), Key("when", .expression, "Whether it is sent"),
      Key("may_fail", .boolean, "Continue where it fails: `ok` is false then, and `error` says why"),
    ])

  private static let answer = KeyTable(
    "an answer",
    [
      Key("when", .expression, "Whether it is this one"), Key("status", .integer(minimum: 100), "By default 200"),
      Key("headers", .map(.template), "Besides the usual ones"), Key("json", .tree, "The body as JSON"),
      Key("text", .template, "The body as text"),
    ])

  /// Reads `api.yaml`. `executors` are those that a statement may use.
  package static func decode(
    _ node: YAMLNode, executors: [ExecutorSchema], _ diagnostics: inout [Diagnostic]
  ) -> APIDescription {
    var calls = CallDecoder(executors: executors, commands: []) { name throws -> SourceFile in
      throw Diagnostic(code: "wrong-file", "a statement of the API stands in `api.yaml` itself")
    }
    guard let reader = MappingReader(node, document, &diagnostics), let routes = reader.node("routes") else {
      return APIDescription(routes: [])
    }
    guard case .sequence(let items) = routes.content else {
      diagnostics.append(
        Diagnostic(code: "wrong-type", "`routes` is a list, not \(routes.kindName)", at: routes.span))
      return APIDescription(routes: [])
    }
    return APIDescription(routes: items.compactMap { route($0, &calls, &diagnostics) })
  }

  private static func route(
    _ node: YAMLNode, _ calls: inout CallDecoder, _ diagnostics: inout [Diagnostic]
  ) -> Route? {
    guard let reader = MappingReader(node, route, &diagnostics), let text = reader.text("route", &diagnostics),
      let span = reader.node("route")?.span
    else { return nil }
    let words = text.split(separator: " ")
    guard words.count == 2, words[0].allSatisfy({ $0.isUppercase && $0.isASCII }), words[1].hasPrefix("/") else {
      diagnostics.append(
        Diagnostic(code: "wrong-value", "a route is a method and a path, such as `GET /health`", at: span))
      return nil
    }
    let statements = reader.node("do").map { list($0, "`do`", &diagnostics) } ?? []
    return Route(
      method: String(words[0]), path: words[1].split(separator: "/").map { PathPart($0) },
      token: reader.text("auth", &diagnostics), delay: reader.duration("delay", &diagnostics),
      failure: reader.mapping("fail", failure, &diagnostics).map { fail in
        Failure(
          every: fail.integer("every", &diagnostics), after: fail.integer("after", &diagnostics),
          status: fail.integer("status", &diagnostics) ?? 500, hangs: fail.boolean("hang", &diagnostics) ?? false)
      },
      statements: statements.compactMap { statement($0, &calls, &diagnostics) },
      answers: reader.node("answer").map { answers($0, &diagnostics) } ?? [])
  }

  private static func statement(
    _ node: YAMLNode, _ calls: inout CallDecoder, _ diagnostics: inout [Diagnostic]
  ) -> Statement? {
    guard let reader = MappingReader(node, statement, others: calls.keys, &diagnostics) else { return nil }
    let entries = calls.keys.compactMap { reader.entry($0) }
    guard let entry = entries.first, entries.count == 1 else {
      let names = calls.keys.map { "`\($0)`" }.joined(separator: " or ")
      diagnostics.append(Diagnostic(code: "missing-key", "a statement has either \(names)", at: node.span))
      return nil
    }
    return Statement(
      name: reader.text("as", &diagnostics), when: reader.expression("when", &diagnostics),
      mayFail: reader.boolean("may_fail", &diagnostics) ?? false, call: calls.decode(entry, mode: .act, &diagnostics))
  }

  private static func answers(_ node: YAMLNode, _ diagnostics: inout [Diagnostic]) -> [Answer] {
    var nodes = [node]
    if case .sequence(let items) = node.content { nodes = items }
    return nodes.compactMap { node in
      guard let reader = MappingReader(node, answer, &diagnostics) else { return nil }
      var headers: [(String, Template)] = []
      if case .mapping(let entries) = reader.node("headers")?.content {
        headers = entries.compactMap { entry in
          entry.value.readTemplate("`\(entry.key.text)`", &diagnostics).map { (entry.key.text, $0) }
        }
      }
      return Answer(
        when: reader.expression("when", &diagnostics), status: reader.integer("status", &diagnostics) ?? 200,
        headers: headers, json: reader.node("json").flatMap { TemplateTree.parse($0, diagnostics: &diagnostics) },
        text: reader.template("text", &diagnostics))
    }
  }

  private static func list(_ node: YAMLNode, _ what: String, _ diagnostics: inout [Diagnostic]) -> [YAMLNode] {
    if case .sequence(let items) = node.content { return items }
    diagnostics.append(Diagnostic(code: "wrong-type", "\(what) is a list, not \(node.kindName)", at: node.span))
    return []
  }
}
