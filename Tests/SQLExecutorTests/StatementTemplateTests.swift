import CEL
import ExecutorKit
import PlaybookLanguage
import SourceText
import Testing

@testable import SQLExecutor

@Suite struct StatementTemplateTests {
  @Test(
    arguments: [
      ("SELECT :a", ["a"], "SELECT  $1 "), ("SELECT :a::int, :b, :a", ["a", "b"], "SELECT  $1 ::int,  $2 ,  $1 "),
      ("SELECT ':a', \":b\", E'\\':c', $$:d$$, $x$:e$x$ -- :f\n/* :g /* :h */ */, :i", ["i"], nil),
      ("SELECT x::text, y :: int, '1'::int[]", [], nil), ("SELECT a[1:2], a[:2], a[1:], a[lo:hi], a[f(x):n]", [], nil),
      ("SELECT a[:i], a[1 + :i], ARRAY[:b, :c], a[(:d):e]", ["i", "b", "c", "d"], nil),
      ("SELECT a[:lo : :hi]", ["lo", "hi"], nil), ("SELECT f(x := :v, y => :w)", ["v", "w"], nil),
      ("SELECT :limit, :user, :end LIMIT :limit", ["limit", "user", "end"], nil), ("SELECT x:a", ["a"], "SELECT x $1 "),
      ("SELECT 1:a, :a1, :_b", ["a", "a1", "_b"], nil), ("SELECT 'ä' || :ö", nil, nil), ("SELECT : a, :", [], nil),
      ("SELECT * FROM :\"t\" WHERE :\"t\".x = :t", ["t"], "SELECT * FROM  \"t\"  WHERE  \"t\" .x =  $1 "),
      ("SELECT U&'\\0041:a', B'1', x'f', N':b'", [], nil), ("SELECT '{\"a\": 1}'::jsonb -> :k ? :q", ["k", "q"], nil),
    ] as [(String, [String]?, String?)])
  func `names are told from casts, slices, strings and comments`(
    _ source: String, _ names: [String]?, _ sql: String?
  ) throws {
    let template = try? StatementTemplate(source)
    #expect(template?.names.map(\.name) == names)
    for placeholder in template?.placeholders ?? [] {
      #expect(source.slice(placeholder.range).hasPrefix(":"))
    }
    if let sql, let template { #expect(try RenderedStatement(template).sql == sql) }
  }

  @Test func `a name used twice is one parameter`() throws {
    let rendered = try RenderedStatement(StatementTemplate("SELECT :b, :a, :b"))
    #expect(rendered.parameters == ["b", "a"])
  }

  @Test(arguments: [
    ("a", "\"a\""), ("A b", "\"A b\""), ("a\"b", "\"a\"\"b\""), ("\"", "\"\"\"\""),
    ("x\"\u{301}; DROP", "\"x\"\"\u{301}; DROP\""),
    ("ä", "\"ä\""), ("a.b", "\"a.b\""),
  ])
  func `an identifier is quoted whole`(_ name: String, _ quoted: String) throws {
    let rendered = try RenderedStatement(StatementTemplate("TABLE :\"t\""), identifiers: ["t": name])
    #expect(Array(rendered.sql.utf8) == Array("TABLE  \(quoted) ".utf8))
  }

  @Test(arguments: ["", "a\u{0}b", String(repeating: "x", count: 64), String(repeating: "ä", count: 32)])
  func `an identifier that the server would change is refused`(_ name: String) throws {
    let template = try StatementTemplate("TABLE :\"t\"")
    #expect(throws: SQLProblem.self) { try RenderedStatement(template, identifiers: ["t": name]) }
  }

  @Test(
    arguments: [
      ("SELEC 1", .query, "sql-syntax", "SELEC"), ("SELECT 'ä', FROM t", .query, "sql-syntax", "FROM"),
      ("SELECT :a +", .query, "sql-syntax", ""), ("SELECT ä :x 'y' 1", .query, "sql-syntax", nil),
      ("SELECT 'abc", .query, "sql-syntax", "'abc"), ("", .query, "sql-syntax", nil),
      ("-- nothing", .query, "sql-syntax", nil),
      ("SELECT 1; SELECT 2", .query, "sql-syntax", nil), ("SELECT $1", .query, "sql-parameter", "$1"),
      ("SELECT :'a'", .query, "sql-parameter", ":'a'"), ("SELECT :\"a b\"", .query, "sql-parameter", ":\"a b\""),
      ("UPDATE t SET x = :y", .query, "query-writes", "UPDATE"),
      ("/* x */ DELETE FROM t", .query, "query-writes", "DELETE"),
      ("SELECT :a FROM t FOR UPDATE", .query, "query-writes", "FOR"),
      ("SELECT :a INTO t", .query, "query-writes", "INTO"),
      ("WITH x AS (DELETE FROM t WHERE a = :a RETURNING 1) TABLE x", .query, "query-writes", "DELETE"),
      ("EXPLAIN ANALYZE DELETE FROM t", .query, "query-writes", "ANALYZE"), ("SET x = 1", .act, "act-session", "SET"),
      ("COMMIT", .act, "act-session", "COMMIT"), ("COPY t FROM STDIN", .act, "act-session", "COPY"),
      ("LOCK t", .act, "act-session", "LOCK"), ("CREATE ROLE x PASSWORD :p", .act, "sql-parameter", nil),
      ("DROP TABLE :p", .act, "sql-syntax", ":p"),
      ("REFRESH MATERIALIZED VIEW x; ", .query, "query-writes", "REFRESH"),
      ("DROP TABLE t; DROP TABLE u", .act, "sql-syntax", nil),
    ] as [(String, CallMode, String, String?)])
  func `a problem has its code and its place in the statement`(
    _ source: String, _ mode: CallMode, _ code: String, _ place: String?
  ) throws {
    let problems = SQLExecutor().schema.validate(form(source), mode)
    #expect(problems.map(\.code) == [code], "\(problems.map(\.message))")
    let problem = try #require(problems.first)
    if let place { #expect(problem.range.map(source.slice) == place) }
    #expect(problem.path == ["statement"])
  }

  @Test(
    arguments: [
      (
        "\\set ON_ERROR_STOP on\n\\timing\nSELECT 1 \\gx",
        ["\\set: input", "\\timing: every step", "\\gx: show: fields"]
      ),
      ("\\d users", ["\\d: information_schema"]), ("\\dt+ *.*", ["\\dt: information_schema"]),
      ("\\x on\nSELECT 1", ["\\x: show: fields"]), ("SELECT 1 \\watch 2", ["\\watch: until"]),
      ("\\copy t to 'f'", ["\\copy: playbook evidence"]), ("SELECT 1 \\g", ["\\g: leave it out"]),
      ("SELECT 1 \\; SELECT 2", ["\\;: one statement"]), ("\\c other\nSELECT 1", ["\\c: on:"]),
      ("\\echo it's here\nSELECT 1;", ["\\echo: title"]), ("\\i other.sql", ["\\i: file"]),
      ("\\echo \u{201C}hi\u{201D}", ["\\echo: title"]),
      ("\\if :yes\nSELECT 1;\n\\endif", ["\\if: when:", "\\endif: when:"]), ("\\! date", ["\\!: shell"]),
      ("\\set a 'it''s\nSELECT :a", ["\\set: input"]), ("SELECT '\\d', \"\\x\", $$ \\g $$ -- \\q\n/* \\i */", []),
      ("SELECT '\n\\d users\n'", []), ("SELECT E'a\\'b'", []), ("SELECT '\\' \\gset", ["\\gset: step.rows"]),
      ("SELECT 1 \\pset null x \\g\n\\q", ["\\pset: show:", "\\q: leave it out"]),
      ("SELECT 1 AS\u{A0}n", ["U+00A0: no-break space"]), ("SELECT 1\u{A0}AS n", ["U+00A0: no-break space"]),
      ("SELECT 1\u{A0}AS n \\gx\n\\timing", ["U+00A0: no-break", "\\gx: show: fields", "\\timing: every step"]),
      ("SELECT 'a'\u{A0}, 5\u{2009}+ 1, :a\u{A0}", ["U+00A0: no-break space"]),
      ("\u{FEFF}SELECT 1", ["U+FEFF: byte order mark"]),
      ("SELECT\u{200B} 1\nFROM\u{2028}t", ["U+200B: zero-width", "U+2028: line separator"]),
      ("SELECT * FROM t WHERE a = \u{2019}x\u{2019}", ["U+2019: quote"]),
      ("SELECT * FROM t WHERE at > :since\u{A0}AND b", ["U+00A0: no-break space"]),
      ("SELECT 3 \u{2013} 1", ["U+2013: dash"]),
      ("SELECT '\u{A0}\u{2019}', \"a\u{A0}b\", $x$\u{200B}$x$ -- \u{A0}", []), ("SELECT grüße, 名 FROM größen", []),
      ("\\set x 1\nSELECT 1 AS\u{A0}n", ["\\set: input", "U+00A0: no-break space"]),
    ] as [(String, [String])])
  func `what was pasted along with a statement is named, one diagnostic a line`(_ source: String, _ expected: [String])
  {
    let problems = SQLExecutor().schema.validate(form(source), .query)
    #expect(problems.count == expected.count, "\(problems.map(\.message))")
    for (problem, expected) in zip(problems, expected) {
      let parts = expected.split(separator: ": ", maxSplits: 1)
      let said = "\(problem.message) \(problem.help ?? "")"
      #expect(said.contains(parts[0]) && said.contains(parts[1]), "\(said)")
      if problem.code == "sql-psql" {
        #expect(problem.range.map(source.slice) == String(parts[0]))
        #expect(said.contains("psql"))
      } else {
        #expect(problem.code == "sql-character" && problem.range?.isEmpty == false)
      }
    }
  }

  @Test(arguments: [
    "UPDATE t SET x = :y", "DO $$BEGIN END$$", "CALL p(:a)", "VACUUM t", "COMMIT PREPARED 'x'",
    "SELECT pg_reload_conf()",
    "ALTER ROLE :\"role\" NOLOGIN", "NOTIFY x", "COPY t TO '/tmp/x'", "CREATE TABLE t AS SELECT :x::int AS x",
  ])
  func `an act may be any one statement`(_ source: String) {
    #expect(SQLExecutor().schema.validate(form(source), .act).isEmpty)
  }

  @Test func `the parameters are what the inputs may fill`() throws {
    let source = "SELECT :since, :\"t\", :since, a[1:n] FROM x"
    let parameters = SQLExecutor().schema.parameters(form(source))
    #expect(parameters.map(\.name) == ["since", "t"])
    #expect(parameters.map { source.slice($0.range) } == [":since", ":\"t\""])
  }

  @Test func `a value that the statement doesn't use and a bad row cap are problems`() {
    let span = SourceSpan(file: SourceFile(path: "x", text: ""), range: 0..<0)
    var form = form("SELECT :a")
    form.fields["with"] = .map([.init(key: "b", keySpan: span, value: .value(1, span))], span)
    form.fields["rows"] = .value(0, span)
    let problems = SQLExecutor().schema.validate(form, .query)
    #expect(problems.map(\.path) == [["with", "b"], ["rows"]])
  }

  @Test func `deep, long and odd statements end in a problem and no crash`() {
    let deep = "SELECT " + String(repeating: "- ", count: 60_000) + "1"
    let open = "SELECT " + String(repeating: "(", count: 60_000)
    let long = "SELECT " + String(repeating: "x+", count: 200_000) + "1"
    let slashes = "SELECT '" + String(repeating: "\\", count: 120_000) + "' FROM"
    let nested = "SELECT " + String(repeating: "(SELECT ", count: 12_000) + "1" + String(repeating: ")", count: 12_000)
    for source in [
      deep, open, long, nested, slashes, "SELECT \u{0}", "SELECT '\u{0}'", "\u{FEFF}SELECT", ":", ":::", "$", "\"",
      "/*", "E'\\",
    ] {
      #expect(!SQLExecutor().schema.validate(form(source), .query).isEmpty)
    }
    let chain = "SELECT " + String(repeating: "a || ", count: 500) + "1"
    #expect(SQLExecutor().schema.validate(form(chain), .query).isEmpty)
  }

  @Test func `a call shows its statement and its values`() {
    let call = call(
      "SELECT :a, :\"t\", :m\n", [("a", .duration(.seconds(60))), ("t", "x\ny"), ("z", 1)], .query)
    #expect(
      SQLExecutor().display(call, on: nil) == "SELECT :a, :\"t\", :m\n:a = 60s\n:\"t\" = \"x\\ny\"\n:m = not given")
  }

  private func form(_ statement: String) -> CallForm {
    let span = SourceSpan(file: SourceFile(path: "x.yaml", text: statement), range: 0..<statement.utf8.count)
    return CallForm(fields: ["statement": .template(Template([.text(statement)], at: span))])
  }
}
