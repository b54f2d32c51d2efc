import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// An expression that fails quotes the value that it failed at: of one that reads a secret nothing of that is told.
@Suite struct SecretErrorPromiseTests {
  /// Nothing of it is known to what takes secrets out: each part is computed and never a value by itself.
  private static let secret = "9fq2;xx71;kk35"
  private static let parts = ["9fq2", "xx71", "kk35", "9FQ2"]

  /// Expressions over `X` that fail with a value in their reason.
  private static let failing = [
    "{'a': 1}[X.split(';').join('/')]", "{'a': 1}[X.split(';')[1]]", "{X.split(';')[0]: 1}.b", "{X: 1, X: 2}",
    "X.split(';').map(p, int(p))", "X.split(';').map(p, {'a': 1}[p])", "X.split(';').map(p, {'a': p}.b)",
    "'a'.matches('(' + X.split(';')[1])", "now.getHours(X.split(';')[1])", "'%d'.format([X.split(';')[1]])",
    "{'a': 1}[X.upperAscii().split(';')[0]]", "timestamp(X)", "ip(X)", "base64.decode(X)",
    "fingerprint({'a': 1}[X.split(';')[2]])",
  ]

  /// The parts that are left once the known secrets are taken out.
  private static func leaks(_ run: TestRun, _ result: RunResult) async -> [String] {
    var told: [String] = []
    for text in run.sink.events.map({ "\($0)" }) + ["\(result)"] { told.append(await run.sink.redacted(text)) }
    return parts.filter { part in told.contains { $0.contains(part) } }
  }

  @Test(arguments: failing)
  func `a setting of a target that can't be computed shows nothing of its secret`(source: String) async throws {
    let run = try TestRun("steps:\n  - query: look\n    on_error: continue\n    shell: look\n")
    try run.useSecret("password: \"${\(source.replacing("X", with: "secrets.token"))}\"")
    run.secrets = ["token": Self.secret]
    let result = await run.sit()
    #expect(await Self.leaks(run, result).isEmpty)
    let message = run.sink.events(.stepFinished, "look").last?.data["error"]?["message"]?.stringValue ?? ""
    #expect(message.contains("the target `shell`") && message.contains("can't be evaluated"), "\(message)")
  }

  private static let places = [
    "  - query: look\n    on_error: continue\n    shell: [\"${E}\"]\n",
    "  - act: look\n    on_error: continue\n    shell: [\"${E}\"]\n",
    "  - query: look\n    when: \"E == 1\"\n    shell: look\n",
    "  - check: look\n    that: \"E == 1\"\n",
    "  - check: look\n    that: \"E\"\n",
    "  - query: look\n    for_each: \"i in E\"\n    on_error: continue\n    shell: [\"${i}\"]\n",
    "  - act: look\n    shell: go\n    undo: {shell: [\"${E}\"]}\n",
    "  - act: look\n    on_error: continue\n    shell: go\n    verify: {shell: look, that: \"E == 1\"}\n",
    "  - document: look\n    text: \"${E}\"\n",
    "  - use: other\n    with: {number: \"${E}\"}\n",
  ]

  @Test(arguments: places.indices, failing)
  func `an expression of a step that can't be computed shows nothing of its secret`(
    place: Int, source: String
  ) async throws {
    let inner = "dyn(" + source.replacing("X", with: "inputs.pw") + ")"
    let steps =
      "inputs:\n  pw: {type: string, secret: true}\nsteps:\n"
      + Self.places[place].replacing("E", with: inner)
    let used = "playbook: other\ntitle: Other\ninputs:\n  number: integer\nsteps:\n  - document: d\n    text: hello\n"
    let run = try TestRun(steps, used: ["other": used])
    run.inputs = ["pw": .string(Self.secret)]
    let result = await run.sit(FakeOperator(["look": [.yes]]))
    #expect(await Self.leaks(run, result).isEmpty)
  }

  @Test(arguments: [
    ("that: \"dyn(inputs.pw.split(';'))\"", "a value made of a secret"),
    ("that: \"dyn(inputs.pw.split(';')[1])\"", "a value made of a secret"),
  ])
  func `a value of a wrong type is not told where it is made of a secret`(that: String, told: String) async throws {
    let run = try TestRun(
      "inputs:\n  pw: {type: string, secret: true}\nsteps:\n  - query: v\n    shell: v ${inputs.pw}\n"
        + "  - check: look\n    \(that)\n")
    run.inputs = ["pw": .string(Self.secret)]
    let result = await run.sit()
    #expect(await Self.leaks(run, result).isEmpty)
    #expect(run.sink.events(.stepFinished, "look").last?.data["text"]?.stringValue?.contains(told) == true)
  }
}
