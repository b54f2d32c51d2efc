import CEL
public import ExecutorKit
public import PlaybookLanguage

/// An executor that is a program of its own: `playbook-executor-NAME` adds the executor `NAME`.
///
/// It speaks JSON-RPC 2.0, one message a line, on its standard input and output. We send the requests `describe`
/// (once), `validate`, `plan`, `perform` and `shutdown`, one at a time, and the notification `cancel`; it may send the
/// notification `progress` while a request is open. A request that comes while all its processes are busy gets a
/// process of its own; an idle process is used again. A plugin that hangs, dies, writes something that is not an
/// answer, or a line of more than 32 MiB ends the call with an error, and its process is killed.
///
/// Its call and outcome are those of its description. A query goes to it only where its description says that the call
/// reads and the target says `trusted: true`, since nothing but the plugin's word keeps it from writing. It sees the
/// target's settings but `trusted`, and of our environment the home folder alone. `docs/plugins.md` has every message.
public struct PluginExecutor: Executor {
  private let pool: PluginPool
  private let description: PluginDescription

  /// Starts the program and asks for its description. Throws where it does not answer within ten seconds, or nonsense.
  init(_ file: PluginFile, home: String) async throws(ExecutorError) {
    pool = PluginPool(file, home: home)
    let answer: Value
    do {
      answer = try await pool.request(
        "describe", MapValue([("protocol", 1)]), until: .now + .seconds(10), takesEffect: false)
    } catch {
      await pool.close()
      throw error
    }
    do {
      description = try PluginDescription(answer, of: file)
    } catch {
      await pool.close()
      throw error
    }
  }

  /// The form of its calls, as the plugin described them.
  public var schema: ExecutorSchema { description.schema }

  public func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    description.schema.name + " " + Value.map(call.arguments).jsonText()
  }

  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let parameters = try await admit(call, context: context)
    let answer = try await pool.request("plan", parameters, until: context.deadline, takesEffect: false, ifMissing: [])
    guard let lines = answer.listValue, lines.allSatisfy({ $0.stringValue != nil }) else {
      throw ExecutorError(.malformed, "\(subject): `plan` must give a list of texts")
    }
    return lines.compactMap(\.stringValue)
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let parameters = try await admit(call, context: context)
    let answer = try await pool.request(
      "perform", parameters, until: context.deadline, takesEffect: true, progress: context.progress)
    return try outcome(answer)
  }

  /// The plugin's objections to a call's arguments, with the place within them. Throws where it can't be asked.
  public func problems(in call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [CallProblem] {
    let parameters = try request(call, context: context)
    let answer = try await pool.request(
      "validate", parameters, until: context.deadline, takesEffect: false, ifMissing: [])
    guard let items = answer.listValue else {
      throw ExecutorError(.malformed, "\(subject): `validate` must give a list of problems")
    }
    var problems: [CallProblem] = []
    for item in items {
      guard let message = item["message"]?.stringValue else {
        throw ExecutorError(.malformed, "\(subject): a problem that `validate` gives has no `message`")
      }
      let path = (item["path"]?.listValue ?? []).map(\.rendered)
      problems.append(
        CallProblem(path: path, code: "plugin-\(schema.name)", message: message, help: item["help"]?.stringValue))
    }
    return problems
  }

  public func close() async {
    await pool.close()
  }

  /// Its name in messages.
  private var subject: String { "plugin \(description.schema.name)" }

  /// Throws where the call may not be sent, by our rules or by the plugin's own.
  private func admit(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> MapValue {
    let parameters = try request(call, context: context)
    if call.mode == .query {
      guard description.reads(call.arguments) else {
        throw ExecutorError(.refused, "\(subject) does not say that this call only reads, so it is not a query")
      }
      guard context.target?.settings["trusted"] == true else {
        let target = context.target?.name ?? schema.name
        throw ExecutorError(
          .refused,
          "only its word keeps \(subject) from writing; queries need `trusted: true` on the target `\(target)`")
      }
    }
    guard let problem = try await problems(in: call, context: context).first else { return parameters }
    let place = problem.path.isEmpty ? "" : problem.path.joined(separator: ".") + ": "
    throw ExecutorError(.invalid, "\(subject): \(place)\(problem.message)")
  }

  private func request(_ call: ResolvedCall, context: CallContext) throws(ExecutorError) -> MapValue {
    guard let target = context.target else {
      throw ExecutorError(.refused, "the environment has no target `\(schema.name)`, which the plugin needs")
    }
    var settings = target.settings
    if call.mode == .act, let overlay = settings["act"]?.mapValue {
      for entry in overlay.entries { settings.insert(entry.value, for: entry.key) }
    }
    settings["act"] = nil
    settings["trusted"] = nil
    let remaining = ContinuousClock.now.duration(to: context.deadline)
    let place = MapValue([
      ("name", .string(target.name)), ("environment", .string(target.environment)), ("settings", .map(settings)),
    ])
    return MapValue([
      ("mode", .string(call.mode.rawValue)), ("arguments", .map(call.arguments)), ("target", .map(place)),
      ("host", call.host.map(Value.string) ?? .null), ("label", .string(context.label)),
      ("seconds", .double(max(0, remaining / .seconds(1)))),
      ("limits", ["rows": .int(Int64(context.limits.rows)), "bytes": .int(Int64(context.limits.bytes))]),
    ])
  }

  private func outcome(_ answer: Value) throws(ExecutorError) -> CallOutcome {
    func malformed(_ message: String) -> ExecutorError {
      ExecutorError(.malformed, "\(subject): \(message)", mayHaveTakenEffect: true)
    }
    guard let given = answer["fields"]?.mapValue else { throw malformed("`perform` must give `fields`") }
    for entry in given.entries where description.schema.outcome[entry.key.rendered] == nil {
      throw malformed("it gave the field `\(entry.key.rendered)`, which it does not describe")
    }
    var fields = MapValue()
    for (name, type) in description.schema.outcome.sorted(by: { $0.key < $1.key }) {
      guard let value = PluginType.value(given[name] ?? .null, as: type) else {
        throw malformed("the field `\(name)` is not of the type that it describes")
      }
      fields[name] = value
    }
    return CallOutcome(
      fields: fields, isTruncated: answer["truncated"]?.boolValue ?? false, source: answer["source"]?.stringValue)
  }
}
