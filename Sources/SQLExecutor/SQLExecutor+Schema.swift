public import PlaybookLanguage
import CEL

extension SQLExecutor {
  /// `sql: SELECT …`, or `{statement or file, with, rows}`. The language reads `file` into `statement`.
  public var schema: ExecutorSchema { Self.calls }

  private static let calls = ExecutorSchema(
    name: "sql", summary: "One statement on a PostgreSQL server; `:name` binds a value, `:\"name\"` an identifier.",
    fields: [
      .init("statement", .literal, "One SQL statement."),
      .init("file", .literal, "A file beside the playbook that holds the statement."),
      .init("with", .map, "The values of `:name`; a name that is missing here is an input's."),
      .init("rows", .integer, "How many rows are kept at most; more make the outcome truncated."),
    ],
    shortForm: .field("statement"),
    outcome: [
      "rows": .list(.map(key: .string, value: .dyn)), "columns": .list(.string), "count": .int, "affected": .int,
      "tag": .string, "notices": .list(.string),
    ],
    settings: ConnectionSettings.settings, textSettings: ["user", "password"],
    parameters: { form in parameters(form) }, validate: { form, mode in problems(form, mode) })

  private static func parameters(_ form: CallForm) -> [ExecutorSchema.Parameter] {
    guard let statement = form.literal("statement"), let template = try? StatementTemplate(statement) else { return [] }
    return template.names.map { ExecutorSchema.Parameter(name: $0.name, field: "statement", range: $0.range) }
  }

  /// `sql-syntax`, `sql-psql`, `sql-character`, `sql-parameter`, `query-writes`, `act-session`, `unused-parameter`,
  /// `sql-rows`.
  private static func problems(_ form: CallForm, _ mode: CallMode) -> [CallProblem] {
    guard let statement = form.literal("statement") else {
      if form.fields["statement"] != nil || form.fields["file"] != nil { return [] }
      return [CallProblem(path: [], code: "sql-statement", message: "there is no `statement` and no `file`")]
    }
    var problems = StatementTemplate.pasted(statement).map(\.callProblem)
    if !problems.isEmpty { return problems }
    do throws(SQLProblem) {
      let template = try StatementTemplate(statement)
      problems += unused(form, template)
      _ = try StatementRules(try RenderedStatement(template), mode: mode)
    } catch {
      problems.append(error.callProblem)
    }
    if case .value(let rows, _) = form.fields["rows"], !(1...1_000_000).contains(rows.intValue ?? 0) {
      problems.append(CallProblem(path: ["rows"], code: "sql-rows", message: "`rows` is a number from 1 to 1000000"))
    }
    return problems
  }

  private static func unused(_ form: CallForm, _ template: StatementTemplate) -> [CallProblem] {
    guard case .map(let entries, _) = form.fields["with"] else { return [] }
    let names = Set(template.placeholders.map(\.name))
    return entries.filter { !names.contains($0.key) }.map { entry in
      CallProblem(
        path: ["with", entry.key], code: "unused-parameter", message: "the statement has no `:\(entry.key)`")
    }
  }
}
