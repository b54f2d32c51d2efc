import CEL
import PlaybookLanguage
import SourceText
import Testing

@Suite struct `An environments file` {
  private func decode(_ text: String) -> (file: EnvironmentFile?, diagnostics: [Diagnostic]) {
    EnvironmentFile.decode(SourceFile(path: "e.yaml", text: text), executors: SampleExecutors.all)
  }

  private let whole = """
    default: staging
    plugins: [/opt/plugins]
    environments:
      production:
        color: red
        redis: {url: "rediss://cache:6380/0", password: "${secrets.redis}", hosts: ["*.cache.internal"]}
        redis.replica: {url: "redis://replica"}
        sql: {url: "postgres://reader@db/app", act: {url: "postgres://admin@db/app"}}
        commands:
          block_address: {shell: [firewall, block, "${call.address}"], writes: true, call: {address: ip}}
          seen: {sql: "SELECT :address", call: {address: ip}}
        protected: {networks: [10.0.0.0/8, 192.0.2.1], addresses: [203.0.113.7], accounts: [ci], hosts: ["*.int"]}
        secrets:
          admin_token: {command: [pass, show, ops/admin-token], expires: 15m}
          redis: {env: REDIS_PASSWORD}
          code: {prompt: true, fresh: true}
      staging:
        redis: {url: "redis://localhost"}
    """

  @Test func `everything is read`() throws {
    let (decoded, diagnostics) = decode(whole)
    #expect(diagnostics.map(\.message) == [])
    let file = try #require(decoded)
    #expect(file.defaultName == "staging")
    #expect(file.plugins == ["/opt/plugins"])
    let production = try #require(file.environment("production"))
    #expect(production.isRed)
    #expect(production.targets.map(\.name) == ["redis", "redis.replica", "sql"])
    #expect(production.targets.map(\.executor) == ["redis", "redis", "sql"])
    #expect(production.commands.map(\.name) == ["block_address", "seen"])
    #expect(production.commands.map(\.writes) == [true, false])
    #expect(production.commands[0].parameters.map(\.type) == [.ip])
    #expect(
      production.commands[1].call.form.fields["with"]?["address"]?.expressions.first?.expression.source
        == "call.address")
    #expect(production.protected.addresses.count == 2)
    #expect(production.protected.networks.map(\.description) == ["10.0.0.0/8"])
    #expect(production.secrets.map(\.name) == ["admin_token", "redis", "code"])
    #expect(production.secrets[0].expires == .seconds(900))
    guard case .prompt(fresh: true) = production.secrets[2].origin else {
      Issue.record("the secret isn't asked for")
      return
    }
  }

  @Test(arguments: [
    ("default: p\nenvironments: {p: {color: red}}", "1:10", "`p` is red, and a red environment is never a default"),
    ("default: stagin\nenvironments: {staging: {}}", "1:10", "there is no environment `stagin`"),
    ("environments: {p: {redsi: {url: x}}}", "1:20", "an environment has no key `redsi`"),
    ("environments: {p: {redis: {hots: [a]}}}", "1:28", "a target of `redis` has no key `hots`"),
    ("environments: {p: {redis: {act: {ulr: a}}}}", "1:34", "`act` has no key `ulr`"),
    ("environments: {p: {redis: 'redis://x'}}", "1:27", "`redis` is a mapping, not text"),
    (
      "environments: {p: {color: pink}}", "1:27",
      "`color` is `red`, `yellow`, `green`, `blue`, `magenta` or `cyan`, not `pink`"
    ),
    ("environments: {p: {redis: {url: '${secrets.pw}'}}}", "1:36", "there is no secret `pw`"),
    ("environments: {p: {redis: {url: '${inputs.x}'}}}", "1:36", "`inputs` is not known here"),
    ("environments: {p: {redis: {url: '${secrets}'}}}", "1:36", "`secrets` stands for all of them: name one"),
    ("environments: {p: {secrets: {a: {}}}}", "1:30", "the secret comes from nowhere"),
    ("environments: {p: {secrets: {a: {env: A, file: b}}}}", "1:30", "the secret comes from one place"),
    (
      "environments: {p: {secrets: {a: {command: pass show}}}}", "1:43",
      "`command` is a list: the program and its arguments, not text"
    ),
    (
      "environments: {p: {secrets: {a: {env: A, fresh: true}}}}", "1:42",
      "`fresh` is about secrets that are asked for (`prompt`)"
    ),
    (
      "environments: {p: {protected: {networks: [10.0.0.0/99]}}}", "1:43",
      "`10.0.0.0/99` is not a network such as `10.0.0.0/8`"
    ),
    ("environments: {p: {protected: {hosts: ['a.*.b']}}}", "1:40", "`a.*.b` is not a host such as `*.internal`"),
    ("environments: {p: {protected: {hsots: []}}}", "1:32", "`protected` has no key `hsots`"),
    ("environments: {p: {commands: {shell: {shell: [a]}}}}", "1:31", "`shell` is a key of steps already"),
    ("environments: {p: {commands: {c: {}}}}", "1:31", "a command needs a call: `redis`, `sql`, `http` or `shell`"),
    ("environments: {p: {commands: {c: {shell: [a, '${call.x}']}}}}", "1:49", "there is no parameter `x`"),
    ("environments: {P: {}}", "1:16", "`P` is not a name for an environment: small letters, digits and `-`"),
    ("environments: {}", "1:15", "`environments` has no environment"),
    ("default: x", "1:1", "an environments file needs `environments`"),
  ])
  func `a mistake is reported where it is`(_ text: String, _ place: String, _ message: String) throws {
    let diagnostics = decode(text).diagnostics
    let found = diagnostics.contains { $0.message == message && $0.span?.location == "e.yaml:" + place }
    #expect(found, "\(DiagnosticRenderer().render(diagnostics))")
  }

  @Test func `a secret is never an argument of a command's program`() {
    let diagnostics = decode(
      "environments: {p: {secrets: {t: {env: T}}, commands: {c: {shell: [curl, '${secrets.t}']}}}}"
    ).diagnostics
    #expect(diagnostics.map(\.code) == ["secret-in-arguments"])
  }

  @Test func `a secret written into the file is refused and not shown again`() {
    let text = DiagnosticRenderer().render(decode("environments: {p: {secrets: {a: hunter2-hunter2}}}").diagnostics)
    #expect(!text.contains("hunter2"))
    #expect(text.contains("e.yaml:1:30"))
  }
}

@Suite struct `An escalation file` {
  @Test func `each severity has its contact, the most severe first`() {
    let text = """
      low: {contact: Support ticket, response_time: 24h}
      critical: {contact: On-call engineer, response_time: 15m}
      """
    let (contacts, diagnostics) = EscalationContact.decodeAll(SourceFile(path: "x", text: text))
    #expect(diagnostics.isEmpty)
    #expect(contacts.map(\.contact) == ["On-call engineer", "Support ticket"])
    #expect(contacts.map(\.responseTime) == [.seconds(900), .seconds(86400)])
  }

  @Test(arguments: [
    "[a]", "critcal: {contact: a, response_time: 1h}", "high: {contact: a}", "high: {contact: a, response_time: 5}", "",
  ])
  func `mistakes are reported`(_ text: String) {
    #expect(EscalationContact.decodeAll(SourceFile(path: "x", text: text)).diagnostics.hasErrors)
  }
}
