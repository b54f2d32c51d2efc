/// How a step ended.
public enum StepState: String, Sendable, CaseIterable {
  case done, failed
  /// It did not run.
  case skipped
  /// A plan showed it and sent nothing.
  case planned
  case byHand = "by hand"
}

/// The answer of a check.
public enum Verdict: String, Sendable, CaseIterable {
  case yes, no, unknown

  /// All of `parts`, as `&&` has it: one no decides, one unknown leaves it open.
  package static func all(_ parts: [Verdict]) -> Verdict {
    if parts.contains(.no) { .no } else if parts.contains(.unknown) { .unknown } else { .yes }
  }
}
