import CEL
import PlaybookLanguage
import PlaybookRecord
import SourceText
import Testing

@testable import PlaybookTerminal

@Suite struct PromptParserTests {
  static let options: [Question.Option] = [
    .init(name: "attack", text: "An attack", changes: true), .init(name: "benign", text: "Ours"),
  ]

  static func approval(typed: String? = nil) -> Approval {
    Approval(
      calls: ["firewall block 203.0.113.7"], target: "shell", environment: "production", isRed: typed != nil,
      typed: typed,
      digest: "sha256:ab")
  }

  /// The entry in a form that is easily compared.
  private func read(_ line: String, _ kind: Question.Kind) -> String {
    let parser = PromptParser(kind: kind) { declaration, text in
      declaration.type == .integer
        ? Int64(text).map { .success(.int($0)) } ?? .failure(InputRejection("\(text) is no integer"))
        : .success(.string(text))
    }
    switch parser.entry(line) {
    case .answer(let value, let reason): return "answer \(value.rendered)" + (reason.map { " because " + $0 } ?? "")
    case .command(let command): return "\(command)"
    case .showCall(let name): return "call \(name ?? "-")"
    case .showAll(let name): return "all \(name ?? "-")"
    case .explain: return "explain"
    case .words: return "words"
    case .wrong(let why): return "wrong: " + why
    }
  }

  @Test(arguments: [
    ("1", "answer attack"), (" 2 ", "answer benign"), ("attack", "answer attack"), ("BENIGN", "answer benign"),
    ("2 our load test", "answer benign because our load test"), ("?", "explain"), ("q", "pause"), ("/pause", "pause"),
    ("/help", "words"), ("/call", "call -"), ("/all E2", "all E2"), ("/undo", "undo"), ("/abort", "abort"),
  ]) func `an option is a digit or a name`(line: String, expected: String) {
    #expect(read(line, .option(Self.options, suggested: "benign")) == expected)
  }

  @Test func `a secret may begin with a slash, and no message shows one`() {
    let span = SourceSpan(file: SourceFile(path: "playbook.yaml", text: ""), range: 0..<0)
    var declaration = InputDeclaration(name: "token", nameSpan: span, type: .string)
    declaration.isSecret = true
    for typed in ["/abcDEF", "//abc", "/note-x", "/"] { #expect(read(typed, .value(declaration)) == "answer \(typed)") }
    #expect(read("/pause", .value(declaration)) == "pause")
    declaration.type = .integer
    #expect(read("s3cr3t", .value(declaration)).hasPrefix("wrong: That does not fit"))
  }

  @Test(arguments: ["3", "0", "-1", "12", "1 2", "y", "n", "99999999999999999999", "attac", "//"])
  func `what is no option is said to be none`(line: String) {
    #expect(read(line, .option(Self.options, suggested: "benign")).hasPrefix("wrong: "))
  }

  @Test func `a sentence that begins with an option's name chooses nothing`() {
    let options = Question.Kind.option(Self.options, suggested: nil)
    #expect(
      read("attack is not what this is", options) == "wrong: a reason goes behind the number: 1 REASON chooses attack")
  }

  @Test func `Enter takes a suggestion that changes nothing, and no other`() {
    #expect(read("", .option(Self.options, suggested: "benign")) == "answer benign")
    #expect(read("", .option(Self.options, suggested: "attack")).hasPrefix("wrong: "))
    #expect(read("", .option(Self.options, suggested: nil)).hasPrefix("wrong: "))
    #expect(read("", .option(Self.options, suggested: "elsewhere")).hasPrefix("wrong: "))
    #expect(read("  \t", .yesNo).hasPrefix("wrong: "))
    #expect(read("", .approval(Self.approval())).hasPrefix("wrong: "))
    #expect(read("", .item(Self.approval(), position: 1, count: 2)).hasPrefix("wrong: "))
    #expect(read("", .checkpoint).hasPrefix("wrong: "))
  }

  @Test(arguments: [
    ("y", "answer true"), ("YES", "answer true"), ("n", "answer false"), ("No", "answer false"),
    ("n too early", "answer false because too early"), ("q", "pause"),
  ]) func `yes and no are spelt out or not`(line: String, expected: String) {
    #expect(read(line, .yesNo) == expected)
    #expect(read(line, .approval(Self.approval())) == expected)
  }

  @Test(arguments: ["ja", "yy", "yn", "y n", "y please", "ok", "1", "true"])
  func `nothing else approves`(line: String) {
    #expect(read(line, .approval(Self.approval())).hasPrefix("wrong: "))
  }

