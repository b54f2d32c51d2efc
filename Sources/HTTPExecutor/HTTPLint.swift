import CEL
import ExecutorKit
import PlaybookLanguage
import SourceText

/// The problems of a call that can be told without a server.
enum HTTPLint {
  @Sendable
  static func problems(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    place(form) + method(form, mode) + headers(form, mode) + exclusive(form) + expect(form) + page(form, mode)
  }

  private static func place(_ form: CallForm) -> [CallProblem] {
    switch (form.fields["path"], form.fields["url"]) {
    case (nil, nil):
      return [CallProblem(path: [], code: "missing-field", message: "an http call has a `path` or a `url`")]
    case (.some, .some):
      return [CallProblem(path: ["url"], code: "conflicting-fields", message: "`url` and `path` exclude each other")]
    case (.some(let path), nil):
      guard case .template(let template) = path, case .text(let start) = template.pieces.first else { return [] }
      if !start.hasPrefix("/") {
        // `https://api.example/v1`, `api.example/v1`, `localhost:8080/v1`.
        let hasHost = start.prefix { $0 != "/" }.contains { ".:".contains($0) }
        return [
          CallProblem(
            path: ["path"], code: "bad-path", message: "a path starts with a slash",
            help: hasHost
              ? "a whole URL goes into `url`: `{method: …, url: …}`; the target's own `url` is put before a path" : nil)
        ]
      }
      guard let literal = template.literal else { return [] }
      do {
        _ = try OutgoingRequest.path(literal, shown: literal)
        return []
      } catch {
        return [CallProblem(path: ["path"], code: "bad-path", message: error.message)]
      }
    case (nil, .some(let url)):
      guard case .template(let template) = url, template.literal == nil, template.soleExpression == nil else {
        return []
      }
      return [
        CallProblem(
          path: ["url"], code: "url-template", message: "a value within a `url` would not be encoded",
          help: "use `path` and `query`, or give the whole url as one value")
      ]
    }
  }

  private static func method(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    guard mode == .query, let method = form.literal("method")?.uppercased(),
      ["POST", "PUT", "PATCH", "DELETE"].contains(method)
    else { return [] }
    if method == "POST" {
      return [
        CallProblem(
          path: ["method"], code: "query-post",
          message: "a query sends POST only where the target's `read_posts` lists it",
          help: "list the path there if it only reads, or make it an act", severity: .note)
      ]
    }
    return [
      CallProblem(
        path: ["method"], code: "query-writes", message: "\(method) may change data, and a query may only read",
        help: "make it an act")
    ]
  }

  private static func headers(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    guard case .map(let entries, _) = form.fields["headers"] else { return [] }
    return entries.compactMap { entry in
      let name = entry.key.lowercased()
      let path = ["headers", entry.key]
      if !HeaderField.isName(entry.key) {
        return CallProblem(path: path, code: "bad-header", message: "`\(entry.key)` is not a name of a header")
      }
      if HeaderField.reserved.contains(name) {
        return CallProblem(path: path, code: "bad-header", message: "the header \(entry.key) is not a call's to set")
      }
      guard mode == .query, HeaderField.isOverride(header: name) else { return nil }
      let message = "the header \(entry.key) can make another request of this one, which a query may not"
      return CallProblem(path: path, code: "query-writes", message: message, help: "make it an act")
    }
  }

  private static func exclusive(_ form: CallForm) -> [CallProblem] {
    let given = ["json", "form", "body"].filter { form.fields[$0] != nil }
    return given.dropFirst().map { field in
      let message = "`\(field)` and `\(given[0])` exclude each other"
      return CallProblem(path: [field], code: "conflicting-fields", message: message)
    }
  }

  private static func expect(_ form: CallForm) -> [CallProblem] {
    guard let expect = form.fields["expect"] else { return [] }
    let items: [(path: [String], tree: TemplateTree)]
    if case .list(let list, _) = expect {
      items = list.enumerated().map { (["expect", String($0.offset)], $0.element) }
    } else {
      items = [(["expect"], expect)]
    }
    return items.compactMap { path, tree in
      let value: Value? =
        switch tree {
        case .value(let value, _): value
        case .template(let template): template.literal.map(Value.string)
        case .list, .map: .null
        }
      guard let value, ExpectedStatus.range(value) == nil else { return nil }
      return CallProblem(
        path: path, code: "bad-status",
        message: "`expect` is a status such as 204, a class such as 2xx, or a list of those")
    }
  }

  private static func page(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    guard let page = form.fields["page"] else { return [] }
    if mode == .act {
      return [
        CallProblem(
          path: ["page"], code: "bad-page", message: "a change is sent once: `page` is for queries",
          help: "read the pages in a query before it")
      ]
    }
    guard case .map(let entries, _) = page else {
      return [
        CallProblem(path: ["page"], code: "bad-page", message: "`page` is a map, such as `{next: link, limit: 10}`")
      ]
    }
    // The part known before the run; the rest is a value that fits.
    var known = MapValue()
    for entry in entries {
      switch entry.value {
      case .value(let value, _): known[entry.key] = value
      case .template(let template):
        known[entry.key] = template.literal.map(Value.string) ?? (entry.key == "limit" ? 1 : "link")
      case .list, .map: known[entry.key] = .null
      }
    }
    do {
      _ = try PageRule(.map(known))
      return []
    } catch {
      return [CallProblem(path: ["page"] + error.path, code: "bad-page", message: error.message, help: error.help)]
    }
  }
}
