import CEL
import ExecutorKit
import PlaybookLanguage
import ShellExecutor
import SourceText
import Testing

/// Promise 2: of a target's programs a query runs what `read_only` lists, and no more than its author can have meant.
@Suite struct ReadOnlyPromiseTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    for name in ["tool", "journalctl"] { try bench.program(name, #"echo x > "${0%/*}/ran""#) }
  }

  private static let lists: Value = [
    ["journalctl", "-u", "..."],
    ["tool", ["match": "etcd-[a-z0-9-]+"] as Value, "show"],
    ["tool", "any", ["match": ".*"] as Value],
    ["tool", "dash", ["match": "-n|-u"] as Value],
    ["tool", "mixed", ["match": "-n|.*"] as Value],
    ["tool", "maybe", ["match": "-?.*"] as Value],
    ["tool", "class", ["match": "[-a-z]+"] as Value],
    ["tool", "escaped", ["match": #"\-n"#] as Value],
    ["tool", "group", ["match": "(-n)"] as Value],
    ["tool", "quoted", ["match": #"-\Q[\E|.*"#] as Value],
    ["tool", "member", ["match": "-[]|]|.*"] as Value],
    ["tool", "lines", ["match": "(?s).*"] as Value],
  ]

  private func error(_ words: [String]) async -> ExecutorError? {
    await bench.failure {
      try await bench.executor.perform(
        bench.call(words.map(Value.string), .query), context: bench.context([("read_only", Self.lists)]))
    }
  }

  @Test(arguments: [
    ["journalctl", "-u", "redis"], ["journalctl", "-u"], ["journalctl", "-u", "a", "b c", "é"],
    ["tool", "etcd-main-0", "show"], ["tool", "any", "x y"], ["tool", "dash", "-n"], ["tool", "dash", "-u"],
    ["tool", "mixed", "-n"], ["tool", "mixed", "x"], ["tool", "class", "a-b"], ["tool", "member", "-]"],
    ["tool", "member", "-|"], ["tool", "maybe", "x"],
  ])
  func `a listed query runs`(_ words: [String]) async throws {
    let error = await error(words)
    #expect(error == nil, "\(error?.message ?? "")")
    #expect(bench.text(of: "bin/ran") != nil)
  }

  @Test(arguments: [
    ["journalctl", "-u", "x", "--vacuum-size=1"], ["journalctl", "-u", "--rotate"], ["journalctl", "-u", "x", "-"],
    ["journalctl", "-u", "x", "--"], ["journalctl", "-u", ""], ["journalctl", "-u", "a\nb"],
    ["journalctl", "-u", "a\tb"],
    ["journalctl", "-u", "a\u{1B}[2J"], ["journalctl", "-u", "a\u{85}b"], ["journalctl", "-u", "a\u{2028}b"],
    ["tool", "etcd-", "show"], ["tool", "xetcd-a", "show"], ["tool", "etcd-a\n", "show"], ["tool", "etcd-a;b", "show"],
    ["tool", "etcd-a", "hide"], ["tool", "etcd-a"], ["tool", "any", ""], ["tool", "any", "--delete"],
    ["tool", "any", "-"], ["tool", "any", "a\u{7F}"], ["tool", "dash", "-x"], ["tool", "dash", "-nu"],
    ["tool", "mixed", "--delete"], ["tool", "maybe", "--delete"], ["tool", "class", "-a"],
    ["tool", "class", "--delete"],
    ["tool", "escaped", "-n"], ["tool", "group", "-n"], ["tool", "quoted", "--delete"], ["tool", "member", "--delete"],
    ["tool", "lines", "a\nb"], ["tool", "lines", "--delete"], ["tool", "lines", "\r"],
  ])
  func `a query brings no option and no odd word past a pattern`(_ words: [String]) async throws {
    #expect(await error(words)?.code == .refused)
    #expect(bench.text(of: "bin/ran") == nil)
  }

  @Test func `an option behind the dots is told as what it is`() async throws {
    let message = await error(["journalctl", "-u", "x", "--vacuum-size=1"])?.message ?? ""
    #expect(message.contains("its `...` takes no option"), "\(message)")
  }

  @Test(arguments: [
    [["match": "a"] as Value], ["tool", ["match": "("] as Value], ["tool", ["match": "a)|(b"] as Value],
    ["tool", ["matches": "a"] as Value], ["tool", ["match": "a", "x": "b"] as Value], ["tool", ["match": 7] as Value],
    ["tool", ["a"] as Value], [["match": "tool"] as Value, "x"], ["...", "tool"],
  ])
  func `a list that makes no sense is an error that names it`(_ list: [Value]) async throws {
    let error = await bench.failure {
      try await bench.executor.perform(
        bench.call(["tool"]), context: bench.context([("read_only", .list([.list(list)]))]))
    }
    #expect(error?.code == .invalid && error?.message.contains("`read_only`") == true, "\(error?.message ?? "")")
  }

  // MARK: Lint

  private func findings(_ shell: String) -> [String] {
    EnvironmentFile.decode(
      SourceFile(path: "e.yaml", text: "environments:\n  test:\n    shell: \(shell)\n"),
      executors: [ShellExecutor.schema]
    ).diagnostics.map { "\($0.span?.location ?? "") \($0.severity.rawValue) \($0.message)" }
  }

  @Test(arguments: [
    ("{path: [/b], trusted: true}", "3:34 warning queries may run any program"),
    ("{path: [/b], read_only: [[bash, ...]]}", "warning `...` behind `bash`"),
    ("{path: [/b], read_only: [[/b/sed, ...]]}", "warning `...` behind `/b/sed`"),
    ("{path: [/b], read_only: [[uniq, ...]]}", "warning `...` behind `uniq`"),
    ("{path: [/b], read_only: [[sh, -c, ...]]}", "warning `...` behind `sh`"),
    ("{path: [/b], read_only: [[psql, -At, -c, ...]]}", "warning `...` behind `psql`"),
    ("{path: [/b], read_only: [[a, {match: -.*}]]}", "3:41 warning `-.*` takes any option"),
    ("{path: [/b], read_only: [[a, {match: '--[a-z-]+(=.*)?'}]]}", "takes any option"),
    ("{path: [/b], read_only: [[a, {match: '('}]]}", "3:37 error `read_only` has `(`"),
    ("{path: [/b], read_only: [[a, ..., b]]}", "only at the end"),
    ("{path: [/b], read_only: [[{match: a}, b]]}", "error `read_only` must name a program"),
    ("{path: [/b], env: {A-B: x}}", "is not a name of an environment variable"),
  ])
  func `lint points out what opens more than its author can have meant`(_ shell: String, _ finding: String) {
    let found = findings(shell)
    #expect(found.count == 1 && found[0].contains(finding), "\(found)")
  }

  @Test(arguments: [
    "{path: [/b], read_only: [[firewall, list], [systemctl, is-active, ...], [tool, ...], [tool, {match: '-n|-u'}]]}",
    "{path: [/b], read_only: [[tar, -tf, ...], [sudo, -n, firewall, list, ...], [redis-cli, get, ...], [cat, ...]]}",
    "{path: [/b], read_only: [[tool, {match: 'etcd-[a-z0-9-]+'}], [tool, {match: '.*'}]]}",
  ])
  func `lint leaves lists alone that open nothing`(_ shell: String) {
    #expect(findings(shell).isEmpty, "\(findings(shell))")
  }
}