  @Test func `a text that must be typed is compared exactly`() {
    let kind = Question.Kind.approval(Self.approval(typed: "block 7"))
    #expect(read("block 7", kind) == "answer true")
    #expect(read("  block 7 \r", kind) == "answer true")
    for line in [
      "y", "yes", "block 8", "Block 7", "block  7", "block 7x", "block", "blo\u{0063}\u{301}k 7", "`block 7`",
    ] {
      #expect(read(line, kind).hasPrefix("wrong: "), "\(line)")
    }
    #expect(read("n", kind) == "answer false")
    let composed = Question.Kind.approval(Self.approval(typed: "caf\u{E9}"))
    #expect(read("cafe\u{301}", composed).hasPrefix("wrong: "))
  }

  @Test(arguments: [
    ("y", "answer yes"), ("n", "answer no"), ("a", "answer all"), ("d", "answer done"), ("all", "answer all"),
    ("done", "answer done"), ("no it is ours", "answer no because it is ours"), ("q", "pause"),
  ]) func `in a loop y, n, a and d`(line: String, expected: String) {
    #expect(read(line, .item(Self.approval(), position: 1, count: 2)) == expected)
  }

  @Test func `in a loop in red, y and a are not enough`() {
    let kind = Question.Kind.item(Self.approval(typed: "db-1"), position: 1, count: 2)
    #expect(read("db-1", kind) == "answer yes")
    #expect(read("a db-1", kind) == "answer all")
    #expect(read("y", kind).hasPrefix("wrong: "))
    #expect(read("a", kind).hasPrefix("wrong: "))
    #expect(read("d", kind) == "answer done")
  }

  @Test func `free text takes what it is given`() {
    let kind = Question.Kind.text(isOptional: false)
    #expect(read("q", kind) == "answer q")
    #expect(read("y", kind) == "answer y")
    #expect(read("//etc/passwd was read", kind) == "answer /etc/passwd was read")
    #expect(read("/etc/passwd", kind).contains("written //"))
    #expect(read("", kind).hasPrefix("wrong: "))
    #expect(read("", .text(isOptional: true)) == "answer ")
    #expect(read("?", kind) == "explain")
    #expect(read("première ligne\nseconde", kind) == "answer première ligne\nseconde")
  }

  @Test(arguments: ["\u{1B}[D", "a\u{0}b", "x\u{8}", "\u{9B}A"]) func `control characters are no text`(line: String) {
    #expect(read(line, .text(isOptional: true)).hasPrefix("wrong: "))
    #expect(read(line, .yesNo).hasPrefix("wrong: "))
  }

  @Test(arguments: [
    ("/note CDN is informed", "note(\"CDN is informed\")"), ("/did called Bob", "did(\"called Bob\")"),
    ("/skip no access", "skip(reason: \"no access\")"), ("/redo attempts", "redo(\"attempts\")"),
    ("/back E2", "back(\"E2\")"),
    ("/query redis TTL key", "query(\"redis TTL key\")"), ("/NOTE x", "note(\"x\")"),
  ]) func `slash words work at every question`(line: String, expected: String) {
    let kinds: [Question.Kind] = [
      .option(Self.options, suggested: nil), .yesNo, .approval(Self.approval()), .text(isOptional: true), .checkpoint,
      .item(Self.approval(), position: 1, count: 1),
    ]
    for kind in kinds { #expect(read(line, kind).hasSuffix(expected)) }
  }

  @Test func `a slash word that is none, or lacks its text, says so`() {
    #expect(read("/nte x", .yesNo).contains("did you mean /note?"))
    #expect(read("/", .yesNo).hasPrefix("wrong: "))
    #expect(read("/xyzzy", .yesNo).contains("/help"))
    for word in ["/note", "/did", "/skip", "/redo", "/back", "/query"] {
      #expect(read(word, .yesNo).hasPrefix("wrong: "))
    }
    #expect(read("/abort it was benign", .yesNo).hasPrefix("wrong: "))
  }

  @Test func `a value is read by its type and a refusal gives the reason`() {
    let span = SourceSpan(file: SourceFile(path: "playbook.yaml", text: ""), range: 0..<0)
    let number = Question.Kind.value(InputDeclaration(name: "n", nameSpan: span, type: .integer))
    #expect(read("42", number) == "answer 42")
    #expect(read("many", number) == "wrong: many is no integer")
    #expect(read("q", number) == "pause")
    let text = Question.Kind.value(InputDeclaration(name: "s", nameSpan: span, type: .string))
    #expect(read("q", text) == "answer q")
    var choice = InputDeclaration(name: "c", nameSpan: span, type: .choice)
    choice.options = ["q", "r"]
    #expect(read("q", .value(choice)) == "answer q")
  }
}
