import CEL
public import ExecutorKit

extension SQLExecutor {
  /// The statement as it was written, and below it the values that go with it: `:since = 2026-11-23T17:15:00Z`.
  public func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    let statement = call.arguments["statement"]?.stringValue ?? ""
    let given = call.arguments["with"]?.mapValue ?? MapValue()
    let names = (try? StatementTemplate(statement))?.names ?? []
    let values = names.map { name in
      ":\(name.isIdentifier ? "\"\(name.name)\"" : name.name) = \(given[name.name].map(Self.shown) ?? "not given")"
    }
    var lines = statement[...]
    while lines.last?.isWhitespace == true { lines.removeLast() }
    return ([String(lines)] + values).joined(separator: "\n")
  }

  /// Text in quotes, so that it can't pass for another line or value.
  private static func shown(_ value: Value) -> String {
    if case .string = value { value.jsonText() } else { value.rendered }
  }
}
