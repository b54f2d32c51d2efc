import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// Whether what must hold after the change holds: asked once, or polled as `every` and `within` say.
  func verify(
    _ item: ActItem, _ act: Act, _ step: Step, in frame: Frame, outcome: MapValue
  ) async throws(Stop) -> Bool {
    guard let verify = act.verify else { return true }
    var scope = try await scope(for: step, item.item, at: item.position, in: frame)
    scope.values[step.name] = .map(outcome)
    let begun = ContinuousClock.now
    var held = false
    var text = ""
    var looks = 0
    while true {
      looks += 1
      let key = verifyKey(of: item, looks, at: frame.path(step))
      let look = await verifyOnce(verify, step, path: frame.path(step), in: scope, asking: key)
      let elapsed = ContinuousClock.now - begun
      try leaveCall()
      // What was cut short says nothing: it is looked at again when the run goes on.
      if look.held != true { try await checkStop() }
      (held, text) = (look.held == true, look.text)
      let pause = max(verify.every ?? .seconds(1), look.wish ?? .zero)
      guard !held, let within = verify.within, elapsed + pause <= atMost(within) else { break }
      await progress("verify: \(text)", at: frame.path(step), elapsed)
      await control.running(.wait) { [clock] in await clock.sleep(for: pause) }
    }
    try await emit(.actVerified(ActVerified(item.told, held: held, text: text)), path: frame.path(step))
    return held
  }

  /// How long a look that is to go on for `within` goes on.
  func atMost(_ within: Duration) -> Duration { configuration.longestWait.map { min($0, within) } ?? within }

  /// One look; nil where it could not be taken or came to neither true nor false. `wish`: how long the target asks to
  /// be left alone.
  func verifyOnce(
    _ verify: Act.Verify, _ step: Step, path: StepPath, in scope: Scope, asking key: QuestionKey
  ) async -> (held: Bool?, text: String, wish: Duration?) {
    let now = clock.now()
    do {
      let prepared = try await prepare(verify.call, mode: .query, in: scope, now: now)
      let performed = await perform(
        prepared, path: path, timeout: step.timeout ?? Self.defaultTimeout, as: path.text + "!verify", asking: key)
      let result = try performed.result.get()
      let whole = prepared.executor.schema.wholeFields
      if let cut = Outcome.truncation(of: result, in: verify.that.expression, whole: whole) { return (nil, cut, nil) }
      let bare = Dictionary(
        result.fields.entries.map { ($0.key.rendered, $0.value) }, uniquingKeysWith: { first, _ in first })
      let value = try verify.that.evaluate(scope.bindings(now: now, adding: bare))
      let source = verify.that.expression.source
      if case .bool(true) = value { return (true, "`\(source)` holds", nil) }
      return (value.boolValue, "`\(source)` is \(scope.told(value, of: [verify.that]))", nil)
    } catch let error as ExecutorError {
      return (nil, error.message, error.retryAfter)
    } catch CallProblem.wrong(let message) {
      return (nil, message, nil)
    } catch CallProblem.unknown(let reason) {
      return (nil, reason, nil)
    } catch let error as TemplateError {
      return (nil, scope.reason(error), nil)
    } catch {
      return (nil, "\(error)", nil)
    }
  }

  /// The key of a verification that a person is asked for. What was answered counts until something is decided after
  /// it.
  func verifyKey(of item: ActItem, isUndo: Bool = false, _ looks: Int, at path: StepPath) -> QuestionKey {
    QuestionKey(path, .look(isUndo: isUndo, item: item.position, state.failuresHandled + 1, look: looks))
  }

  /// A change that does not show where it should: said, and with a terminal asked whether to go on.
  func unverified(_ items: [String?], _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) {
    let path = frame.path(step)
    let text = Self.unverifiedText(items, step)
    try await warn(text, path)
    if step.onError == .stop { throw .failed(text) }
    guard isToBeAsked(QuestionKey(path, .unverified)), step.onError != .continue else { return }
    let question = Question(
      key: QuestionKey(path, .unverified), place: frame.place, text: text + ". Go on?", kind: .yesNo)
    if try await ask(question).value.boolValue != true {
      throw .paused("paused after a verification that does not hold", nil)
    }
  }

  static func unverifiedText(_ items: [String?], _ step: Step) -> String {
    let names = items.compactMap { $0 }.prefix(5).joined(separator: ", ")
    return "`\(step.name)` was done and its verification does not hold" + (names.isEmpty ? "" : ": \(names)")
  }

  /// The question whether to go on after a verification that did not hold, where an earlier session ended with it.
  func askAgainAboutVerification(of act: Act, _ step: Step, in frame: Frame) async throws(Stop) {
    let path = frame.path(step)
    guard isResumed, isToBeAsked(QuestionKey(path, .unverified)), state.unverified.contains(path),
      step.onError != .continue,
      state.answers[QuestionKey(path, .unverified)]?.value.boolValue != true, let items = state.acts[path]?.items
    else { return }
    let failing = items.filter { $0.value.verified == false && !$0.value.isUndone }.keys.sorted()
    guard !failing.isEmpty else { return }
    try await unverified(failing.map { recordedItem($0, of: path).label }, act, step, in: frame)
  }
}
