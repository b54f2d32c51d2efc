import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// A value that a call reads and that the operator may change for one more attempt.
  struct CallInput: Sendable {
    /// As the playbook writes it: `attacker.ip_address`.
    var name: String
    var value: Value
  }

  /// What a call reads from the run: names with single values, secrets left out. An expression of more than a name is
  /// changed by what it reads.
  func inputs(of call: Call, in scope: Scope) -> [CallInput] {
    let expressions = call.form.fields.values.flatMap(\.expressions) + (call.target.host?.expressions ?? [])
    var found: [CallInput] = []
    for located in expressions where !scope.isSecret([located]) {
      for reference in located.expression.references {
        let name = ([reference.name] + reference.path).joined(separator: ".")
        guard !found.contains(where: { $0.name == name }), !reference.path.contains(where: { $0.contains(".") }),
          let value = scope.value(of: reference), value.isSingle
        else { continue }
        found.append(CallInput(name: name, value: value))
      }
    }
    return found.sorted { $0.name < $1.name }
  }

  /// Asks which input and for its new value. Nil: nothing was changed. `failure` says what led to it, for whoever comes
  /// to the question after a pause.
  func edited(
    _ inputs: [CallInput], after decision: Int, at path: StepPath, _ place: String, because failure: String?
  ) async throws(Stop) -> MapValue? {
    var input = inputs[0]
    if inputs.count > 1 {
      let options = inputs.map { Question.Option(name: $0.name, text: "now \($0.value.rendered)", changes: true) }
      let none = Question.Option(name: Question.noEdit, text: "back to the choice before, nothing is changed")
      let question = Question(
        key: QuestionKey(path, .failure(decision, .edit)), place: place, text: "Which input?", why: failure,
        kind: .option(options + [none], suggested: nil))
      let name = try await ask(question).value.rendered
      guard name != Question.noEdit else { return nil }
      input = inputs.first { $0.name == name } ?? input
    }
    let question = Question(
      key: QuestionKey(path, .failure(decision, .value)), place: place,
      text: "\(input.name) is \(input.value.rendered). What instead? (Enter: nothing is changed)", why: failure,
      kind: .text(isOptional: true))
    let text = try await ask(question).value.rendered
    guard !text.isEmpty else { return nil }
    guard let value = input.value.parsedAlike(text) else {
      try await slip("`\(text)` is no \(input.value.typeName); nothing was changed", path)
      return nil
    }
    return MapValue([(input.name, value)])
  }

  /// The call of an item with other inputs: never one that is protected, and sent only after a yes of its own, its
  /// intent on disk.
  func approvedEdit(
    _ edits: MapValue, _ reason: String?, of item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame
  ) async throws(Stop) -> Bool {
    let path = frame.path(step)
    var all = state.acts[path]?.edits[item.position] ?? MapValue()
    for (name, value) in edits.entries { all.insert(value, for: name) }
    let planned: PlannedItem
    switch try await recorded(item.place, act, step, in: frame, changing: edits) {
    case .success(let found): planned = found
    case .failure(let problem):
      try await warn(problem.reason, path)
      return false
    }
    if let reason = protectionReason(planned.prepared) {
      try await warn("not with these inputs: \(reason)", path)
      return false
    }
    let replaced = replaced(item.position, at: path)
    let key = QuestionKey(path, .edited(state.failuresHandled + 1))
    var approval = await approval(for: [planned], [], act, step, in: frame, at: key)
    if let replaced { approval.warnings.insert(Self.text(of: replaced), at: 0) }
    let text = "\(title(of: step, in: frame) ?? step.name), with other inputs"
    let question = Question(key: key, place: frame.place, text: text, kind: .approval(approval))
    guard try await ask(question).value.boolValue == true else { return false }
    try await handled(.edit, reason, path: path, position: item.position, edits: edits)
    let edited = CallEdited(
      change: path, position: item.position, inputs: all, approved: Self.approvedCalls([planned], approval),
      undo: planned.undo.text.map { [$0] }, replaces: replaced.map { .init(call: $0.call, undo: $0.undo) })
    try await emit(.callEdited(edited), path: key.place, synced: true)
    return true
  }

  /// The call of an item as it was sent last, where it may have taken effect: with other inputs it is another call.
  private func replaced(_ position: Int, at path: StepPath) -> RunState.Replaced? {
    guard let act = state.acts[path], let item = act.items[position], item.isDoubled || item.state != .failed else {
      return nil
    }
    let text = { (list: [String]) in list.indices.contains(position) ? list[position] : "" }
    return RunState.Replaced(call: text(act.calls), undo: text(act.undo))
  }

  static func text(of replaced: RunState.Replaced) -> String {
    let undo = replaced.undo.isEmpty ? "no undo of it is known" : "by hand it is taken back with: \(replaced.undo)"
    return "`\(replaced.call)` was sent before the inputs were changed and may have taken effect; \(undo)"
  }

  /// An item with its inputs as they are now.
  func replanned(_ item: PlannedItem, _ act: Act, _ step: Step, in frame: Frame) async throws(Stop) -> PlannedItem {
    guard state.acts[frame.path(step)]?.edits[item.position] != nil else { return item }
    switch try await recorded(item.place, act, step, in: frame) {
    case .success(let planned): return planned
    case .failure(let problem): throw .failed("`\(step.name)`: \(problem.reason)")
    }
  }

  /// The call of an item by what is on record of it, resolved with its inputs as they are now and `edits` put over
  /// them.
  func recorded(
    _ item: ActItem, _ act: Act, _ step: Step, in frame: Frame, changing edits: MapValue = MapValue()
  ) async throws(Stop) -> Result<PlannedItem, CallProblem> {
    var scope = try await scope(for: step, item.item, at: item.position, in: frame)
    scope.change(edits)
    let now = state.begun[frame.path(step)] ?? clock.now()
    do throws(CallProblem) {
      var planned = try await plannedItem(item.item, at: item.position, act, in: scope, now: now)
      planned.place.label = item.label
      return .success(await located([planned], step, at: frame.path(step))[0])
    } catch {
      return .failure(error)
    }
  }

  /// One call of an act, resolved, with its undo.
  func plannedItem(
    _ item: Value?, at position: Int, _ act: Act, in scope: Scope, now: Timestamp, isDone: Bool = false
  ) async throws(CallProblem) -> PlannedItem {
    let prepared = try await prepare(act.call, mode: .act, in: scope, now: now, isDone: isDone)
    return PlannedItem(
      place: ActItem(position: position, item: item), prepared: prepared,
      undo: await plannedUndo(of: act, in: scope, now: now))
  }

  /// Why a call may not be made: what it holds that is protected.
  func protectionReason(_ prepared: PreparedCall) -> String? {
    protection.reason(against: CallTexts(prepared.call, prepared.executor.schema, given: prepared.given))
  }
}

