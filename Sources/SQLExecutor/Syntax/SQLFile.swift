package import PlaybookLanguage

/// A file of statements that psql runs.
package enum SQLFile {
  /// What PostgreSQL's grammar can't read in it. Nil as well of a file that holds what psql itself reads: a command, a
  /// variable, rows of COPY; and of one that is too long to be parsed.
  package static func problem(in text: String) -> CallProblem? {
    let isForPsql = text.split(whereSeparator: \.isNewline).contains { line in
      line.drop(while: \.isWhitespace).hasPrefix("\\") || line.contains(":'") || line.contains(":\"")
        || line.lowercased().contains("from stdin")
    }
    guard !isForPsql, text.utf8.count <= SyntaxTree.longest else { return nil }
    do throws(SQLProblem) {
      _ = try SyntaxTree(text)
      return nil
    } catch {
      return error.callProblem
    }
  }
}
