import CEL
import ExecutorKit
import PlaybookLanguage

/// A resolved call that has been checked as far as it can be without its target.
struct SQLRequest: Sendable {
  let template: StatementTemplate
  let rules: StatementRules
  let values: [BoundValue]
  let mode: CallMode
  private let maximumRows: Int
  private let maximumBytes: Int

  var sql: String { rules.rendered.sql }
  var collector: RowCollector { RowCollector(rows: maximumRows, bytes: maximumBytes) }

  init(_ call: ResolvedCall, limits: CallContext.Limits) throws(ExecutorError) {
    guard let statement = call.arguments["statement"]?.stringValue else {
      throw ExecutorError(.invalid, "the call has no `statement`")
    }
    let given = call.arguments["with"]?.mapValue ?? MapValue()
    do throws(SQLProblem) {
      template = try StatementTemplate(statement)
      rules = try StatementRules(
        try RenderedStatement(template, identifiers: try Self.identifiers(template, given)), mode: call.mode)
    } catch {
      throw ExecutorError(error.code == "query-writes" ? .refused : .invalid, error.message)
    }
    values = try Self.values(rules, given)
    maximumRows = try Self.rows(call.arguments["rows"]) ?? limits.rows
    maximumBytes = limits.bytes
    mode = call.mode
  }

  private static func identifiers(
    _ template: StatementTemplate, _ given: MapValue
  ) throws(SQLProblem) -> [String: String] {
    var identifiers: [String: String] = [:]
    for placeholder in template.placeholders where placeholder.isIdentifier {
      guard let value = given[placeholder.name]?.stringValue else {
        throw SQLProblem("sql-parameter", "`:\"\(placeholder.name)\"` has no text to take as an identifier")
      }
      identifiers[placeholder.name] = value
    }
    return identifiers
  }

  private static func values(_ rules: StatementRules, _ given: MapValue) throws(ExecutorError) -> [BoundValue] {
    let json = rules.jsonParameters
    var values: [BoundValue] = []
    for (position, name) in rules.rendered.parameters.enumerated() {
      guard let value = given[name] else { throw ExecutorError(.invalid, "there is no value for `:\(name)`") }
      do throws(BoundValue.Problem) {
        values.append(try BoundValue(value, isJSON: json.contains(position + 1)))
      } catch {
        throw ExecutorError(.invalid, "the value of `:\(name)` \(error.message)")
      }
    }
    return values
  }

  private static func rows(_ value: Value?) throws(ExecutorError) -> Int? {
    switch value {
    case nil, .null: return nil
    case .some(let value):
      guard let rows = value.intValue, rows > 0, rows <= 1_000_000 else {
        throw ExecutorError(.invalid, "`rows` is a number from 1 to 1000000")
      }
      return Int(rows)
    }
  }

  /// `message` with the parameters' values replaced by their names.
  func hidingValues(in message: String) -> String {
    var message = message
    for (name, value) in zip(rules.rendered.parameters, values) {
      guard let bytes = value.text, bytes.count > 1, let text = String(validating: bytes, as: UTF8.self) else {
        continue
      }
      message.replace(text, with: ":\(name)")
    }
    return message
  }

  /// The outcome's fields: `rows` (maps in the order of the columns), `columns`, `count` (of the rows kept), `affected`
  /// (the count in an act's tag, null where it has none; 0 of a query), `tag`, `notices`.
  ///
  /// - Parameter tag: the command tag: `SELECT 3`, `UPDATE 2`, `INSERT 0 1`, `VACUUM`.
  func outcome(_ rows: RowCollector, tag: String, notices: [String], source: String) -> CallOutcome {
    let maps = rows.maps
    let counted = tag.split(separator: " ").last.flatMap { Int64($0) }.map(Value.int)
    let affected = mode == .act ? counted ?? .null : .int(0)
    let fields = MapValue([
      ("rows", .list(maps.map(Value.map))), ("columns", .list(rows.columns.map { .string($0.name) })),
      ("count", .int(Int64(maps.count))), ("affected", affected), ("tag", .string(tag)),
      ("notices", .list(notices.map(Value.string))),
    ])
    return CallOutcome(fields: fields, isTruncated: rows.isTruncated, source: source)
  }
}
