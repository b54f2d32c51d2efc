import CEL
import ExecutorKit
import PlaybookLanguage
import Testing

@Suite struct QueryRuleTests {
  private let bench: Workbench
  private let readOnly: [(String, Value)] = [
    ("read_only", [["firewall", "list"], ["journal", "-u", "..."], ["a", "...", "b"]])
  ]

  init() throws {
    bench = try Workbench()
    for name in ["firewall", "journal", "a"] { try bench.program(name, #"touch "$(dirname "$0")/ran"; echo "$@""#) }
  }

  private func error(_ words: [Value], _ more: [(String, Value)] = [], _ settings: [(String, Value)]? = nil) async
    -> ExecutorError?
  {
    await bench.failure {
      try await bench.executor.perform(
        bench.call(words, .query, more), context: bench.context(settings ?? readOnly))
    }
  }

  @Test(arguments: [
    ["firewall", "list"], ["journal", "-u"], ["journal", "-u", "redis", "n", "5"], ["a", "...", "b"],
  ])
  func `a query runs what the target lists`(words: [String]) async throws {
    #expect(await error(words.map(Value.string)) == nil)
  }

  @Test(arguments: [
    ["firewall"], ["firewall", "block", "1.2.3.4"], ["firewall", "list", "--flush"], ["firewall", "list "],
    ["firewall", "List"], ["firewall", "lis\u{74}\u{301}"], ["journal"], ["journal", "--rotate"], ["a", "x", "b"],
    ["a", "b"],
    ["firewall list"], ["sh", "-c", "firewall list"], ["./firewall", "list"],
  ])
  func `a query runs nothing else`(words: [String]) async throws {
    let error = await error(words.map(Value.string))
    #expect(error?.code == .refused)
    #expect(bench.text(of: "bin/ran") == nil)
  }

  @Test func `a query without a list runs nothing`() async throws {
    let error = await error(["firewall", "list"], [], [])
    #expect(error?.code == .refused)
    #expect(error?.message == "`firewall list` is not in `read_only` of `shell`, so a query may not run it")
  }

  @Test(arguments: ["env", "stdin", "cwd"])
  func `a listed query may bring nothing besides its words`(field: String) async throws {
    let values: [String: Value] = ["env": ["A": "b"], "stdin": "x", "cwd": "/tmp"]
    #expect(await error(["firewall", "list"], [(field, values[field] ?? .null)])?.code == .refused)
    let trusted: [(String, Value)] = [
      ("trusted", true), ("path", [.string(bench.bin), "/usr/bin", "/bin"]),
    ]
    #expect(await error(["firewall", "list"], [(field, values[field] ?? .null)], trusted) == nil)
  }

  @Test func `a script is a query only where the target is trusted, and an act anywhere`() async throws {
    let refused = await bench.failure {
      try await bench.executor.perform(bench.script("echo x", .query), context: bench.context(readOnly))
    }
    #expect(refused?.code == .refused)
    let outcome = try await bench.executor.perform(
      bench.script("echo x", .query), context: bench.context([("trusted", true)]))
    #expect(outcome.fields["stdout"] == "x\n")
    #expect(outcome.source == "/bin/sh (trusted)")
    _ = try await bench.executor.perform(bench.script("echo x"), context: bench.context(readOnly))
  }

  @Test func `settings for acts count for acts alone`() async throws {
    try bench.program("only", "echo act", in: "other")
    let settings: [(String, Value)] = [
      ("trusted", true), ("act", .map(MapValue([("path", .list([.string(bench.folder + "/other")]))]))),
    ]
    #expect(await error(["only"], [], settings)?.code == .unreachable)
    let outcome = try await bench.executor.perform(bench.call(["only"]), context: bench.context(settings))
    #expect(outcome.fields["stdout"] == "act\n")
  }
}

@Suite struct TargetTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.program("tool", "echo tool")
  }

  private func error(_ words: [Value], _ settings: [(String, Value)] = []) async -> ExecutorError? {
    await bench.failure {
      try await bench.executor.perform(bench.call(words), context: bench.context(settings))
    }
  }