extension Value {
  /// Whether it is one value and not many.
  var isSingle: Bool {
    switch self {
    case .string, .int, .uint, .double, .decimal, .bool, .duration, .timestamp, .ip, .cidr, .null: true
    case .bytes, .list, .map, .optional, .type, .unknown: false
    }
  }

  /// What it is called when one is asked for.
  var typeName: String {
    switch self {
    case .int, .uint: "whole number"
    case .double, .decimal: "number"
    case .bool: "true or false"
    case .duration: "duration"
    case .timestamp: "time"
    case .ip: "address"
    case .cidr: "network"
    default: "text"
    }
  }

  /// `text` as a value of the same type; nil where it is none.
  func parsedAlike(_ text: String) -> Value? {
    switch self {
    case .int: Int64(text).map(Value.int)
    case .uint: UInt64(text).map(Value.uint)
    case .double: Value(number: text).map { if case .int(let whole) = $0 { .double(Double(whole)) } else { $0 } }
    case .decimal: Decimal(text).map(Value.decimal)
    case .bool: Bool(text).map(Value.bool)
    case .duration: Duration(human: text).map(Value.duration)
    case .timestamp: Timestamp(rfc3339: text).map(Value.timestamp)
    case .ip: IPAddress(text).map(Value.ip)
    case .cidr: CIDRBlock(text).map(Value.cidr)
    default: .string(text)
    }
  }
}
