import PlaybookLanguage

/// Something wrong with a statement, with its place in the statement's text.
struct SQLProblem: Error, Hashable {
  /// `sql-syntax`, `sql-psql`, `sql-character`, `query-writes`, `act-session`, `sql-parameter`.
  var code: String
  /// One sentence without a full stop. It holds no value of a parameter.
  var message: String
  /// UTF-8 offsets within the statement as the author wrote it.
  var range: Range<Int>?
  var help: String?

  init(_ code: String, _ message: String, at range: Range<Int>? = nil, help: String? = nil) {
    self.code = code
    self.message = message
    self.range = range
    self.help = help
  }

  static func syntax(_ message: String, at range: Range<Int>? = nil, help: String? = nil) -> SQLProblem {
    SQLProblem("sql-syntax", message, at: range, help: help)
  }

  /// The problem as the language takes it, at the field `statement`.
  var callProblem: CallProblem {
    CallProblem(path: ["statement"], range: range, code: code, message: message, help: help)
  }
}