  @Test func `a program is found by name and by its path`() async throws {
    #expect(await error(["tool"]) == nil)
    #expect(await error([.string(bench.bin + "/tool")]) == nil)
  }

  @Test func `a path lies directly in a folder of the target`() async throws {
    try bench.program("away", "echo away", in: "other")
    for path in [
      "/bin/sh", bench.folder + "/other/away", bench.bin + "/../other/away", bench.bin + "//tool", "bin/tool", "./tool",
      bench.bin + "/", bench.bin + "/..", "..", ".", "../bin/tool",
    ] {
      #expect(await error([.string(path)])?.code == .refused, "\(path)")
    }
  }

  @Test func `a link may lead to another program of the path and not out of it`() async throws {
    try bench.program("away", "echo away", in: "other")
    try bench.link("bin/inside", to: "tool")
    try bench.link("bin/outside", to: "../other/away")
    try bench.link("bin/broken", to: "nowhere")
    #expect(await error(["inside"]) == nil)
    let refused = await error(["outside"])
    #expect(refused?.code == .refused)
    #expect(refused?.message.contains("other/away, outside of the path of `shell`") == true)
    #expect(await error(["broken"])?.code == .unreachable)
  }

  @Test func `a folder of the path may itself be a link`() async throws {
    try bench.link("linked", to: "bin")
    #expect(await error(["tool"], [("path", [.string(bench.folder + "/linked")])]) == nil)
  }

  @Test func `what is missing, a folder or not executable is told apart`() async throws {
    try bench.program("plain", "echo", mode: 0o644)
    try bench.link("bin/folder", to: "/tmp")
    let missing = await error(["missing"])
    #expect(missing?.code == .unreachable)
    #expect(missing?.message == "there is no program `missing` on the path of `shell` (\(bench.bin))")
    #expect(await error(["plain"])?.message == "\(bench.bin)/plain is not executable")
    #expect(await error(["folder"])?.message == "\(bench.bin)/folder is not a regular file")
    try bench.program("alien", "#!/no/such/interpreter\n")
    #expect(await error(["alien"])?.code == .unreachable)
  }

  @Test func `without a path, or without a target, nothing runs`() async throws {
    let error = await error(["tool"], [("path", [])])
    #expect(error?.code == .refused)
    #expect(error?.message == "the target `shell` of test has no `path`: no program may run there")
    let nobody = await bench.failure {
      try await bench.executor.perform(
        bench.script("echo"), context: CallContext(target: nil, deadline: .now + .seconds(60), label: ""))
    }
    #expect(nobody?.code == .refused)
  }

  @Test func `settings that make no sense are errors that name them`() async throws {
    let settings: [(String, Value)] = [
      ("path", "bin"), ("path", ["/a:/b"]), ("path", [7]), ("path", 7), ("read_only", "tool"),
      ("read_only", ["tool list"]),
      ("read_only", [["..."]]), ("read_only", [[]]), ("trusted", "yes"), ("env", ["a"]), ("env", ["A-B": "x"]),
      ("cwd", "work"), ("readonly", []), ("act", true), ("act", ["act": true]),
    ]
    for (name, value) in settings {
      let error = await error(["tool"], [(name, value)])
      #expect(error?.code == .invalid, "\(name): \(value.rendered)")
      #expect(error?.message.contains("`\(name)`") == true || name == "act", "\(error?.message ?? "")")
    }
    #expect(await error(["tool"], [("cwd", "/no/such/folder")])?.code == .unreachable)
  }

  @Test func `a call can't be moved to a host`() async throws {
    var call = bench.call(["tool"])
    call.host = "db1"
    #expect(await bench.failure { try await bench.executor.perform(call, context: bench.context()) }?.code == .invalid)
  }

  @Test func `a plan says which file runs, and runs nothing`() async throws {
    try bench.program("touch-it", "touch \(bench.folder)/ran")
    let lines = try await bench.executor.plan(bench.call(["touch-it"]), context: bench.context())
    #expect(lines == ["runs \(bench.bin)/touch-it in /"])
    let missing = await bench.failure {
      try await bench.executor.plan(bench.call(["missing"]), context: bench.context())
    }
    #expect(missing?.code == .unreachable)
    #expect(bench.text(of: "ran") == nil)
  }
}
