import CEL
import ExecutorKit
import PlaybookLanguage
import PluginExecutor
import Testing

@Suite struct MisbehaviourTests {
  /// What an act ends with where the plugin does `body` when it is asked to perform, and whether its processes are
  /// gone.
  private func act(_ body: String, within: Duration = .seconds(30)) async throws -> ExecutorError? {
    let folder = try PluginFolder.withOdd(body)
    let plugin = try await folder.plugin()
    let error = await plugin.failure(call("odd", [("text", "x")]), context(within: within))
    await plugin.close()
    #expect(await folder.isDeserted())
    return error
  }

  @Test(arguments: [
    "hello", "{}", "[]", "null", #"{"jsonrpc":"2.0"}"#, #"{"jsonrpc":"1.0","id":1,"result":1}"#,
    #"{"jsonrpc":"2.0","id":"a","result":1}"#, #"{"jsonrpc":"2.0","id":3,"result":1,"error":{}}"#,
    #"{"jsonrpc":"2.0","id":99,"result":{"fields":{"n":1}}}"#, #"{"jsonrpc":"2.0","id":7,"method":"ask"}"#,
    #"{"jsonrpc":"2.0","id":3,"#, #"{"jsonrpc":"2.0","id":3,"result":{}}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"fields":{"n":"one"}}}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"fields":{"m":1}}}"#,
    #"{"jsonrpc":"2.0","id":3,"result":{"fields":{"n":1.5}}}"#,
  ])
  func `an answer that makes no sense is an error`(line: String) async throws {
    let error = try await act("echo '\(line)'")
    #expect(error?.code == .malformed)
    #expect(error?.message.hasPrefix("plugin odd") == true)
    #expect(error?.mayHaveTakenEffect == true)
  }

  @Test func `bytes that are not text are an error`() async throws {
    #expect(try await act(#"printf '\377\000\n'"#)?.code == .malformed)
  }

  @Test func `a plugin that dies says how, and what it complained of`() async throws {
    let error = try await act("echo 'no such module' >&2; exit 3")
    #expect(error?.code == .disconnected)
    #expect(error?.message == "plugin odd exited with 3: no such module")
    #expect(error?.mayHaveTakenEffect == true)
    #expect(try await act("kill -KILL $$")?.message == "plugin odd was ended by signal 9")
  }

  @Test(arguments: ["sleep 600", "trap '' TERM; sleep 600", "exec sleep 600", "while :; do :; done"])
  func `a plugin that hangs is killed, whatever it ignores`(body: String) async throws {
    let error = try await act(body, within: .seconds(3))
    #expect(error?.code == .timedOut)
    #expect(error?.mayHaveTakenEffect == true)
  }

  @Test func `a plugin that closes its output and stays is killed`() async throws {
    #expect(try await act("exec >&-; sleep 600")?.code == .disconnected)
  }

  @Test func `a line that is too long, or never ends, is an error`() async throws {
    let error = try await act("yes | tr -d '\\n'")
    #expect(error?.code == .malformed)
    #expect(error?.message == "plugin odd wrote a line of more than 32 MiB")
  }

  @Test func `a flood on standard error does not hold up the answer`() async throws {
    let error = try await act(
      #"yes | head -c 20000000 >&2; echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"fields":{"n":1}}}'"#)
    #expect(error == nil)
  }

  @Test func `a flood of notifications ends at the deadline`() async throws {
    let body = #"yes '{"jsonrpc":"2.0","method":"progress","params":{"id":3,"text":"x"}}'"#
    #expect(try await act(body, within: .milliseconds(500))?.code == .timedOut)
  }

  @Test func `an error's code and outcome are taken over, unknown codes are rejections`() async throws {
    let known =
      #"echo '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":1,"message":"no","data":{"code":"unauthorized","#
      + #""outcome":{"n":4}}}}'"#
    let error = try await act(known)
    #expect(error?.code == .unauthorized)
    #expect(error?.message == "plugin odd: no")
    #expect(error?.outcome?["n"] == 4)
    let unknown = #"echo '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":1,"message":"no","data":{"code":"tired"}}}'"#
    #expect(try await act(unknown)?.code == .rejected)
    let missing = #"echo '{"jsonrpc":"2.0","id":'"$id"',"error":{"code":-32601,"message":"no"}}'"#
    #expect(try await act(missing)?.code == .malformed)
  }

  @Test func `after a failure the next call gets a new process`() async throws {
    let folder = try PluginFolder.withOdd(
      #"test $(wc -l < "$(dirname "$0")/pids") -gt 1 || exit 1; "#
        + #"echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"fields":{"n":1}}}'"#)
    let plugin = try await folder.plugin()
    #expect(await plugin.failure(call("odd", []), context())?.code == .disconnected)
    #expect(await plugin.failure(call("odd", []), context()) == nil)
    await plugin.close()
    #expect(await folder.isDeserted())
  }

  @Test func `a plugin sees nothing of our environment`() async throws {
    let folder = try PluginFolder.withOdd(
      #"env > "$(dirname "$0")/env"; echo '{"jsonrpc":"2.0","id":'"$id"',"result":{"fields":{"n":1}}}'"#)
    let plugin = try await folder.plugin()
    #expect(await plugin.failure(call("odd", []), context()) == nil)
    await plugin.close()
    let names = (folder.text(of: "env") ?? "").split(separator: "\n").compactMap { $0.split(separator: "=").first }
    #expect(Set(names).subtracting(["PWD", "OLDPWD", "SHLVL", "_"]) == ["PATH", "HOME", "LANG", "TZ"])
  }
}
