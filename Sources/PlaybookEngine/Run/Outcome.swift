import CEL
import ExecutorKit
import PlaybookRecord

/// The outcomes of calls.
extension Outcome {
  /// Why an expression that sees a call's own fields, such as `until.that`, can't be told: it reads what was truncated.
  ///
  /// - Parameter whole: The executor's fields that are whole all the same.
  static func truncation(of outcome: CallOutcome, in expression: Expression, whole: Set<String>) -> String? {
    guard outcome.isTruncated else { return nil }
    let cut = expression.references.map(\.name).first { name in
      outcome.fields[name] != nil && !whole.contains(name) && !commonFields.contains(name)
    }
    return cut.map { "`\($0)` was truncated, so `\(expression.source)` can't be told" }
  }

  /// The outcome of a call that went well.
  static func done(_ outcome: CallOutcome, of call: ResolvedCall?, started: Timestamp, took: Duration) -> MapValue {
    var map = outcome.fields
    map["ok"] = true
    map["state"] = "done"
    map["error"] = .null
    map["started"] = .timestamp(started)
    map["duration"] = .duration(took)
    map["target"] = call?.target.map(Value.string) ?? .null
    map["truncated"] = .bool(outcome.isTruncated)
    return map
  }

  /// The outcome of a step that failed: what is known of it, everything else unknown.
  static func failed(
    _ error: ExecutorError, of call: ResolvedCall?, name: String, started: Timestamp, took: Duration
  ) -> MapValue {
    var map = error.outcome ?? MapValue()
    map["ok"] = false
    map["state"] = "failed"
    map["error"] = .string(error.message)
    map["started"] = .timestamp(started)
    map["duration"] = .duration(took)
    map["target"] = call?.target.map(Value.string) ?? .null
    map["truncated"] = false
    map.absent = Unknown(["`\(name)` failed"])
    return map
  }
}
