import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// What stands around a secret, what is computed from one, and what of it is a secret by itself.
@Suite struct SecretTextTests {
  @Test(arguments: [
    ("tok-0123456789", "tok-0123456789", []), ("tok-0123456789\r\n\n", "tok-0123456789", []),
    ("tok-0123456789 \n", "tok-0123456789 ", ["a blank at its end"]),
    ("tok-0123456789\t\n", "tok-0123456789\t", ["a tab at its end"]),
    (" tok-0123456789", " tok-0123456789", ["a blank at its beginning"]),
    ("\n tok-0123456789", "\n tok-0123456789", ["a line break, a blank at its beginning"]),
    ("\u{FEFF}tok-0123456789\n", "tok-0123456789", ["a byte order mark, which is left out"]),
    (
      "\u{FEFF}tok-0123456789\u{A0}\n", "tok-0123456789\u{A0}",
      ["a byte order mark", "a no-break space (U+00A0) at its end"]
    ),
    ("\u{200B}tok-0123456789", "\u{200B}tok-0123456789", ["a zero-width character (U+200B) at its beginning"]),
    ("\"tok-0123456789\"\n", "\"tok-0123456789\"", ["quotation marks"]),
    ("'tok-0123456789'", "'tok-0123456789'", ["quotation marks"]),
    ("-----BEGIN-----\r\nabc\r\n-----END-----\r\n", "-----BEGIN-----\r\nabc\r\n-----END-----", []),
  ])
  func `line ends at the end and a byte order mark are no part of it, and all else is named`(
    source: String, value: String, named: [String]
  ) {
    let text = SecretText(source)
    #expect(text.value == value && text.findings.count == named.count, "\(text.findings)")
    for (finding, part) in zip(text.findings, named) {
      #expect(finding.contains(part) && !finding.contains("0123456789"), "\(finding)")
    }
  }

