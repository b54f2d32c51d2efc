import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

extension Runner {
  /// A plan answers nothing: it shows what each option would lead to, one after the other.
  func plan(_ confirm: Confirm, _ step: Step, in frame: Frame, now: Timestamp) async throws(Stop) {
    let outcome = Outcome.skipped(step.name, state: "planned", because: "a plan decides nothing")
    let names = confirm.options.map(\.name).joined(separator: ", ")
    try await end(
      step, in: frame, outcome: outcome, text: "would be asked" + (names.isEmpty ? "" : ": \(names)"))
    bind(step, in: frame, outcome: outcome)
    for option in confirm.options { _ = try await walk(option.steps, in: frame, isTop: false) }
  }
}
