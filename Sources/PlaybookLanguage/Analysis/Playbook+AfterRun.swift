package import CEL
package import SourceText

extension Playbook {
  /// The values that an expression sees once a run is over, by name: `inputs`, `run`, `now` and every step's outcome.
  package func namesAfterRun(executors: [ExecutorSchema], commands: [Environment.Command]?) -> [String: StaticType] {
    let shapes = OutcomeShapes(executors: executors, commands: commands)
    let inputs = Dictionary(self.inputs.map { ($0.name, $0.staticType) }) { first, _ in first }
    let own: [String: StaticType] = [
      "run": .object(ScopeWalk.run), "now": .timestamp,
      "inputs": .object(StaticType.Shape(name: "`inputs`", fields: inputs)),
    ]
    return Analysis.outcomes(of: self, shapes).merging(own) { $1 }
  }
}

extension LocatedExpression {
  /// The problems of a condition that sees `names`: a name or a field that nothing has, a value that is neither true
  /// nor false.
  package func problems(asConditionOver names: [String: StaticType]) -> [Diagnostic] {
    problems(asValueOver: names) { type in
      guard type != .bool, type != .dyn else { return nil }
      return Diagnostic(code: "not-boolean", "`that` is true or false, and this is \(type.phrase)", at: span)
    }
  }

  /// The problems of an expression that sees `names`: a name or a field that nothing has, types that don't fit.
  package func problems(
    asValueOver names: [String: StaticType], _ misfit: (StaticType) -> Diagnostic? = { _ in nil }
  ) -> [Diagnostic] {
    guard !isMissing else { return [] }
    var found: [Diagnostic] = []
    for reference in expression.references {
      guard let type = names[reference.name] else {
        let start = reference.range.lowerBound
        found.append(
          Diagnostic(
            code: "unknown-name", "nothing is called `\(reference.name)`",
            at: span(of: start..<start + reference.name.utf8.count),
            help: Suggestion.nearest(to: reference.name, in: names.keys).map { "did you mean `\($0)`?" }))
        continue
      }
      if let problem = missingField(of: type, reference) { found.append(problem) }
    }
    guard found.isEmpty else { return found }
    let (type, problems) = expression.check(Scope(names))
    found += problems.map {
      Diagnostic(code: "wrong-expression", $0.message, at: span(of: $0.range), help: $0.help)
    }
    if problems.isEmpty, let problem = misfit(type) { found.append(problem) }
    return found
  }

  private func missingField(of type: StaticType, _ reference: Expression.Reference) -> Diagnostic? {
    var type = type
    for field in reference.path {
      guard case .object(let shape) = type else { return nil }
      guard let next = shape.fields[field] else {
        guard !shape.isOpen else { return nil }
        return Diagnostic(
          code: "unknown-field", "\(shape.name) has no field `\(field)`", at: span(of: reference.range),
          help: Suggestion.help(for: field, in: Array(shape.fields.keys)))
      }
      type = next
    }
    return nil
  }
}