  @Test(arguments: [
    ("Bearer tok-0123456789", ["tok-0123456789"]), ("bearer  Bearer tok-0123456789", ["tok-0123456789"]),
    ("Token token=\"tok-0123456789\"", ["tok-0123456789"]), ("\"tok-0123456789\"", ["tok-0123456789"]),
    ("Basic c3ZjOnBhc3MtOTg3NjU0MzIx", ["svc:pass-987654321", "pass-987654321"]),
    ("redis://svc:p%40ss-987654321@cache:6379/0", ["p%40ss-987654321", "p@ss-987654321"]),
    ("postgres://svc:pa@ss:987654321@db/app?x=a@b", ["pa@ss:987654321"]), ("correct horse battery staple", []),
    ("https://db.internal/a:b@c", []), ("session=tok-0123456789", ["tok-0123456789"]),
    ("export TOKEN=\"tok-0123456789\";", ["tok-0123456789"]), ("tok-0123456789;", ["tok-0123456789"]),
    ("tok-0123456789 # staging", ["tok-0123456789"]), ("'tok-0123456789' ; staging", ["tok-0123456789"]),
    ("TOKEN=tok-0123456789 # staging", ["tok-0123456789"]), ("Bearer tok-0123456789; # x", ["tok-0123456789"]),
    ("Server=db.internal;Password=pass-987654321", ["pass-987654321"]),
    ("host=db user=app password=pass-987654321 dbname=x", ["pass-987654321"]),
    (#"host=db password = 'pass \'98\\76' dbname=x"#, [#"pass '98\76"#, #"pass \'98\\76"#]),
    ("jdbc:postgresql://db/app?user=u&password=p%40ss-987654321&ssl=true", ["p%40ss-987654321", "p@ss-987654321"]),
    ("jdbc:sqlserver://db:1433;user=u;password=pass-987654321;encrypt=true", ["pass-987654321"]),
    ("redis://cache:6379/0?password=pass-987654321", ["pass-987654321"]), ("Driver=X;PWD={pass;9876};", ["pass;9876"]),
    ("postgres://app:pa/ss#98?76@db/app", ["pa/ss#98?76"]), ("postgres://db:5432/app?application_name=a@b", []),
    (
      #"{"type": "sa", "key_id": "k-0123456789", "private_key": "key-9876\n54321", "db": {"Password": "pass-987654321"}}"#,
      ["key-9876\n54321", "pass-987654321"]
    ),
    (#"[{"tokens": ["tok-0123456789"], "token_url": "https://a.example"}]"#, ["tok-0123456789"]),
    (
      "USER=admin-account\nDB_PASS='pass-987654321'\napi-key: tok-0123456789 # x\n",
      ["'pass-987654321'", "pass-987654321", "tok-0123456789 # x", "tok-0123456789"]
    ),
    ("first-line\nsecond: line-with-more", []),
    ("https://[::1]:8080/a@b", []), ("the password is old", []), ("host=db dbname=bypass", []),
  ])
  func `a token, a value behind its name, a password in Basic and one in a URL are secrets by themselves`(
    text: String, expected: [String]
  ) {
    let parts = SecretText.parts(of: text)
    #expect(expected.allSatisfy(parts.contains) && (!expected.isEmpty || parts.isEmpty), "\(parts)")
  }

  /// What a run makes known as secret where a target has these settings and secrets.
  private func hidden(_ settings: String, _ secrets: [String: String]) async throws -> (secrets: [String], TestRun) {
    let run = try TestRun("steps:\n  - query: look\n    shell: look\n")
    var diagnostics: [Diagnostic] = []
    let node = try #require(YAML.parse(SourceFile(path: "environments.yaml", text: settings)).root)
    run.environment.targets[0].settings = try #require(TemplateTree.parse(node, diagnostics: &diagnostics))
    let span = run.environment.targets[0].span
    run.environment.secrets = secrets.keys.sorted().map {
      .init(name: $0, origin: .variable($0.uppercased()), expires: nil, span: span)
    }
    run.secrets = secrets
    #expect(await run.sit() == .completed)
    return (run.sink.secrets, run)
  }

  @Test(arguments: [
    ("h: ${json(secrets.js).password}", "json-pass-987654321"),
    ("h: ${json(secrets.js).nested[0].key}", "nested-key-1"),
    ("h: ${json(secrets.js).pin}", "12345678"), ("h: x ${secrets.pair.split(':')[1]} y", "pass-987654321"),
    ("h: Bearer ${json(secrets.js).password}", "json-pass-987654321"),
    ("h: ${secrets.pair.lowerAscii()}", "svc:pass-987654321"),
    ("act: {h: '${secrets.pair.substring(4)}'}", "pass-987654321"),
    ("h: ${secrets.pair.upperAscii()}", "SVC:PASS-987654321"),
    ("h: [{a: '${secrets.dashed.replace(\"-\", \"\")}'}]", "abcdefgh"),
    ("h: Basic ${base64.encode(bytes(secrets.pair))}", "c3ZjOnBhc3MtOTg3NjU0MzIx"),
    ("h: Basic ${base64.encode(bytes(secrets.pair))}", "pass-987654321"),
    ("url: 'redis://svc:${secrets.dashed}@cache/0'", "ab-cd-ef-gh"), ("url: '${secrets.url}'", "url-pass-1"),
    ("h: ${secrets.dashed + secrets.dashed}", "ab-cd-ef-ghab-cd-ef-gh"), ("h: '${secrets.whole}'", "whole-token-1"),
    ("h: 'pin=${json(secrets.js).short}'", "pin=1234"),
  ])
  func `what a target's settings compute from a secret is one`(settings: String, secret: String) async throws {
    let secrets = [
      "js":
        #"{"username":"svc","password":"json-pass-987654321","pin":12345678,"short":1234,"nested":[{"key":"nested-key-1"}]}"#,
      "pair": "svc:pass-987654321", "dashed": "ab-cd-ef-gh", "url": "redis://svc:url-pass-1@cache/0",
      "whole": "Bearer whole-token-1",
    ]
    let (hidden, run) = try await hidden(settings, secrets)
    #expect(hidden.contains(secret), "\(hidden)")
    #expect(!hidden.contains { $0.utf8.count < 8 } && run.sink.events(.warning).isEmpty)
  }

  @Test func `a warning names what stands around a secret, once and without its value`() async throws {
    let (_, run) = try await hidden(
      "h: Bearer ${secrets.token}\ni: ${secrets.token}", ["token": "Bearer tok-0123456789 \n"])
    let warnings = run.sink.events(.warning).compactMap { $0.data["text"]?.stringValue }
    #expect(warnings.count == 2 && warnings.allSatisfy { $0.contains("`token`") && !$0.contains("0123456789") })
    #expect(warnings[0].contains("from the variable TOKEN") && warnings[0].contains("a blank at its end"))
    #expect(warnings[1].contains("sends `Bearer` twice"))
    #expect(run.sink.events[1].type == .warning)
  }

  @Test func `a secret that is short without what stands around it is refused`() async throws {
    let run = try TestRun("steps:\n  - query: look\n    shell: look\n")
    try run.useSecret()
    run.secrets = ["token": "\u{200B}abc      \n"]
    let result = await run.sit()
    guard case .failed(let reason) = result else { return #expect(Bool(false), "\(result)") }
    #expect(reason.contains("`token` is shorter than 8 characters") && run.sink.events.isEmpty)
  }

  @Test func `in a call a value too short to be taken out of texts is masked by its place`() async throws {
    let run = try TestRun(
      "inputs:\n  pin: {type: string, secret: true, default: pin-1234}\n"
        + "steps:\n  - act: open\n    shell: 'door ${inputs.pin.split(\"-\")[1]} now'\n")
    run.inputs = ["pin": "pin-1234"]
    #expect(await run.sit(FakeOperator(["open": [.yes]])) == .completed)
    #expect(run.executor.acts == ["!door 1234 now"])
    #expect(run.sink.events(.actStarted)[0].data["call"] == "door ••• now")
  }
}
