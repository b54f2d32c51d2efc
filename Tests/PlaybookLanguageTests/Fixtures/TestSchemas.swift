import CEL
import PlaybookLanguage

/// Executors that look like the real ones, so that the language can be tested without them.
enum TestSchemas {
  static let all = [redis, sql, http, shell, manual, value]

  static let redis = ExecutorSchema(
    name: "redis", summary: "a command",
    fields: [
      .init("args", .words, "the command"), .init("scan", .text, "a pattern"), .init("limit", .integer, "how many"),
      .init("ttl", .boolean, "with times"), .init("pipeline", .wordLists, "several"),
      .init("type", .choice(["string", "hash"]), "the type"),
    ],
    shortForm: .words("args"), listField: "args",
    outcome: [
      "value": .dyn, "fields": .map(key: .string, value: .dyn), "keys": .list(.string), "count": .int,
    ])

  static let sql = ExecutorSchema(
    name: "sql", summary: "a statement",
    fields: [
      .init("statement", .literal, isRequired: true, "the statement"), .init("with", .map, "the values"),
      .init("rows", .integer, "the most rows"),
    ],
    shortForm: .field("statement"),
    outcome: [
      "rows": .list(.map(key: .string, value: .dyn)), "columns": .list(.string), "count": .int, "affected": .int,
    ],
    parameters: { form in parameters(form.literal("statement") ?? "") },
    validate: { form, mode in
      let statement = form.literal("statement") ?? ""
      guard mode == .query, let range = statement.utf8Range(of: "DELETE") else { return [] }
      return [
        CallProblem(
          path: ["statement"], range: range, code: "query-writes", message: "a query only reads", help: "use an act")
      ]
    })

  static let http = ExecutorSchema(
    name: "http", summary: "a request",
    fields: [
      .init("method", .choice(["GET", "POST", "PUT", "DELETE"]), isRequired: true, "the method"),
      .init("path", .urlPath, "the path"), .init("headers", .texts, "headers"), .init("query", .texts, "the query"),
      .init("json", .tree, "the body"),
    ],
    shortForm: .request,
    outcome: ["status": .int, "headers": .map(key: .string, value: .string), "body": .dyn, "text": .string])

  static let shell = ExecutorSchema(
    name: "shell", summary: "a program",
    fields: [
      .init("args", .words, "the program"), .init("script", .literal, "a script"),
      .init("env", .texts, "the environment"),
      .init("stdin", .text, "standard input"),
    ],
    shortForm: .words("args"), listField: "args",
    outcome: ["exit": .int, "stdout": .string, "stderr": .string, "lines": .list(.string), "json": .dyn],
    exposedFields: ["args"])

  static let manual = ExecutorSchema(
    name: "manual", summary: "a person",
    fields: [
      .init("text", .text, isRequired: true, "what to do"), .init("evidence", .choice(["required"]), "evidence"),
    ],
    shortForm: .field("text"), outcome: ["answer": .dyn, "evidence": .string], usesTarget: false, isPrompted: true)

  static let value = ExecutorSchema(
    name: "value", summary: "a computed value", fields: [.init("value", .tree, isRequired: true, "the value")],
    shortForm: .field("value"), outcome: ["value": .dyn], usesTarget: false)

  /// `:name`, but not `::type`; good enough for tests.
  private static func parameters(_ statement: String) -> [ExecutorSchema.Parameter] {
    let bytes = Array(statement.utf8)
    let isName = { (byte: UInt8) in (97...122).contains(byte) || byte == 95 || (48...57).contains(byte) }
    var found: [ExecutorSchema.Parameter] = []
    var index = 0
    while index < bytes.count {
      var end = index + 1
      while bytes[index] == 58, end < bytes.count, isName(bytes[end]) { end += 1 }
      let isCast = bytes[index] == 58 && (index > 0 && bytes[index - 1] == 58)
      if end > index + 1, !isCast {
        let name = String(decoding: bytes[index + 1..<end], as: UTF8.self)
        found.append(.init(name: name, field: "statement", range: index..<end))
      }
      index = end
    }
    return found
  }
}

extension String {
  fileprivate func utf8Range(of word: String) -> Range<Int>? {
    let bytes = Array(utf8)
    let wanted = Array(word.utf8)
    let start = bytes.indices.first { bytes[$0...].starts(with: wanted) }
    return start.map { $0..<$0 + wanted.count }
  }
}
