import Foundation
import Testing

/// What a person answers to a secret field of a document is nowhere: not where it is answered, not where it is used.
@Suite struct SecretAnswerPromiseTests {
  private let program: Program

  init() throws {
    program = try Program()
    try program.write(
      """
      environments:
        test:
          shell: {path: [/usr/bin, /bin], trusted: true}
          secrets:
            token: {env: TOKEN}
            account: {env: ACCOUNT}
      """, to: "env.yaml")
  }

  private static let options = ["--playbooks", "books", "--env", "test", "--environments", "env.yaml"]
  private static let variables = [
    "TOKEN": "tok_9fQ2-xx71Kk35_Zr84", "ACCOUNT": #"{"user": "deploy-bot", "api_key": "Wz8-55kk-22pp", "n": 5}"#,
  ]

  private func write(_ steps: String) throws {
    try program.write("playbook: book\ntitle: Book\nsteps:\n" + steps, to: "books/book/playbook.yaml")
  }

  private func run(_ command: String, _ name: String, _ more: [String]) throws -> Program.Result {
    try program.run(all: [command, name] + Self.options + more, variables: Self.variables)
  }

  /// All that the folder of runs holds, and what is said of the last run.
  private func left() throws -> String {
    var text = ""
    let walk = FileManager.default.enumerator(atPath: program.folder.path + "/runs")
    while let name = walk?.nextObject() as? String {
      text +=
        FileManager.default.contents(atPath: program.folder.path + "/runs/" + name)
        .map { String(decoding: $0, as: UTF8.self) } ?? ""
    }
    for format in ["html", "json", "text"] {
      text += try program.run(all: ["transcript", "last", "--format", format]).output
    }
    return text
  }

  private static let document = """
      - document: asked
        fields:
          pw: {type: string, secret: true}
          name: string
        follow_up:
          - text: Change the password
      - query: used
        shell: {script: 'echo "it is $S"', env: {S: "${asked.pw}"}}
      - confirm: sure
        ask: Go on?
      - query: again
        shell: {script: 'printf %s "$S" | wc -c | sed s/13/same/', env: {S: "${asked.pw}"}}

    """

  @Test func `the answer to a secret field is not recorded, and is asked for again after a resume`() throws {
    defer { program.remove() }
    try write(Self.document)
    try program.write(
      "asked.pw: Qx9-Zwww-4411\nasked.name: Ada\n", to: "answers.yaml")
    let begun = try run("run", "book", ["--answers", "answers.yaml"])
    #expect(begun.code == 3, "\(begun.errors)")
    let open = try run("resume", "last", ["--answer", "sure=yes"])
    #expect(open.code == 3 && open.errors.contains("--answers FILE"), "\(open.errors)")
    let ended = try run("resume", "last", ["--answers", "answers.yaml", "--answer", "sure=yes"])
    #expect(ended.code == 0, "\(ended.errors)")
    let told = begun.output + begun.errors + open.output + open.errors + ended.output + ended.errors
    #expect(!(told + (try left())).contains("Zwww"))
    // The step's end and its follow-up are of the first session alone.
    let journal = try left().split(separator: "\n")
    #expect(journal.count { $0.contains(#""type":"followup.added""#) } == 1)
    #expect(journal.count { $0.contains(#""path":"asked","type":"step.finished""#) } == 1)
    #expect(try left().contains("same") && ended.errors.contains("answer to asked.pw: •••"), "\(ended.errors)")
  }

  @Test func `a map is no answer to a question for a text`() throws {
    defer { program.remove() }
    try write("  - document: asked\n    ask: What?\n    fields:\n      pw: {type: string, secret: true}\n")
    try program.write("asked: {pw: Qx9-Zwww-4411}\n", to: "answers.yaml")
    let result = try run("run", "book", ["--answers", "answers.yaml"])
    #expect(result.code == 3 && result.errors.contains("is a text, and no map"), "\(result.errors)")
    #expect(!(result.errors + (try left())).contains("Zwww"))
  }

  @Test func `a text to be typed holds no secret that a program printed`() throws {
    defer { program.remove() }
    try write(
      """
        - query: seen
          shell: {script: 'echo "$S"', env: {S: "${secrets.token}"}}
        - act: gone
          irreversible: true
          typed: "drop ${seen.lines[0]}"
          shell: {args: [touch, done]}
      """)
    let result = try run("run", "book", [])
    #expect(result.code == 3 && result.errors.contains("Type gone shell"), "\(result.errors)")
    #expect(!(result.errors + (try left())).contains("9fQ2"))
  }

  @Test func `a value within a secret document is known by itself where its name says that it is one`() throws {
    defer { program.remove() }
    try write(
      """
        - query: printed
          shell: {script: 'echo deploy-bot has Wz8-55kk-22pp', env: {S: "${secrets.account}"}}
      """)
    let result = try run("run", "book", [])
    #expect(result.code == 0 && result.errors.contains("deploy-bot has •••"), "\(result.errors)")
    #expect(!result.errors.contains("55kk"))
  }
}
