import Foundation
import Testing

/// A secret stays where it is used: a run by the program, after which all that it left behind and said is searched for
/// the secret.
@Suite struct SecretPromiseTests {
  private static let token = "tok_9fQ2-xx71Kk35_Zr84mmW0-7bTT61aLpQ55-nnE3vvC9-ggH2jjK8-ddS4ffA6"
  private static let password = "Hv7-pQ2;rT9xLm3"

  private static let environments = """
    environments:
      test:
        shell: {path: [/usr/bin, /bin], trusted: true}
        commands:
          tell:
            call: {about: string}
            shell: {script: 'printf %s "$S" | wc -c', env: {S: "${secrets.told}"}}
        secrets:
          token: {env: TOKEN}
          told: {file: FOLDER/told}
          unused: {env: UNUSED}
          unread: {file: FOLDER/unread}
          missing: {env: NOT_SET}
          absent: {file: FOLDER/not-there}
    """

  private let program: Program

  init() throws {
    program = try Program()
    try program.write(Self.environments.replacing("FOLDER", with: program.folder.path), to: "env.yaml")
    try program.write("told-secret-8812\n", to: "told")
    try program.write("unread-secret-5521 # staging\n", to: "unread")
  }

  private static let variables = [
    "TOKEN": token, "UNUSED": "unused-secret-7741", "PLAYBOOK_INPUT_PW": password,
  ]

  private func run(_ steps: String, _ more: String...) throws -> Program.Result {
    try program.write(
      "playbook: book\ntitle: Book\ninputs:\n  pw: {type: string, secret: true}\nsteps:\n" + steps,
      to: "books/book/playbook.yaml")
    return try program.run(
      all: ["run", "book", "--playbooks", "books", "--env", "test", "--environments", "env.yaml"] + more,
      variables: Self.variables)
  }

  /// What the run said and left behind, and what is made of it afterwards.
  private func traces(_ result: Program.Result) throws -> [String] {
    var traces = [result.output, result.errors]
    let walk = FileManager.default.enumerator(atPath: program.folder.path + "/runs")
    while let name = walk?.nextObject() as? String {
      guard let data = FileManager.default.contents(atPath: program.folder.path + "/runs/" + name) else { continue }
      traces.append(String(decoding: data, as: UTF8.self))
    }
    for arguments in [
      ["show", "last", "--format", "html"], ["show", "last", "--format", "markdown"],
      ["show", "last", "--format", "json"],
      ["evidence", "last", "E1", "--format", "json"], ["evidence", "last", "E1", "--format", "csv"],
    ] {
      let shown = try program.run(all: arguments)
      traces += [shown.output, shown.errors]
    }
    return traces
  }

  private func expect(_ parts: [String], notIn traces: [String]) {
    for part in parts {
      let found = traces.filter { $0.contains(part) }
      #expect(found.isEmpty, "\(part): \(found.map { $0.prefix(2000) })")
    }
  }

  @Test(arguments: [
    #"printf %s "$S" | base64"#, #"printf %s "$S" | base64 -w 40"#, #"printf '%s and more\n' "x$S" | base64 -w 64"#,
    #"printf %s "$S" | fold -w 20"#, #"printf %s "$S" | base64 >&2; exit 3"#,
    #"printf %s "$S" | fold -w 20 >&2; exit 3"#, #"printf %s "$S" | base64 | base64"#,
    #"printf %s "$S" | od -An -tx1"#, #"printf %s "$S" | od -c"#, #"printf %s "$S" | base32 -w 20"#,
    #"printf '["%s"]' "$(printf %s "$S" | base64 -w 16 | sed -z 's/\n/","/g')""#,
    #"printf %s "$S" | sed 's/./&\n/g'"#, #"printf %s "$S" | tr a-z A-Z"#,
  ])
  func `a program that prints its secret in lines leaves nothing of it behind`(script: String) throws {
    defer { program.remove() }
    let result = try run(
      """
        - query: shown
          on_error: continue
          shell:
            script: |
              \(script)
            env: {S: "${secrets.token}"}
      """)
    #expect(result.code == 0, "\(result.errors)")
    let base64 = Data(Self.token.utf8).base64EncodedString()
    let traces = try traces(result)
    var parts = [
      String(Self.token.prefix(12)), String(Self.token.suffix(6)), String(base64.suffix(8)), "TOK_9FQ2", "746f 6b",
      "74 6f 6b",
    ]
    for start in stride(from: 4, to: base64.count - 12, by: 8) {
      parts.append(String(base64.dropFirst(start).prefix(12)))
    }
    expect(parts, notIn: traces)
    #expect(traces.contains { $0.contains("•••") })
  }

