import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// The undo of a change as it is known before the change is made.
extension Runner {
  enum PlannedUndo: Sendable {
    /// The playbook has none.
    case none
    /// Resolved; `position` is its place among the act's undos.
    case call(PreparedCall, position: Int)
    /// It is made of something that is not known yet, such as what the change returns.
    case later(String)
    /// It can't be made, or may not be sent.
    case problem(String)

    /// The call as it may be shown.
    var text: String? {
      if case .call(let prepared, _) = self { prepared.text } else { nil }
    }

    /// What stands with an approval.
    var shown: String? {
      switch self {
      case .none: nil
      case .call(let prepared, _): prepared.text
      case .later: "known once the call has returned"
      case .problem(let reason): "can't be made: \(reason)"
      }
    }
  }

  /// The first undo of an act whose `when` holds, resolved and held against what is protected.
  ///
  /// - Parameter scope: What the act's call sees; before it was sent, what it returns is not known.
  func plannedUndo(of act: Act, in scope: Scope, now: Timestamp) async -> PlannedUndo {
    guard !act.undos.isEmpty else { return .none }
    var scope = scope
    // The only name that the lint lets through and that nothing has yet is the change's own.
    var returned = MapValue()
    returned.absent = Unknown(["what the call returned is not known"])
    for undo in act.undos {
      let expressions = undo.call.form.fields.values.flatMap(\.expressions) + (undo.call.target.host?.expressions ?? [])
      for reference in (expressions + [undo.when].compactMap { $0 }).flatMap(\.expression.references)
      where scope.values[reference.name] == nil && !["now", "secrets"].contains(reference.name) {
        scope.values[reference.name] = .map(returned)
      }
    }
    let bindings = scope.bindings(now: now)
    for (position, undo) in act.undos.enumerated() {
      if let when = undo.when {
        do throws(TemplateError) {
          switch try when.evaluate(bindings) {
          case .bool(true): break
          case .bool(false): continue
          case .unknown(let unknown): return .later(unknown.reasons.joined(separator: "; "))
          case let other:
            return .problem("its `when` is neither true nor false but \(scope.told(other, of: [when]))")
          }
        } catch {
          return .problem("its `when`: \(scope.reason(error))")
        }
      }
      do throws(CallProblem) {
        let prepared = try await prepare(undo.call, mode: .act, in: scope, now: now)
        if let reason = protectionReason(prepared) { return .problem(reason) }
        return .call(prepared, position: position)
      } catch {
        switch error {
        case .unknown(let reason): return .later(reason)
        case .wrong(let message): return .problem(message)
        }
      }
    }
    return .problem("no `when` of its undos holds")
  }

  /// A warning for each undo that can't be made.
  func undoWarnings(_ planned: [PlannedItem], _ step: Step) -> [String] {
    let found = planned.compactMap { item -> String? in
      guard case .problem(let reason) = item.undo else { return nil }
      return "the undo of \(item.label ?? "`\(step.name)`") can't be made: \(reason)"
    }
    let more = found.count - 5
    return more > 0 ? found.prefix(5) + ["… and \(more) more undos that can't be made"] : found
  }

  /// What a plan says of the undos, the first of each kind tried as far as that changes nothing; an undo that can't be
  /// made counts as a call that would not work.
  func undoPlan(of planned: [PlannedItem], _ act: Act, _ step: Step, at path: StepPath) async -> [String] {
    var lines: [String] = []
    for warning in undoWarnings(planned, step) { lines.append("this would not work: \(warning)") }
    var tried: Set<Int> = []
    for item in planned {
      guard case .call(let undo, let position) = item.undo, tried.insert(position).inserted else { continue }
      do throws(ExecutorError) {
        let context = context(for: undo, path: path, timeout: step.timeout ?? Self.defaultTimeout)
        _ = try await undo.executor.plan(undo.call, context: context)
      } catch {
        let name = item.label.map { "the undo of \($0)" } ?? "its undo"
        lines.append("\(name) would not work: \(error.message)")
      }
    }
    if !lines.isEmpty { planProblems.append(step.name) }
    return lines
  }
}
