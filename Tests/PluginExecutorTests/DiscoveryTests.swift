import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookLanguage
import PluginExecutor
import Testing

@Suite struct DiscoveryTests {
  private let folder: PluginFolder

  init() throws { folder = try PluginFolder() }

  /// Writes a plugin that answers the first request with `result` and then waits.
  private func write(_ name: String, describing result: String, mode: Int = 0o755) throws {
    let text = """
      #!/bin/sh
      read -r line
      echo '{"jsonrpc":"2.0","id":1,"result":\(result)}'
      read -r line
      echo '{"jsonrpc":"2.0","id":2,"result":null}'

      """
    try folder.write("playbook-executor-" + name, text, mode: mode)
  }

  private func description(_ name: String, _ more: String = "") -> String {
    #"{"protocol":1,"name":"\#(name)","fields":[{"name":"a","type":"text"}],"outcome":{}\#(more)}"#
  }

  @Test func `plugins are found by their name, and other files are passed over`() async throws {
    for name in ["two", "one"] { try write(name, describing: description(name)) }
    try folder.write("README", "text", mode: 0o644)
    let plugins = try await PluginExecutor.discover(in: [folder.path])
    #expect(plugins.map(\.schema.name) == ["one", "two"])
    for plugin in plugins { await plugin.close() }
    #expect(try await PluginExecutor.discover(in: []).isEmpty)
  }

  @Test func `a folder must be there, absolute, and not everybody's`() async throws {
    func code(_ path: String) async -> ExecutorError.Code? {
      do {
        _ = try await PluginExecutor.discover(in: [path])
        return nil
      } catch {
        return error.code
      }
    }
    #expect(await code("/no/such/folder") == .unreachable)
    #expect(await code("plugins") == .invalid)
    #expect(await code("/tmp") == .refused)
    try folder.write("file", "")
    #expect(await code(folder.path + "/file") == .refused)
  }

  @Test func `a program that anybody could change is refused and not started`() async throws {
    let text = "#!/bin/sh\ntouch \(folder.path)/ran\n"
    try folder.write("playbook-executor-open", text, mode: 0o777)
    let error = await folder.discoveryFailure()
    #expect(error?.code == .refused)
    #expect(error?.message == "\(folder.path)/playbook-executor-open is writable by everybody")
    #expect(folder.text(of: "ran") == nil)
  }

  @Test func `a link, a folder and a file that can't be run are no plugins`() async throws {
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/playbook-executor-link", withDestinationPath: "/bin/cat")
    #expect(await folder.discoveryFailure()?.code == .refused)
    let second = try PluginFolder()
    try FileManager.default.createDirectory(
      atPath: second.path + "/playbook-executor-folder", withIntermediateDirectories: false)
    #expect(await second.discoveryFailure()?.code == .refused)
    let third = try PluginFolder()
    try third.write("playbook-executor-plain", "#!/bin/sh\n", mode: 0o644)
    #expect(await third.discoveryFailure()?.code == .unreachable)
  }

  @Test(arguments: ["", "Upper", "a-b", "1a", "a.sh", "redis", "sql", "http", "shell", "manual", "value"])
  func `a name that makes no sense or is taken is an error`(name: String) async throws {
    try write(name, describing: description(name))
    #expect(await folder.discoveryFailure()?.code == .invalid)
  }

  @Test func `a plugin that is there twice is an error`() async throws {
    let other = try PluginFolder()
    try other.write("playbook-executor-one", "#!/bin/sh\n")
    try write("one", describing: description("one"))
    await #expect(throws: ExecutorError.self) { try await PluginExecutor.discover(in: [folder.path, other.path]) }
  }

  @Test(arguments: [
    "null", "{}", "[]", #"{"protocol":2,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{}}"#,
    #"{"protocol":1,"name":"other","fields":[{"name":"a","type":"text"}],"outcome":{}}"#,
    #"{"protocol":1,"name":"odd","fields":[],"outcome":{}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"A","type":"text"}],"outcome":{}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"blob"}],"outcome":{}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a"},{"name":"a"}],"outcome":{}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}]}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{"ok":"bool"}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{"b":"blob"}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{},"short":"b"}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{},"list":"a"}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{},"reads":"yes"}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{},"reads":{"b":["x"]}}"#,
    #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"text"}],"outcome":{},"reads":{}}"#,
  ])
  func `a description that makes no sense is an error that names the file`(description: String) async throws {
    try write("odd", describing: description)
    let error = await folder.discoveryFailure()
    #expect(error?.code == .malformed)
    #expect(error?.message.hasPrefix("\(folder.path)/playbook-executor-odd describes itself wrongly") == true)
  }

  @Test func `every type of an outcome can be described`() async throws {
    let outcome =
      #""outcome":{"a":"dyn","b":"bytes","c":"timestamp","d":"ip","e":"cidr","f":{"list":{"map":"uint"}},"#
      + #""g":{"object":{"x":"bool","y":"decimal"}}}"#
    try write("odd", describing: #"{"protocol":1,"name":"odd","fields":[{"name":"a","type":"words"}],\#(outcome)}"#)
    let plugin = try await folder.plugin()
    #expect(plugin.schema.shortForm == .words("a"))
    #expect(plugin.schema.outcome["f"] == .list(.map(key: .string, value: .uint)))
    await plugin.close()
  }

  @Test func `a program that ends at once is an error`() async throws {
    try folder.write("playbook-executor-brief", "#!/bin/sh\necho broken >&2; exit 1\n")
    let error = await folder.discoveryFailure()
    #expect(error?.code == .disconnected)
    #expect(error?.message == "plugin brief exited with 1: broken")
  }
}
