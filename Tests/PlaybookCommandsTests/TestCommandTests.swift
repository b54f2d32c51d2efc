import Foundation
import Testing

/// `playbook test` on a scenario of its own, of which nearly everything goes wrong.
@Suite(.serialized)
struct TestCommandTests {
  let program: Program

  init() throws {
    program = try Program()
    for (name, text) in Self.scenario { try program.write(text, to: "playbooks/small/" + name) }
    let mark = program.folder.appending(path: "playbooks/small/drill/bin/mark").path
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: mark)
  }

  static let scenario = [
    "playbook.yaml": """
    playbook: small
    title: A small one
    inputs: {user: {type: string, pattern: "[a-z0-9-]+"}}
    steps:
      - query: lock
        redis: GET lock:${inputs.user}
      - check: locked
        that: lock.value != null
      - confirm: verdict
        ask: Unlock?
        options:
          leave: Leave it
          unlock:
            text: Unlock it
            steps:
              - act: unlock
                redis: DEL lock:${inputs.user}
                undo: {redis: "SET lock:${inputs.user} again"}
              - act: tell
                http: POST /users/${inputs.user}/tell
                undo: {manual: Tell them again}
    """,
    "drill/environment.yaml": """
    environments:
      drill:
        redis: {url: "${world.redis}"}
        sql: {url: "${world.sql}", act: {url: "${world.sql_admin}"}}
        http: {url: "${world.http}", headers: {Authorization: "Bearer ${secrets.token}"}}
        shell: {path: ["${world.bin}"], read_only: [[mark, show]]}
        secrets: {token: {file: "${world.secrets}/token"}}
    default: drill
    """,
    "drill/redis.txt": "SET lock:anna 1\nSET lock:bert 1\nSET short 1 PX 1500\n",
    "drill/world.sql":
      "CREATE TABLE users (id text);\nINSERT INTO users VALUES ('anna');\nCREATE TABLE told (id text);\n",
    "drill/bin/mark": """
    #!/bin/sh
    PATH=/usr/bin:/bin
    case $1 in show) cat "$(dirname "$0")/../mark" 2>/dev/null || true ;; set) echo "$2" > "$(dirname "$0")/../mark" ;; esac

    """,
    "drill/api.yaml": """
    routes:
      - route: POST /users/{id}/tell
        auth: token
        do:
          - sql: {statement: "INSERT INTO told VALUES (:id)", with: {id: "${request.path.id}"}}
        answer: {status: 202, json: {}}
    """,
    "tests/unlocked.yaml": """
    test: an account is unlocked and its owner is told
    inputs: {user: anna}
    world_before:
      - shell: mark set ${inputs.user}
    answers: {verdict: unlock, unlock: "yes", tell: "yes"}
    expect:
      steps: {locked: "yes", verdict: unlock, unlock: done}
      that: [lock.value == '1', inputs.user == 'anna']
    world:
      - redis: EXISTS lock:${inputs.user}
        that: value == 0
      - sql: SELECT id FROM told
        that: "rows.map(r, r.id) == ['anna']"
      - shell: mark show
        that: lines == ['anna']
      - file: mark
        that: [exists, text == 'anna\\n']
      - api: POST /users/{id}/tell
        that: calls.size() == 1 && calls[0].params.id == 'anna' && calls[0].status == 202
    world_else: unchanged
    """,
  ]

  private func test(_ text: String, named name: String = "other") throws -> Program.Result {
    try program.write(text, to: "playbooks/small/tests/\(name).yaml")
    return try program.run("test", "small/\(name)")
  }

  @Test func `a test that passes is a line, and the branches that it does not take are named`() throws {
    defer { program.remove() }
    let result = try program.run("test", "small", "--junit", "results.xml")
    #expect(result.code == 0, "\(result.output)\(result.errors)")
    #expect(result.output.hasPrefix("ok    small/unlocked  "))
    #expect(result.output.contains("playbook.yaml:7:12: `locked` is never no"))
    #expect(result.output.contains("playbook.yaml:12:7: `verdict` is never answered leave"))
    #expect(result.output.contains("(4 of 8)"))
    #expect(result.output.contains("playbook test: 1 scenario test, all passed, "))
    let xml = try String(contentsOf: program.folder.appending(path: "results.xml"), encoding: .utf8)
    #expect(xml.contains("<testsuite name=\"small\" tests=\"1\" failures=\"0\""))
    #expect(xml.contains("<testcase classname=\"small\" name=\"unlocked\""))
  }

  @Test func `what does not hold is said with its place, what was expected and what is`() throws {
    defer { program.remove() }
    let result = try test(
      """
      test: everything is otherwise
      inputs: {user: nobody}
      answers: {verdict: leave}
      expect:
        outcome: failed
        steps: {unlock: done, locked: "yes"}
        that: lock.value == '1'
      world:
        - redis: EXISTS lock:anna
          that: value == 0
        - api: POST /users/{id}/tell
          that: calls.size() == 3
      """)
    #expect(result.code == 1)
    #expect(result.output.hasPrefix("FAIL  small/other  "))
    for line in [
      "other.yaml:5:12: error: expected the run to be failed, and it is completed",
      "other.yaml:6:19: error: expected `unlock` to be done", "its state is skipped",
      "other.yaml:6:33: error: expected `locked` to be yes", "its verdict is no",
      "other.yaml:7:9: error: does not hold", "lock.value is null", "other.yaml:10:11: error: does not hold",
      "value is 1", "other.yaml:12:11: error: does not hold", "calls is []",
      "playbook test: 1 scenario test, 1 failed, ",
    ] { #expect(result.output.contains(line), "\(line)\n\(result.output)") }
  }

  @Test func `a question that has no answer pauses the run, and the test says which one`() throws {
    defer { program.remove() }
    let result = try test("test: nobody answers\ninputs: {user: anna}\nanswers: {verdict: unlock}\n")
    #expect(result.code == 1)
    #expect(result.output.contains("other.yaml:1:7: error: expected the run to be completed, and it is paused"))
    #expect(result.output.contains("the test has no answer to `unlock`"))
  }

  @Test func `what never comes is waited for as long as the test says`() throws {
    defer { program.remove() }
    let waiting = """

        - query: waited
          redis: GET never
          until: {that: value == 'there', every: 1s, within: 1h}
        - act: late
          redis: SET late 1
          idempotent: true
          verify: {redis: GET late, that: value == 'never', every: 1s, within: 1h}

      """
    try program.write((Self.scenario["playbook.yaml"] ?? "") + waiting, to: "playbooks/small/playbook.yaml")
    let result = try test(
      """
      test: it does not come
      inputs: {user: anna}
      give_up_after: 1s
      answers: {verdict: leave, late: "yes"}
      expect:
        steps: {waited: done, late: done}
        that: ["!waited.met", "!late.verified"]
      """)
    #expect(result.code == 0, "\(result.output)\(result.errors)")
  }

  @Test func `what changed and is not named fails a test that says that nothing did`() throws {
    defer { program.remove() }
    let result = try test(
      """
      test: it claims to change nothing
      inputs: {user: anna}
      answers: {verdict: unlock, unlock: "yes", tell: "yes"}
      world_else: unchanged
      """)
    #expect(result.code == 1)
    #expect(result.output.contains("other.yaml:4:13: error: the Redis key `lock:anna` was removed"))
    #expect(result.output.contains("the table `told` has other rows (0 rows before, 1 rows now)"))
    #expect(result.output.contains("the API got `POST /users/{id}/tell`"))
    #expect(!result.output.contains("short"))
    #expect(!result.output.contains("lock:bert"))
  }

  @Test func `a secret in the run's folder fails every test`() throws {
    defer { program.remove() }
    // The world makes it only after the run's secrets are known, so that nothing scrubs it.
    try program.write(
      "#!/bin/sh\nPATH=/usr/bin:/bin\nd=$(dirname \"$0\")/..\nprintf 'late-secret-0815' > \"$d/secrets/late\"\nbase64 < \"$d/secrets/late\"\n",
      to: "playbooks/small/drill/bin/mark")
    let playbook = (Self.scenario["playbook.yaml"] ?? "") + "\n  - query: shown\n    shell: mark show\n"
    try program.write(playbook, to: "playbooks/small/playbook.yaml")
    let result = try test("test: it leaks\ninputs: {user: anna}\nanswers: {verdict: leave}\n")
    #expect(result.code == 1)
    #expect(result.output.contains("the run's folder holds the secret late (base64) in journal.jsonl"))
    #expect(!result.output.contains("late-secret-0815"))
  }

  @Test func `a wrong file is refused with places and suggestions, and nothing is started`() throws {
    defer { program.remove() }
    let result = try test(
      """
      test: all wrong
      inputs: {usr: anna}
      answer: {}
      answers: {verdct: leave, verdict: lock}
      expect:
        outcome: complete
        steps: {unlok: done, locked: perhaps}
        that: [lok.value == '1', lock.valu == '1', lock.value]
      world:
        - redis: EXISTS lock:anna
        - api: POST /users/{id}/told
          that: call.size() == 0
        - api: POST /users/{id}/tell
          redis: PING
          that: calls.size() == 0
      world_else: changed
      give_up_after: soon
      """)
    #expect(result.code == 2)
    #expect(result.output.isEmpty)
    for line in [
      "other.yaml:2:10: error: `small` has no input `usr`", "did you mean `user`?",
      "other.yaml:2:9: error: the input `user`",
      "other.yaml:3:1: error: a test has no key `answer`",
      "other.yaml:4:11: error: `small` asks nothing called `verdct`",
      "other.yaml:4:35: error: `lock` is not an answer to `verdict`", "other.yaml:6:12: error: `outcome` is",
      "did you mean `completed`?", "other.yaml:7:11: error: `small` has no step `unlok`",
      "other.yaml:7:32: error: `locked` never is `perhaps`", "other.yaml:8:10: error: nothing is called `lok`",
      "other.yaml:8:28: error: the outcome of `lock` has no field `valu`",
      "other.yaml:10:5: error: a question to the world needs `that`",
      "other.yaml:11:10: error: the drill's API has no route `POST /users/{id}/told`",
      "other.yaml:12:11: error: nothing is called `call`", "other.yaml:13:5: error: a question to the world is one of",
      "other.yaml:16:13: error: `world_else` is", "other.yaml:17:16: error: ",
    ] { #expect(result.errors.contains(line), "\(line)\n\(result.errors)") }
  }

  @Test func `a scenario or a test that is not there ends with 2`() throws {
    defer { program.remove() }
    #expect(try program.run("test", "smal").errors.contains("did you mean `small`?"))
    #expect(try program.run("test", "smal").code == 2)
    #expect(try program.run("test", "small/unlockd").errors.contains("did you mean `unlocked`?"))
    #expect(try program.run("test", "small/unlockd").code == 2)
    #expect(try program.run("test", "--jobs", "0").code == 2)
  }
}
