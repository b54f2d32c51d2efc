import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import ShellExecutor
import SourceText
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// Promises 2 and 3: nobody else's program runs, no value is code, and nothing outlives a query.
@Suite struct ProgramPromiseTests {
  private let bench: Workbench

  init() throws {
    bench = try Workbench()
    try bench.program("tool", "echo tool")
  }

  private func failure(_ call: ResolvedCall, _ settings: [(String, Value)] = []) async -> ExecutorError? {
    await bench.failure { try await bench.executor.perform(call, context: bench.context(settings)) }
  }

  @Test(arguments: ["bin", "bin/tool", "other"])
  func `a path that everybody may write to runs nothing`(_ name: String) async throws {
    let path: (String, Value) = ("path", [.string(bench.folder + "/other"), .string(bench.bin)])
    #expect(await failure(bench.call(["tool"]), [path]) == nil)
    let mode = name == "bin/tool" ? 0o757 : 0o1777
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(bench.folder)/\(name)")
    let isFolder = name != "bin/tool"
    for call in [bench.call(["tool"]), bench.call([.string(bench.bin + "/tool")])]
      + (isFolder ? [bench.script("true")] : [bench.script("#!\(bench.bin)/tool\nx\n")])
    {
      let error = await failure(call, [path])
      #expect(error?.code == .refused, "\(error?.message ?? "it ran")")
      #expect(error?.message.contains("writable by everybody") == true && error?.message.contains("chmod o-w") == true)
    }
  }

  @Test(arguments: [
    "PERL5OPT", "NODE_OPTIONS", "JAVA_TOOL_OPTIONS", "GIT_SSH_COMMAND", "PYTHONPATH", "GCONV_PATH", "LESSOPEN",
    "LD_PRELOAD",
    "LD_AUDIT", "BASH_ENV", "ENV", "PS4", "PROMPT_COMMAND", "RUBYOPT", "PERL5LIB", "PYTHONSTARTUP", "PYTHONWARNINGS",
    "GIT_CONFIG_VALUE_0", "GIT_EXTERNAL_DIFF", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "RUBYLIB", "LUA_INIT",
    "LUA_INIT_5_4", "GLIBC_TUNABLES", "PAGER", "EDITOR", "LESS", "MAKEFLAGS", "BASH_FUNC_ls", "ZDOTDIR", "HOME",
    "SHELL",
    "PATH", "IFS", "npm_config_script_shell", "KUBECONFIG", "RSYNC_RSH", "DOTNET_STARTUP_HOOKS", "OPENSSL_CONF",
    "PYTHONHOME", "GIT_PAGER", "GIT_ASKPASS", "SSH_ASKPASS", "PSQLRC", "PHPRC", "ERL_FLAGS",
  ])
  func `no value enters a variable that is code`(_ name: String) {
    for value in ["${inputs.x}", "a ${inputs.x} b"] {
      for call in ["args: [tool]", "script: 'true'"] {
        let found = problems(call, "{\(name): '\(value)', PLAIN: '${inputs.x}'}")
        #expect(found.count == 1 && found[0].hasPrefix("7:"), "\(found)")
      }
    }
  }

  @Test(arguments: ["PLAIN", "PYTHONUNBUFFERED", "GIT_AUTHOR_NAME", "DIR", "S", "LANG", "TZ", "HOMEPAGE", "PATHS"])
  func `a value enters any other variable`(_ name: String) {
    #expect(problems("args: [tool]", "{\(name): '${inputs.x}'}").isEmpty)
  }

  @Test(arguments: ["PYTHONPATH", "HOME", "GIT_SSH_COMMAND", "NODE_OPTIONS"])
  func `a text that is written out is its author's`(_ name: String) {
    #expect(problems("args: [tool]", "{\(name): /opt/lib, PLAIN: '${inputs.x}'}").isEmpty)
  }

  /// What lint says of a call, as `LINE:COLUMN: MESSAGE`.
  private func problems(_ call: String, _ variables: String) -> [String] {
    let text = """
      playbook: p
      title: P
      inputs: {x: {type: string, default: y}}
      steps:
        - act: a
          irreversible: true
          shell: {\(call), env: \(variables)}
      """
    let source = PlaybookSource(SourceFile(path: "p.yaml", text: text))
    return Playbook.load(source, executors: [ShellExecutor.schema], commands: [], loadPlaybook: { _ in nil })
      .diagnostics.map { "\($0.span?.location ?? ""): \($0.message)".replacing("p.yaml:", with: "") }
  }

  @Test(arguments: [
    "setsid sh -c 'echo $$ > FOLDER/child; sleep 60' & while [ ! -s FOLDER/child ]; do sleep 0.05; done",
    "(setsid sh -c 'echo $$ > FOLDER/child; exec sleep 60' &) ; while [ ! -s FOLDER/child ]; do sleep 0.05; done",
    "sh -c 'echo $$ > FOLDER/child; exec sleep 60' & while [ ! -s FOLDER/child ]; do sleep 0.05; done",
    "nohup setsid setsid sh -c 'echo $$ > FOLDER/child; sleep 60' > /dev/null 2>&1 & while [ ! -s FOLDER/child ]; do sleep 0.05; done",
  ])
  func `what a query has started ends with it, in its session or out of it`(_ text: String) async throws {
    try bench.program("start", "PATH=/usr/bin:/bin\n" + text.replacing("FOLDER", with: bench.folder))
    let read: [(String, Value)] = [("read_only", [["start"]])]
    _ = try await bench.executor.perform(bench.call(["start"], .query), context: bench.context(read))
    let child = try await bench.process(in: "child")
    for _ in 0..<100 where kill(child, 0) == 0 { try await Task.sleep(for: .milliseconds(20)) }
    #expect(kill(child, 0) != 0, "it still runs")
    if kill(child, 0) == 0 { kill(child, SIGKILL) }
  }

  @Test func `what an act has started stays`() async throws {
    try bench.program(
      "start",
      "PATH=/usr/bin:/bin\nsetsid sh -c 'echo $$ > \(bench.folder)/child; exec sleep 60' & while [ ! -s \(bench.folder)/child ]; do sleep 0.05; done"
    )
    _ = try await bench.executor.perform(bench.call(["start"]), context: bench.context())
    let child = try await bench.process(in: "child")
    #expect(kill(child, 0) == 0)
    kill(child, SIGKILL)
  }
}
