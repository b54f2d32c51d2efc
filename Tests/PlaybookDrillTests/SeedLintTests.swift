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
}