  /// A call is shown with its values on lines of their own.
  @Test func `codes in short lines are not in the call that they are given to`() throws {
    defer { program.remove() }
    let codes = ["1234-56", "9981-27", "4410-83"]
    try program.write(codes.joined(separator: "\n") + "\n", to: "told")
    let result = try run(
      """
        - query: asked
          shell: {script: 'cat; printf "%s" "$S"', env: {S: "${secrets.told}"}, stdin: "${secrets.told}"}
        - act: given
          shell: {args: [sh, -c, "true"], env: {S: "${secrets.told}"}, stdin: "codes:\\n${secrets.told}"}
      """)
    #expect(result.code == 3, "\(result.errors)")
    expect(codes, notIn: try traces(result))
    #expect(result.errors.contains("with S='•••'"), "\(result.errors)")
  }

  @Test func `a secret that only a command names, or nothing, is known from the first step on`() throws {
    defer { program.remove() }
    let folder = program.folder.path
    try program.write("A=unused-secret-7741\nB=unread-secret-5521\n", to: "dump")
    let result = try run(
      """
        - query: dump
          shell: {script: 'cat \(folder)/told \(folder)/unread \(folder)/dump'}
        - query: told
          tell: {about: "it"}
      """)
    #expect(result.code == 0, "\(result.errors)")
    expect(["told-secret", "unread-secret", "unused-secret", "8812", "7741"], notIn: try traces(result))
  }

