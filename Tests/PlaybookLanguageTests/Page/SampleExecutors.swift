import CEL
import PlaybookLanguage

/// Executors for tests of the language: shaped like the real ones, and known to nobody else.
enum SampleExecutors {
  static let all = [redis, sql, http, shell]

  static let redis: ExecutorSchema = {
    var schema = ExecutorSchema(
      name: "redis", summary: "A Redis command.",
      fields: [.init("args", .words, "The command's words."), .init("pipeline", .wordLists, "Several commands.")],
      shortForm: .words("args"), listField: "args", outcome: ["value": .dyn])
    schema.settings = ["url", "password", "hosts"]
    return schema
  }()

  static let sql = ExecutorSchema(
    name: "sql", summary: "A SQL statement.",
    fields: [.init("statement", .literal, isRequired: true, "The statement."), .init("with", .map, "Its values.")],
    shortForm: .field("statement"), outcome: ["rows": .list(.dyn)],
    parameters: { form in
      guard let text = form.literal("statement"), let mark = text.firstRange(of: ":address") else { return [] }
      let start = text.utf8.distance(from: text.startIndex, to: mark.lowerBound)
      return [.init(name: "address", field: "statement", range: start..<start + 8)]
    })

  static let http = ExecutorSchema(
    name: "http", summary: "An HTTP request.",
    fields: [
      .init("method", .choice(["GET", "POST"]), "The method."), .init("path", .urlPath, "The path."),
      .init("json", .tree, "The body."),
    ],
    shortForm: .request, outcome: ["status": .int])

  static let shell = ExecutorSchema(
    name: "shell", summary: "A program.", fields: [.init("args", .words, "The program and its arguments.")],
    shortForm: .words("args"), listField: "args", outcome: ["lines": .list(.string)], exposedFields: ["args"])
}
