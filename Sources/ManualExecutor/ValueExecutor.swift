import CEL
public import ExecutorKit
public import PlaybookLanguage

/// A value computed from evidence: any tree with templates. It touches nothing, and so is a query and never an act.
public struct ValueExecutor: Executor {
  public init() {}

  /// The form of its calls.
  public static let schema = ExecutorSchema(
    name: "value",
    summary: "A computed value: any tree with templates",
    fields: [.init("value", .tree, isRequired: true, "The value")],
    shortForm: .field("value"),
    listField: "value",
    outcome: ["value": .dyn],
    usesTarget: false,
    validate: { _, mode in
      guard mode == .act else { return [] }
      let message = "a computed value changes nothing, so it is not an act"
      return [CallProblem(path: [], code: "value-act", message: message, help: "make the step a query")]
    })

  /// The form of its calls.
  public var schema: ExecutorSchema { Self.schema }

  public func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    let text = call.arguments["value"]?.rendered ?? "null"
    // The computed value is the evidence; here it is named.
    return text.unicodeScalars.count > 200
      ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(199))) + "…" : text
  }

  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    try check(call)
    return []
  }

  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    try check(call)
    return CallOutcome(fields: MapValue([("value", call.arguments["value"] ?? .null)]))
  }

  private func check(_ call: ResolvedCall) throws(ExecutorError) {
    if call.mode == .act { throw ExecutorError(.refused, "a computed value changes nothing, so it is not an act") }
  }
}
