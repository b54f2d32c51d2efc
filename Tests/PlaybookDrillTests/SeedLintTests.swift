import SourceText
import Testing

@testable import PlaybookDrill

struct SeedLintTests {
  @Test func `a command that redis-cli can't read is found by its line`() {
    let text = """
      # It's a remark with a "quotation mark
      SET a "b c"
      SET a 'it\\'s' "\\"x"

        HSET h f ""
      SET a "open
      SET a "b"c
      SET a 'open
      SET a "b\\"
      """
    let found = SeedLint.problems(ofCommands: SourceFile(path: "redis.txt", bytes: Array(text.utf8)))
    #expect(found.compactMap { $0.span?.start.line } == [6, 7, 8, 9])
    #expect(found.allSatisfy { $0.severity == .error })
  }

  @Test func `a statement that PostgreSQL can't read is found by its line`() {
    func lines(_ text: String) -> [Int] {
      SeedLint.problems(ofStatements: SourceFile(path: "world.sql", bytes: Array(text.utf8))).compactMap {
        $0.span?.start.line
      }
    }
    #expect(lines("CREATE TABLE a (id int);\n\nINSERT INTO a VALUE (1);\n") == [3])
    #expect(lines("CREATE TABLE a (id int);\n-- it's\nINSERT INTO a SELECT 1::int;\n") == [])
    #expect(lines("\\set x 1\nSELECT :x;\n") == [] && lines("COPY a FROM stdin;\n1\n\\.\n") == [])
  }
}
