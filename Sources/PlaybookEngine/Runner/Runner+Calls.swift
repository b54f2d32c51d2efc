import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Why a call has no values.
  enum CallProblem: Error {
    /// It depends on something that did not run: the step is not sent.
    case unknown(String)
    case wrong(String)

    var reason: String {
      switch self {
      case .unknown(let reason), .wrong(let reason): reason
      }
    }
  }

  /// A call ready to go out.
  struct PreparedCall: Sendable {
    var call: ResolvedCall
    var target: ResolvedTarget?
    var executor: any Executor
    /// As it may be shown.
    var text: String
    /// The server that it would reach, and that as it may be shown; of an act, once it was looked for.
    var server: CallServer?
    var serverText: String?
    /// Why that can't be told.
    var serverProblem: String?
    /// Whether the result was computed from, or the call holds, something secret.
    var isSecret: Bool
    /// The arguments as they may be shown, and as a yes is bound to them: without secrets that are renewed.
    var told = MapValue()
    var bound = MapValue()
    /// What each of the call's expressions gave, before any of it became part of a text.
    var given: [Value] = []
  }

  /// The target that a call goes to: the one it names, or its executor's default.
  func targetName(of call: Call) -> String? {
    if let command = configuration.environment.commands.first(where: { $0.name == call.executor }) {
      return targetName(of: command.call)
    }
    guard executors[call.executor]?.schema.usesTarget == true else { return nil }
    return call.target.name ?? call.executor
  }

  /// Fills in a call's values and finds its target.
  ///
  /// - Parameter isDone: An earlier session sent it, so that it may hold what was taken out of the record.
  func prepare(
    _ call: Call, mode: CallMode, in scope: Scope, now: Timestamp, adding extra: [String: Value] = [:],
    isDone: Bool = false
  ) async throws(CallProblem) -> PreparedCall {
    var scope = scope
    if let command = configuration.environment.commands.first(where: { $0.name == call.executor }) {
      return try await prepare(command, call, mode: mode, in: scope, now: now, adding: extra)
    }
    guard let executor = executors[call.executor] else { throw .wrong("there is no executor `\(call.executor)`") }
    let expressions = call.form.fields.values.flatMap(\.expressions) + (call.target.host?.expressions ?? [])
    do {
      let names = Set(expressions.flatMap(\.secretNames))
      if !names.isEmpty { scope.values["secrets"] = .map(try await secrets.values(for: names)) }
    } catch {
      throw .wrong(error.message)
    }
    let bindings = scope.bindings(now: now, adding: extra)
    let isSecret = { (located: LocatedExpression) in scope.isSecret([located]) }
    var arguments = MapValue()
    var shown = MapValue()
    var bound = MapValue()
    for field in executor.schema.fields {
      guard let tree = call.form.fields[field.name] else { continue }
      if executor.schema.exposedFields.contains(field.name), scope.holdsSecret(tree.expressions) {
        throw .wrong(
          "a secret would stand in `\(field.name)`, which everybody on that machine can read; give it by the program's "
            + "environment or standard input")
      }
      let value = try value(of: tree, as: field.type, in: scope, bindings)
      if let unknown = value.firstUnknown { throw .unknown(unknown.reasons.joined(separator: "; ")) }
      if isResumed || scope.isFromRecord, !isDone, value.texts.contains(where: { $0.contains(Outcome.scrubbed) }) {
        throw .wrong(
          "`\(field.name)` holds what was taken out of the record as secret; it is not known any more")
      }
      if Bulk.exceeds(value) {
        throw .wrong("`\(field.name)` comes to more than \(Bulk.limit >> 20) MiB, which is more than a call may hold")
      }
      arguments[field.name] = value
      // What is too short to be taken out of a text is masked by its place.
      var isMasked = await hideSecrets(of: tree, bindings, isSecret: isSecret)
      if scope.holdsSecret(tree.expressions), !executor.schema.usesTarget { isMasked = true }
      shown[field.name] = isMasked ? (try? tree.masked(bindings, isSecret: isSecret)) ?? value : value
      bound[field.name] = withoutRenewedSecrets(tree, bindings) ?? value
    }
    let name = executor.schema.usesTarget ? call.target.name ?? call.executor : nil
    var resolved = ResolvedCall(executor: call.executor, mode: mode, target: name, arguments: arguments)
    if let host = call.target.host {
      await hideSecrets(of: .template(host), bindings, isSecret: isSecret)
      switch try value(of: .template(host), as: .text, in: scope, bindings) {
      case .string(let text): resolved.host = text
      case .unknown(let unknown): throw .unknown(unknown.reasons.joined(separator: "; "))
      case let other: throw .wrong("the host is no text but \(scope.told(other, of: host.expressions))")
      }
    }
    let target = try await target(named: name)
    var told = resolved
    // Before an executor breaks a value into lines of its own: of a secret in several short lines nothing would be
    // found there.
    told.arguments = await sink.redacted(value: .map(shown)).mapValue ?? shown
    let text = await sink.redacted(executor.display(told, on: target))
    return PreparedCall(
      call: resolved, target: target, executor: executor, text: text, isSecret: scope.isSecret(expressions),
      told: shown, bound: bound, given: expressions.compactMap { try? $0.evaluate(bindings) })
  }

  /// A command of the environment: its own call, in which `call` is what the step gives.
  private func prepare(
    _ command: Environment.Command, _ call: Call, mode: CallMode, in scope: Scope, now: Timestamp,
    adding extra: [String: Value]
  ) async throws(CallProblem) -> PreparedCall {
    if mode == .query, command.writes { throw .wrong("the command `\(command.name)` writes, so no query may use it") }
    let bindings = scope.bindings(now: now, adding: extra)
    var given = MapValue()
    for (name, tree) in call.form.fields.sorted(by: { $0.key < $1.key }) {
      let value = try value(of: tree, as: .tree, in: scope, bindings)
      if let unknown = value.firstUnknown { throw .unknown(unknown.reasons.joined(separator: "; ")) }
      given[name] = value
    }
    for parameter in command.parameters {
      guard let tree = call.form.fields[parameter.name], let value = given[parameter.name] else {
        throw .wrong("the command `\(command.name)` needs `\(parameter.name)`")
      }
      switch parameter.check(value) {
      case .success(let typed): given[parameter.name] = typed
      case .failure(let problem):
        throw .wrong("`\(parameter.name)`: \(scope.reason(problem, of: tree, for: parameter))")
      }
    }
    var inner = Scope()
    for (name, tree) in call.form.fields {
      if scope.holdsSecret(tree.expressions) { inner.secretNames.insert("call.\(name)") }
      if scope.isSecret(tree.expressions) { inner.returned.insert("call") }
    }
    var prepared = try await prepare(command.call, mode: mode, in: inner, now: now, adding: ["call": .map(given)])
    if mode == .query, command.isVouchedFor {
      try Self.refuseOptions(in: command, given, prepared)
      prepared.call.readingCommand = command.name
    }
    return prepared
  }

  private func value(
    of tree: TemplateTree, as type: ExecutorSchema.FieldType, in scope: Scope, _ bindings: Bindings
  ) throws(CallProblem) -> Value {
    do throws(TemplateError) {
      switch (type, tree) {
      case (.literal, .template(let template)): return .string(template.literal ?? "")
      case (.urlPath, .template(let template)): return try template.resolveURLPath(bindings)
      case (.text, .template(let template)):
        let value = try template.resolve(bindings)
        if case .unknown = value { return value }
        return .string(value.rendered)
      case (.words, .list(let items, _)): return try Self.words(items, tree.resolve(bindings))
      case (.wordLists, .list(let calls, _)):
        guard case .list(let values) = try tree.resolve(bindings), values.count == calls.count else {
          return try tree.resolve(bindings)
        }
        return .list(
          zip(calls, values).map { call, value in
            if case .list(let items, _) = call { Self.words(items, value) } else { value }
          })
      default: return try tree.resolve(bindings)
      }
    } catch {
      throw .wrong(scope.reason(error))
    }
  }

  /// The words of a call, of which one that is nothing but `${…}` and gives a list stands for all of them.
  private static func words(_ items: [TemplateTree], _ value: Value) -> Value {
    guard items.count == 1, case .template(let template) = items[0], template.soleExpression != nil,
      case .list(let values) = value, values.count == 1, case .list = values[0]
    else { return value }
    return values[0]
  }

  /// The settings of a target with its secrets filled in.
  func target(named name: String?) async throws(CallProblem) -> ResolvedTarget? {
    guard let name else { return nil }
    let environment = configuration.environment
    guard let target = environment.targets.first(where: { $0.name == name }) else {
      throw .wrong("the environment `\(environment.name)` has no target `\(name)`")
    }
    do {
      let names = Set(target.settings.expressions.flatMap(\.secretNames))
      let values = try await secrets.values(for: names)
      let bindings = Bindings(["secrets": .map(values)])
      guard case .map(let settings) = try target.settings.resolve(bindings) else {
        throw CallProblem.wrong("the target `\(name)` is no mapping")
      }
      if !names.isEmpty { await hideSecrets(in: target.settings, bindings, of: name) }
      return ResolvedTarget(name: name, settings: settings, environment: environment.name)
    } catch let error as SecretError {
      throw .wrong(error.message)
    } catch let error as TemplateError {
      throw .wrong("the target `\(name)`: \(Scope().reason(error))")
    } catch let error as CallProblem {
      throw error
    } catch {
      throw .wrong("the target `\(name)`: \(error)")
    }
  }

  /// What a call comes to, with the time it took.
  struct Performed: Sendable {
    var result: Result<CallOutcome, ExecutorError>
    var started: Timestamp
    var took: Duration
  }

  /// Sends one call and waits for it, at most `timeout` (a call that asks a person has none).
  ///
  /// - Parameter place: The call's place in the run; by default the path.
  /// - Parameter asking: The key of a question that the call asks a person; by default the path.
  func perform(
    _ prepared: PreparedCall, path: StepPath, timeout: Duration, as place: String? = nil, asking key: QuestionKey? = nil
  ) async -> Performed {
    // A person is never timed out.
    let timeout = prepared.executor.schema.isPrompted ? .seconds(86_400 * 365) : timeout
    let started = clock.now()
    let begun = ContinuousClock.now
    let context = context(for: prepared, path: path, timeout: timeout, as: place, asking: key, begun: begun)
    let result = await control.running(prepared.call.mode == .act ? .act : .query) {
      () async -> Result<CallOutcome, ExecutorError> in
      do throws(ExecutorError) {
        return .success(Bulk.bounded(try await prepared.executor.perform(prepared.call, context: context)))
      } catch {
        var error = error
        if let part = error.outcome { error.outcome = Bulk.bounded(CallOutcome(fields: part)).fields }
        return .failure(error)
      }
    }
    await self.operator.progress(nil)
    if case .failure(let error) = result {
      return Performed(
        result: .failure(await withoutSecretLines(error)), started: started, took: ContinuousClock.now - begun)
    }
    return Performed(result: result, started: started, took: ContinuousClock.now - begun)
  }

  /// Shows how far something has come; no secret is in it.
  func progress(_ text: String, at path: StepPath, _ elapsed: Duration) async {
    await self.operator.progress(Progress(path: path, text: await sink.redacted(text), elapsed: elapsed))
  }

  /// The key of a question that is asked each time anew: the first that has no answer on record.
  func unansweredKey(_ path: StepPath, _ purpose: (Int) -> Purpose) -> QuestionKey {
    var number = 1
    while state.answers[QuestionKey(path, purpose(number))] != nil { number += 1 }
    return QuestionKey(path, purpose(number))
  }

  /// Leaves a step whose question the operator left, now that its call has ended.
  func leaveCall() throws(Stop) {
    guard let stop = stopAfterCall else { return }
    stopAfterCall = nil
    throw stop
  }

  func context(
    for prepared: PreparedCall, path: StepPath, timeout: Duration, as place: String? = nil,
    asking key: QuestionKey? = nil, begun: ContinuousClock.Instant = .now
  ) -> CallContext {
    let asker = self
    let shown = self.operator
    let sink = self.sink
    var context = CallContext(
      target: prepared.target, deadline: begun + timeout,
      label: "playbook \(configuration.id.suffix(4)) \(path)", callID: "\(configuration.id) \(place ?? path.text)",
      server: prepared.server,
      progress: { text in
        let elapsed = ContinuousClock.now - begun
        Task { await shown.progress(Progress(path: path, text: await sink.redacted(text), elapsed: elapsed)) }
      },
      ask: { (question) async throws(Unanswered) in
        try await asker.askForCall(question, as: key ?? QuestionKey(path))
      })
    if prepared.call.mode == .act { context.objection = { [protection] host in protection.reason(againstHost: host) } }
    return context
  }

  /// A question of an executor (`manual`); a stop becomes "unanswered", and is taken up when the call has ended.
  private func askForCall(
    _ question: PersonQuestion, as key: QuestionKey
  ) async throws(Unanswered) -> PersonAnswer {
    let kind: Question.Kind =
      switch question.kind {
      case .yesNo: .yesNo
      case .text(let isOptional): .text(isOptional: isOptional)
      case .value(let declaration): .value(declaration)
      }
    let key = question.part.map(key.asking) ?? key
    do {
      let answer = try await ask(Question(key: key, text: question.text, why: question.why, kind: kind))
      return PersonAnswer(answer.value, reason: answer.reason, by: answer.by)
    } catch {
      stopAfterCall = error
      switch error {
      case .paused(let reason, _), .aborted(let reason), .failed(let reason), .lost(let reason):
        throw Unanswered(reason: reason)
      case .cut: throw Unanswered(reason: "interrupted")
      case .again, .skip: throw Unanswered(reason: "the operator left the question")
      }
    }
  }
}
