import SourceText
import Testing
import YAMLTree

/// What an author sees, whole.
@Suite struct `YAML diagnostics` {
  private func rendered(_ text: String) -> String {
    rendered(Array(text.utf8))
  }

  private func rendered(_ bytes: [UInt8], limits: YAML.Limits = .init()) -> String {
    DiagnosticRenderer().render(YAML.parse(SourceFile(path: "p.yaml", bytes: bytes), limits: limits).diagnostics)
  }

  @Test func `an expression that YAML takes for a tag is to be quoted`() {
    #expect(
      rendered("that: !x.yes") == """
        p.yaml:1:7: error: a value that starts with `!` is a tag in YAML [yaml-tag]
          1 | that: !x.yes
            |       ^~~~~~
          help: quote this expression: '!x.yes'
        1 error

        """)
    #expect(
      rendered("that: !x.yes && y") == """
        p.yaml:1:7: error: a value that starts with `!` is a tag in YAML [yaml-syntax]
          1 | that: !x.yes && y
            |       ^
          help: quote this expression or text
        1 error

        """)
  }

  @Test func `an expression that YAML takes for a tag is still an expression`() throws {
    let (root, _) = YAML.parse(SourceFile(path: "p.yaml", text: "that: !x.yes  # c"))
    guard case .scalar(let scalar) = root?["that"]?.content else {
      Issue.record("no scalar")
      return
    }
    #expect(scalar.text == "!x.yes")
  }

  @Test func `a duplicate key is an error with both places`() {
    #expect(
      rendered("title: a\nsteps: []\ntitle: b") == """
        p.yaml:3:1: error: the key `title` is written twice [yaml-duplicate-key]
          3 | title: b
            | ^~~~~
          help: it is written first at p.yaml:1:1
        1 error

        """)
  }

  @Test(.timeLimit(.minutes(1)))
  func `of ninety thousand keys on one line the first hundred doubled ones are told`() {
    let file = SourceFile(path: "p.yaml", text: "{" + String(repeating: "a: 1, ", count: 90_000) + "b: 1}")
    let found = YAML.parse(file).diagnostics
    #expect(found.count == 101 && found.last?.message.hasSuffix("and others after it may be") == true)
    let text = DiagnosticRenderer(width: 80).render(found)
    #expect(text.utf8.count < 60_000 && text.contains("a: 1, a: 1"))
  }

  @Test func `every duplicate key, tag and merge key of a file is reported`() {
    #expect(
      rendered("a: &m {x: !t 1}\na: 2\nb: {<<: *m, c: 1, c: 2}") == """
        p.yaml:1:11: error: a value that starts with `!` is a tag in YAML [yaml-tag]
          1 | a: &m {x: !t 1}
            |           ^~
          help: quote this expression: '!t'
        p.yaml:2:1: error: the key `a` is written twice [yaml-duplicate-key]
          2 | a: 2
            | ^
          help: it is written first at p.yaml:1:1
        p.yaml:3:5: error: merge keys (`<<`) are not part of YAML 1.2 and are not read [yaml-merge-key]
          3 | b: {<<: *m, c: 1, c: 2}
            |     ^~
          help: write the keys out, or give the whole mapping an anchor and use it as a value
        p.yaml:3:19: error: the key `c` is written twice [yaml-duplicate-key]
          3 | b: {<<: *m, c: 1, c: 2}
            |                   ^
          help: it is written first at p.yaml:3:13
        4 errors

        """)
  }

  @Test func `a tab as indentation is named`() {
    #expect(
      rendered("steps:\n\t- query: x") == """
        p.yaml:2:1: error: a tab can't indent YAML [yaml-syntax]
          2 | \t- query: x
            | ^
          help: use spaces
        1 error

        """)
  }

  @Test func `bytes that are not UTF-8 are reported where they stand`() {
    #expect(
      rendered(Array("a: é\nb: caf".utf8) + [0xE9, 0x0A]) == """
        p.yaml:2:7: error: this is not UTF-8 (byte 0xE9) [yaml-encoding]
          2 | b: caf\u{FFFD}
            |       ^
          help: save the file as UTF-8
        1 error

        """)
  }

  @Test func `a control character is reported and shown`() {
    #expect(
      rendered("a: é\u{1B}[2J") == """
        p.yaml:1:5: error: the character U+001B is not allowed in YAML [yaml-encoding]
          1 | a: é␛[2J
            |     ^
          help: write it as an escape within double quotes: "\\x1b"
        1 error

        """)
    #expect(rendered("a: \u{0}").contains("U+0000"))
  }

  @Test func `a second document is refused`() {
    #expect(
      rendered("a: 1\n---\nb: 2") == """
        p.yaml:2:1: error: a second document starts here [yaml-documents]
          2 | ---
            | ^~~
          help: a file holds one document; put the other one into a file of its own
        1 error

        """)
  }

  @Test(arguments: ["", "\n\n", "# nothing\n", "---\n", "--- ~ # x".replacing("~ ", with: "")])
  func `an empty file is an error`(_ text: String) {
    let (root, diagnostics) = YAML.parse(SourceFile(path: "p.yaml", text: text))
    #expect(root == nil)
    #expect(diagnostics.map(\.code) == ["yaml-empty"])
  }

  @Test(arguments: [
    ("a: \"x\nb: 1", "1:4", "this quote is never closed"),
    ("a: \"\\d\"", "1:5", "this escape (`\\`) has no meaning within double quotes"),
    ("a: b: c", "1:5", "`: ` can't stand within this value"),
    ("a: 1\nfoo\nb: 2", "2:1", "this line is no `key: value`"),
    ("a:\n  b: 1\n c: 2", "3:2", "this does not continue the mapping above"),
    ("- a\nb: 1", "2:1", "this does not continue the list above"),
    ("a: [1, 2\nb: 3", "2:2", "a `,` or the `]` of the list is missing here"),
    ("a: {b: 1 c: 2}", "1:11", "a `,` or the `}` of the mapping is missing here"),
    ("a: | x\n  y", "1:6", "text can't follow `|` or `>` on the same line"),
    ("a: - b", "1:4", "a list can't start here"),
    ("a: 'x' y", "1:8", "nothing can follow the closing quote"),
    ("a: @x", "1:4", "a value that starts with `@` is reserved in YAML"),
    ("a: `x`", "1:4", "a value that starts with a backtick is reserved in YAML"),
    ("h: [*.internal]", "1:5", "a value that starts with `*` is an alias in YAML"),
    ("a: *x", "1:4", "`*x` has no `&x` before it"),
    ("a: &a [*a]", "1:8", "`*a` stands for a value that it is part of"),
    ("[a]: b", "1:1", "a key must be text"),
    ("? {a: b}\n: c", "1:3", "a key must be text"),
    ("a: 0x1FFFFFFFFFFFFFFFF", "1:4", "`0x1FFFFFFFFFFFFFFFF` does not fit 64 bits"),
    ("{a: 1}}", "1:7", "this does not belong to the lines before it"),
  ])
  func `what is wrong is said in words of an author`(_ text: String, _ place: String, _ message: String) throws {
    let diagnostics = YAML.parse(SourceFile(path: "p.yaml", text: text)).diagnostics
    let diagnostic = try #require(diagnostics.first)
    #expect(diagnostic.message == message)
    #expect(diagnostic.span?.location == "p.yaml:" + place)
  }

  @Test(arguments: [
    ("a: b\u{2028}c", "1:5", "U+2028 (line separator)", #"\L"#),
    ("a: 'b'\nc: \"d\u{2029}e\"", "2:6", "U+2029 (paragraph separator)", #"\P"#),
    ("# a \u{85} b\na: b", "1:5", "U+0085 (next line)", #"\N"#),
  ])
  func `a line break that nobody sees is named`(text: String, place: String, name: String, escape: String) {
    #expect(
      rendered(text).hasPrefix(
        "p.yaml:\(place): error: \(name) stands here, which breaks the line unseen [yaml-encoding]"))
    #expect(rendered(text).contains("help: take it out, or write it as `\(escape)` within double quotes"))
  }

  @Test func `a value that is missing in a list is said`() {
    #expect(rendered("a: {b: [}").hasPrefix("p.yaml:1:9: error: a value is missing before this [yaml-syntax]"))
  }

  @Test func `an escape of it is text`() {
    let (root, diagnostics) = YAML.parse(SourceFile(path: "p.yaml", text: #"a: "b\Lc""#))
    #expect(diagnostics.isEmpty)
    guard case .scalar(let scalar) = root?["a"]?.content else {
      Issue.record("no scalar")
      return
    }
    #expect(scalar.text == "b\u{2028}c")
  }

  @Test func `another version of YAML is warned of`() {
    #expect(
      rendered("%YAML 1.1\n---\na: yes") == """
        p.yaml:1:1: warning: `%YAML 1.1` is not followed: this file is read as YAML 1.2 [yaml-version]
          1 | %YAML 1.1
            | ^~~~~~~~~
          help: take the line away; `yes`, `no`, `on` and `off` are text here, `0644` is 644 and `1:30` is text
        1 warning

        """)
    #expect(rendered("%YAML 1.2\n---\na: yes") == "")
    #expect(rendered("%YAML 2.0\n---\na: yes").contains("error: this version of YAML can't be read"))
  }

  @Test(arguments: ["a:\n\u{A0} b: 1\n  c: 2", "- a: 1\n\u{A0} b: 1"])
  func `a no-break space can't indent`(text: String) {
    #expect(rendered(text).contains("a no-break space (U+00A0) can't indent YAML"), "\(rendered(text))")
  }
}