  @Test(arguments: [
    "${inputs.pw.split('')}", "${inputs.pw.split(';')}", "${inputs.pw.split(';')[0].lowerAscii()}",
    "${inputs.pw.size() * 7919}",
    "a ${inputs.pw.substring(0, 4)} b", "${{'x': inputs.pw.substring(8)}}",
  ])
  func `a value made of a secret is masked whole, and what is made of that`(value: String) throws {
    defer { program.remove() }
    let result = try run(
      """
        - query: made
          value: "\(value)"
        - query: again
          value: "${[made.value]}"
        - check: known
          that: made.ok
          yes: "it is ${made.value} and ${inputs.pw.split(';')[1]}"
        - document: note
          text: "it is ${again.value} and ${inputs.pw.split(';')[1]}"
      """)
    #expect(result.code == 0, "\(result.errors)")
    let traces = try traces(result)
    expect(["Hv7-", "hv7-", "pQ2", "rT9", "Lm3", "118785", #""H","v""#], notIn: traces)
    #expect(traces.contains { $0.contains(#""value":"•••""#) })
  }

  @Test(arguments: [
    "  - query: v\n    value: \"${inputs.pw}\"\n  - query: ran\n    shell: [echo, \"${v.value}\"]\n",
    "  - query: v\n    value: \"${inputs.pw.split(';')}\"\n  - query: ran\n    shell: [echo, \"${v.value[0]}\"]\n",
    "  - query: ran\n    for_each: s in [inputs.pw]\n    shell: [echo, \"${s}\"]\n",
    "  - group: g\n    for_each: s in [inputs.pw]\n    steps:\n      - query: ran\n        shell: [echo, \"${s}\"]\n",
    "  - query: k\n    secret: true\n    shell: [cat, FOLDER/key]\n  - query: v\n    value: \"${k.stdout}\"\n"
      + "  - query: ran\n    shell: [echo, \"${v.value}\"]\n",
    "  - act: ran\n    for_each: s in [inputs.pw]\n    shell: [echo, \"${s}\"]\n",
    "  - query: v\n    for_each: s in [inputs.pw]\n    value: x\n"
      + "  - query: ran\n    shell: [echo, \"${v.items[0].item}\"]\n",
    "  - query: v\n    for_each: s in [inputs.pw]\n    shell: {script: 'true', env: {S: \"${s}\"}}\n"
      + "  - query: ran\n    shell: [echo, \"${v.items[0].item}\"]\n",
  ])
  func `no secret gets into a program's arguments by way of another step`(steps: String) throws {
    defer { program.remove() }
    try program.write("another-secret-3321", to: "key")
    let result = try run(steps.replacing("FOLDER", with: program.folder.path))
    let traces = try traces(result)
    #expect(traces.contains { $0.contains("a secret would stand in `args`") }, "\(result.output)\(result.errors)")
    expect(["Hv7-", "rT9", "another-secret"], notIn: traces)
  }

  @Test func `what a call returned that held a secret may stand in arguments`() throws {
    defer { program.remove() }
    let result = try run(
      """
        - query: named
          shell: {script: 'printf web-1', env: {S: "${secrets.token}"}}
        - query: looked
          shell: [echo, "${named.stdout}"]
        - query: each
          for_each: name in named.lines
          shell: [echo, "${name}"]
        - group: every
          for_each: name in named.lines
          steps:
            - query: inner
              shell: [echo, "${name}"]
        - check: seen
          that: each.items[0].lines == ['web-1'] && every.items[0].inner.lines == ['web-1']
          expect: "yes"
      """)
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test func `what a secret's command prints must be a text`() throws {
    defer { program.remove() }
    try program.write(
      Self.environments.replacing("{env: TOKEN}", with: "{command: [printf, 'raw\\377-secret']}").replacing(
        "FOLDER", with: program.folder.path), to: "env.yaml")
    let result = try run("  - query: a\n    shell: {script: 'printf raw', env: {S: \"${secrets.token}\"}}\n")
    #expect(result.errors.contains("is not UTF-8 text"), "\(result.errors)")
  }

  @Test func `a missing secret input is asked for in a variable and never on the command line`() throws {
    defer { program.remove() }
    try program.write(
      "playbook: book\ntitle: Book\ninputs:\n  pw: {type: string, secret: true}\nsteps:\n  - confirm: c\n    ask: Go?\n",
      to: "books/book/playbook.yaml")
    let options = ["--playbooks", "books", "--env", "test", "--environments", "env.yaml"]
    let missing = try program.run(all: ["run", "book"] + options)
    #expect(missing.errors.contains("PLAYBOOK_INPUT_PW") && !missing.errors.contains("--set"), "\(missing.errors)")
    #expect(try program.run(all: ["run", "book"] + options, variables: Self.variables).code == 3)
    let resumed = try program.run(all: ["resume", "last"] + options)
    #expect(resumed.errors.contains("PLAYBOOK_INPUT_PW") && !resumed.errors.contains("--set"), "\(resumed.errors)")
    let answered = try program.run(
      all: ["resume", "last", "--answer", "c=yes"] + options, variables: Self.variables)
    #expect(answered.code == 0, "\(answered.errors)")
    let short = try program.run(all: ["run", "book"] + options, variables: ["PLAYBOOK_INPUT_PW": "k3-x"])
    #expect(short.code != 0 && short.errors.contains("PLAYBOOK_INPUT_PW") && !short.errors.contains("k3-x"))
  }

  @Test(arguments: [
    "    shell:\n      path: [/bin]\n      pasword: s3cr3t-in-file\n",
    "    shell: {path: [/bin], pasword: s3cr3t-in-file}\n", "    shell: {pasword: s3cr3t-in-file, trusted: 7}\n",
    "    sql: {url: postgres://db/x, password: s3cr3t-in-file, statment: 7}\n",
    "    secrets: {a: {value: s3cr3t-in-file}}\n", "    secrets:\n      a:\n        value: s3cr3t-in-file\n",
    "    secrets: {a: s3cr3t-in-file}\n", "    secrets: {a: {prompt: s3cr3t-in-file}}\n",
    "    secrets: s3cr3t-in-file\n",
    "    secrets: [s3cr3t-in-file]\n", "    pasword: s3cr3t-in-file\n", "    secrts: {a: s3cr3t-in-file}\n",
    "    redis: {url: redis://r, passwords: [s3cr3t-in-file]}\n", "    secrets: {a: {env: [s3cr3t-in-file]}}\n",
    "    redis: {url: redis://r, password: \"s3cr3t-in-file}\n", "    redis: {password: s3cr3t-in-file: x}\n",
  ])
  func `a message about a file of environments shows no secret that is written there`(lines: String) throws {
    defer { program.remove() }
    try program.write("environments:\n  test:\n" + lines, to: "wrong.yaml")
    try program.write(
      "playbook: book\ntitle: Book\nsteps:\n  - confirm: c\n    ask: Go?\n", to: "books/book/playbook.yaml")
    let result = try program.run(
      all: ["run", "book", "--playbooks", "books", "--env", "test", "--environments", "wrong.yaml"])
    #expect(result.code != 0)
    #expect(!(result.output + result.errors).contains("s3cr3t"), "\(result.errors)")
    #expect(result.errors.contains("wrong.yaml:"), "\(result.errors)")
  }

  private static let connections: [(lines: String, parts: [String])] = [
    ("    sql: {url: \"host=127.0.0.1 port=1 password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    sql: {url: \"host=127.0.0.1 port=1 password='conn 9f3a 71kk'\"}\n", ["conn 9f3a"]),
    ("    sql: {url: \"host=127.0.0.1 port=no password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    sql: {url: \"postgres://app:conn/9f3a-71kk@127.0.0.1:1/x\"}\n", ["conn/9f3a"]),
    ("    sql: {url: \"postgres://127.0.0.1:1/x?user=app&password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    sql: {url: \"jdbc:postgresql://127.0.0.1:1/x?password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    sql: {url: \"postgres://127.0.0.1:1/x\", password: conn-9f3a-71kk}\n", ["conn-9f3a"]),
    (
      "    sql: {url: \"postgres://127.0.0.1:1/x\", act: {url: \"host=127.0.0.1 password=conn-9f3a-71kk\"}}\n",
      ["conn-9f3a"]
    ),
    ("    redis: {url: \"redis://127.0.0.1:1/0?password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    redis: {url: \"redis://:conn/9f3a-71kk@127.0.0.1:1/0\"}\n", ["conn/9f3a"]),
    ("    redis: {url: \"redis://127.0.0.1:1,password=conn-9f3a-71kk\"}\n", ["conn-9f3a"]),
    ("    http: {url: \"http://app:conn/9f3a-71kk@127.0.0.1:1\", read_paths: [\"/*\"]}\n", ["conn/9f3a"]),
    ("    http: {url: \"http://127.0.0.1:1\", headers: {Authorization: Bearer conn-9f3a-71kk}}\n", ["conn-9f3a"]),
    ("    http: {url: \"http://127.0.0.1:1?password=conn-9f3a-71kk\", read_paths: 7}\n", ["conn-9f3a"]),
  ]

  /// A password that is written in a target's settings is masked where a program prints it, and told in no error.
  @Test(arguments: connections)
  func `the password of a connection that nobody declared stays where it is`(lines: String, parts: [String]) throws {
    defer { program.remove() }
    let shell = "    shell: {path: [/usr/bin, /bin], trusted: true}\n"
    try program.write("environments:\n  test:\n" + shell + lines, to: "env.yaml")
    let calls = [
      "sql": "sql: SELECT 1 AS n", "redis": "redis: PING", "http": "http: GET /x",
    ]
    let executor = try #require(calls.keys.first { lines.hasPrefix("    \($0):") })
    let result = try run(
      """
        - query: told
          shell: {script: 'cat \(program.folder.path)/env.yaml'}
        - query: called
          on_error: continue
          \(calls[executor] ?? "")
      """)
    expect(parts + ["71kk"], notIn: try traces(result))
  }

  @Test(arguments: [
    "  pw: {type: string, secret: true, default: k3-xy}",
    "  pw: {type: string, secret: true, default: dflt-9f3a-71kk, optoins: 1}",
    "  pw: {type: choice, secret: true, options: [aaaaaaaaaa], default: dflt-9f3a-71kk}",
    "  pw:\n    type: integer\n    secret: true\n    default: dflt-9f3a-71kk",
    "  pw:\n    type: string\n    secret: true\n    default: 'dflt-9f3a-71kk",
    "  pw: {type: string, secret: true, default: dflt-9f3a-71kk",
    "  pw:\n    type: string\n    secret: true\n    default: |\n      dflt-9f3a-71kk\n     x: dflt-9f3a",
    "  pw:\n    type: string\n    secret: true\n    default: \"dflt-9f3a-71kk${\"",
    "  pw: {type: strng, secret: true, default: dflt-9f3a-71kk}",
  ])
  func `a message about a secret input shows nothing of its default`(input: String) throws {
    defer { program.remove() }
    try program.write(
      "playbook: book\ntitle: Book\ninputs:\n\(input)\nsteps:\n  - confirm: c\n    ask: Go?\n",
      to: "books/book/playbook.yaml")
    for arguments in [
      ["lint", "books"], ["run", "book", "--playbooks", "books", "--env", "test", "--environments", "env.yaml"],
    ] {
      let result = try program.run(all: arguments, variables: Self.variables)
      #expect(result.code != 0)
      let said = result.output + result.errors
      #expect(!said.contains("9f3a") && !said.contains("k3-xy"), "\(said)")
      #expect(said.contains("playbook.yaml:"), "\(said)")
    }
  }

  @Test func `a value without its name is not repeated`() throws {
    defer { program.remove() }
    for arguments in [
      ["--set", "Hv7-pQ2;rT9xLm3"], ["--answer", "Hv7-pQ2;rT9xLm3"], ["--set", "pw=Hv7"], ["--set", "pw"],
    ] {
      try program.write(
        "playbook: book\ntitle: Book\ninputs:\n  pw: {type: string, secret: true}\nsteps:\n  - confirm: c\n    ask: Go?\n",
        to: "books/book/playbook.yaml")
      let result = try program.run(
        all: ["run", "book", "--playbooks", "books", "--env", "test", "--environments", "env.yaml"] + arguments)
      #expect(result.code == 2 && !result.errors.contains("Hv7"), "\(result.errors)")
      #expect(result.errors.contains(arguments[0]), "\(result.errors)")
    }
    try program.write("c: \"Hv7-pQ2;rT9xLm3\npw: [\n", to: "answers.yaml")
    let result = try run("  - confirm: c\n    ask: Go?\n", "--answers", "answers.yaml")
    #expect(
      result.code == 2 && !result.errors.contains("Hv7") && result.errors.contains("answers.yaml:"), "\(result.errors)")
  }

  @Test func `a part of a secret is not shown by a question, a text to be typed or a suggestion`() throws {
    defer { program.remove() }
    let result = try run(
      """
        - document: noted
          text: "it begins with ${inputs.pw.substring(0, 4)}"
          fields:
            begin: {type: string, default: "${inputs.pw.substring(0, 4)}"}
        - confirm: sure
          ask: "Does it end with ${inputs.pw.split(';')[1]}?"
        - act: gone
          title: "Drop ${inputs.pw.substring(0, 4)}"
          irreversible: true
          typed: "drop ${inputs.pw.substring(0, 4)}"
          shell: {args: [touch, \(program.folder.path)/done]}
      """, "--answer", "noted.begin=x", "--answer", "sure=yes")
    #expect(result.code == 3, "\(result.errors)")
    expect(["Hv7-", "rT9x"], notIn: try traces(result))
    #expect(result.errors.contains("gone shell"), "\(result.errors)")
  }
}
