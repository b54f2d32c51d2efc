import CEL
import ExecutorKit
import PlaybookLanguage
import PluginExecutor
import Synchronization
import Testing

@Suite struct EchoTests {
  private let folder: PluginFolder

  init() throws { folder = try PluginFolder.withEcho() }

  private func withEcho(_ body: (PluginExecutor) async throws -> Void) async throws {
    let plugin = try await folder.plugin()
    do {
      try await body(plugin)
    } catch {
      await plugin.close()
      throw error
    }
    await plugin.close()
  }

  @Test func `a plugin's description becomes its schema`() async throws {
    try await withEcho { plugin in
      let schema = plugin.schema
      #expect(schema.name == "echo")
      #expect(schema.fields.map(\.name) == ["text", "action", "wait", "more"])
      #expect(schema.fields.map(\.type) == [.text, .choice(["say", "write"]), .duration, .tree])
      #expect(schema.fields.map(\.isRequired) == [true, false, false, false])
      #expect(schema.shortForm == .field("text"))
      #expect(
        schema.outcome == [
          "text": .string, "length": .int, "waited": .duration, "more": .dyn,
          "settings": .map(key: .string, value: .dyn),
        ])
      #expect(schema.usesTarget)
      #expect(plugin.display(call("echo", [("text", "a b")]), on: nil) == #"echo {"text":"a b"}"#)
      let price = Value.decimal(try #require(Decimal("1.10")))
      #expect(
        plugin.display(call("echo", [("text", "a"), ("more", price)]), on: nil) == #"echo {"text":"a","more":1.10}"#)
    }
  }

  @Test func `a call goes to the plugin and its typed outcome comes back`() async throws {
    try await withEcho { plugin in
      let more: Value = ["a": [1, 2.5, true, .null], "b": .int(.max)]
      let settings: [(String, Value)] = [("trusted", true), ("key", "k"), ("act", ["key": "acting"])]
      let outcome = try await plugin.perform(
        call("echo", [("text", "höllo\n\"\u{1B}"), ("action", "say"), ("more", more)], .query),
        context: context(settings))
      #expect(outcome.fields["text"] == "höllo\n\"\u{1B}")
      #expect(outcome.fields["length"] == 8)
      #expect(outcome.fields["waited"] == .duration(.zero))
      #expect(outcome.fields["more"] == more)
      #expect(outcome.fields["settings"] == ["key": "k"])
      #expect(outcome.source == "echo")
      let act = try await plugin.perform(call("echo", [("text", "x")]), context: context(settings))
      #expect(act.fields["settings"] == ["key": "acting"])
    }
  }

  @Test func `a query goes only where the plugin says it reads and the target trusts it`() async throws {
    try await withEcho { plugin in
      let write = call("echo", [("text", "x"), ("action", "write")], .query)
      let file: [(String, Value)] = [("trusted", true), ("file", .string(folder.path + "/out"))]
      #expect(await plugin.failure(write, context(file))?.code == .refused)
      #expect(await plugin.failure(call("echo", [("text", "x")], .query), context(file))?.code == .refused)
      let read = call("echo", [("text", "x"), ("action", "say")], .query)
      for settings: [(String, Value)] in [[], [("trusted", false)], [("trusted", "true")], [("trusted", 1)]] {
        #expect(await plugin.failure(read, context(settings))?.code == .refused)
      }
      #expect(await plugin.failure(read, context(file)) == nil)
      #expect(folder.text(of: "out") == nil)
      var act = write
      act.mode = .act
      #expect(await plugin.failure(act, context(file)) == nil)
      #expect(folder.text(of: "out") == "x\n")
      let nowhere = CallContext(target: nil, deadline: .now + .seconds(60), label: "")
      #expect(await plugin.failure(act, nowhere)?.code == .refused)
    }
  }

  @Test func `the plugin's problems and errors come with their place`() async throws {
    try await withEcho { plugin in
      let empty = call("echo", [("text", "")])
      let problems = try await plugin.problems(in: empty, context: context())
      #expect(problems.map(\.path) == [["text"]])
      #expect(problems.map(\.code) == ["plugin-echo"])
      let refused = await plugin.failure(empty, context())
      #expect(refused?.code == .invalid)
      #expect(refused?.message == "plugin echo: text: there is nothing to say")
      let failed = await plugin.failure(call("echo", [("text", "x"), ("action", "write")]), context())
      #expect(failed?.code == .invalid)
      #expect(failed?.message == "plugin echo: action: the target has no `file`")
      #expect(failed?.mayHaveTakenEffect == false)
      let lines = try await plugin.plan(call("echo", [("text", "four")]), context: context())
      #expect(lines == ["would say 4 characters"])
    }
  }

  @Test func `progress is passed on`() async throws {
    try await withEcho { plugin in
      let seen = Mutex<[String]>([])
      _ = try await plugin.perform(
        call("echo", [("text", "x"), ("wait", .duration(.milliseconds(200)))]),
        context: context { text in seen.withLock { $0.append(text) } })
      #expect(seen.withLock { $0 } == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"])
    }
  }

  @Test func `a cancelled call is cancelled at the plugin, which goes on to serve`() async throws {
    try await withEcho { plugin in
      let (started, sign) = AsyncStream<Void>.makeStream()
      let running = Task {
        await plugin.failure(
          call("echo", [("text", "x"), ("wait", .duration(.seconds(600)))]), context { _ in sign.yield() })
      }
      for await _ in started { break }
      running.cancel()
      let error = await running.value
      #expect(error?.code == .cancelled)
      // The plugin's own word.
      #expect(error?.mayHaveTakenEffect == false)
      #expect(await plugin.failure(call("echo", [("text", "y")]), context()) == nil)
    }
  }

  @Test func `a call that takes too long is stopped`() async throws {
    try await withEcho { plugin in
      let error = await plugin.failure(
        call("echo", [("text", "x"), ("wait", .duration(.seconds(600)))]), context(within: .milliseconds(300)))
      #expect(error?.code == .timedOut)
      #expect(await plugin.failure(call("echo", [("text", "y")]), context(within: .zero))?.code == .timedOut)
    }
  }

  @Test func `calls side by side each get their own answer`() async throws {
    try await withEcho { plugin in
      let answers = try await withThrowingTaskGroup(of: (Int64, Value?).self) { group in
        for number in Int64(0)..<12 {
          group.addTask {
            let outcome = try await plugin.perform(
              call("echo", [("text", .string(String(number))), ("more", .int(number))]), context: context())
            return (number, outcome.fields["more"])
          }
        }
        return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      #expect(answers.count == 12)
      for (number, value) in answers { #expect(value == .int(number)) }
    }
  }

  @Test func `a text of four megabytes goes there and back`() async throws {
    try await withEcho { plugin in
      let text = String(repeating: "0123456789abcde\n", count: 1 << 18)
      let outcome = try await plugin.perform(call("echo", [("text", .string(text))]), context: context())
      #expect(outcome.fields["text"] == .string(text))
    }
  }

  @Test func `a plugin that was shut down serves no more`() async throws {
    let plugin = try await folder.plugin()
    await plugin.close()
    #expect(await plugin.failure(call("echo", [("text", "x")]), context())?.code == .disconnected)
  }
}
