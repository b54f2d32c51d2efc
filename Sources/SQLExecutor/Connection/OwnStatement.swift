import CEL
import ExecutorKit

/// A statement of our own around the author's.
struct OwnStatement: Sendable {
  let name: String
  let sql: String
  /// Whether nothing runs without it. Else it is a courtesy: where the platform or the role lacks something that it
  /// needs, it is left out from then on.
  let isRequired: Bool

  init(_ name: String, _ sql: String, isRequired: Bool = false) {
    self.name = name
    self.sql = sql
    self.isRequired = isRequired
  }

  // Names that somebody asks for.
  static let strings = "strings"
  static let timeout = "statement_timeout"
  static let zone = "timezone"
  static let begin = "begin"
  static let rollback = "rollback"
}

extension PostgresConnection {
  /// The first row of each statement that gave one, by the statement's name.
  typealias Answers = [String: MapValue]

  /// Runs our own statements in one round trip. Where a courtesy fails nothing of the author's is lost: the transaction
  /// is ended, and all is sent again without it.
  ///
  /// - Parameter statements: With the BEGIN, if any; an open transaction is rolled back first.
  func run(_ statements: [OwnStatement], _ call: CallParameters) throws(SessionFailure) -> Answers {
    while true {
      let rollback = session.isIdle ? [] : [OwnStatement(OwnStatement.rollback, "ROLLBACK", isRequired: true)]
      let left = rollback + statements.filter { !lacks.contains($0.name) }
      var results: [RowCollector] = []
      do throws(SessionFailure) {
        try session.run(batch: left.map(\.sql).joined(separator: "; "), into: &results, call.ownWatch())
        var answers: Answers = [:]
        for (statement, rows) in zip(left, results) { answers[statement.name] = rows.maps.first }
        return answers
      } catch .server(let error) {
        let culprit = results.count < left.count ? left[results.count] : nil
        guard let culprit, !culprit.isRequired, error.isLack else { throw .own(culprit.map(Self.need) ?? "", error) }
        lacks.insert(culprit.name)
      }
    }
  }

  private static func need(_ statement: OwnStatement) -> String {
    switch statement.name {
    case OwnStatement.zone: "the target's `timezone`"
    case OwnStatement.begin: "the transaction around the statement"
    default: "a statement of playbook's own (`\(statement.sql.prefix(60))`)"
    }
  }
}

extension ServerError {
  /// Whether it says that something is missing, forbidden or not supported; not that the server is busy or going down.
  var isLack: Bool { !["", "08", "40", "53", "57"].contains(category) && sqlstate != "25P03" && sqlstate != "25P04" }
}
