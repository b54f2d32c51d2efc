import ExecutorKit
import PlaybookLanguage
import SQLExecutor
import SourceText
import Testing

/// Lint of a statement that was copied out of a session of psql.
@Suite struct PastedPromptTests {
  private func findings(_ statement: String) -> [CallProblem] {
    let span = SourceSpan(file: SourceFile(path: "s", text: ""), range: 0..<0)
    return SQLExecutor().schema.validate(
      CallForm(fields: ["statement": .template(Template([.text(statement)], at: span))]), .query)
  }

  @Test(arguments: [
    "app=# SELECT 1", "app=> SELECT 1", "app-# SELECT 1", "my_db=*# SELECT 1", "app=!# SELECT 1", "\n  app=# SELECT 1;",
    "db.internal/app=# SELECT 1", "[local]:5432/app=> SELECT 1",
  ])
  func `psql's prompt before a statement is named`(_ statement: String) {
    let found = findings(statement)
    #expect(found.contains { $0.message.contains("is psql's prompt") && $0.help == "leave it out" }, "\(found)")
  }

  @Test(arguments: ["SELECT 1", "SELECT 1 # 2", "SELECT '{\"a\":1}'::jsonb #> '{a}'", "SELECT f(a => 1)", "VALUES (1)"])
  func `a statement without one is left alone`(_ statement: String) {
    #expect(!findings(statement).contains { $0.message.contains("prompt") })
  }

  @Test func `the list of databases has a way out`() {
    #expect(findings("\\l").contains { $0.help?.contains("SELECT datname FROM pg_database") == true })
    #expect(findings("\\l+").contains { $0.help?.contains("pg_database") == true })
  }
}
