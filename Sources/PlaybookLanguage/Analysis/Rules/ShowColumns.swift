import CEL
import SourceText

extension LintRule {
  static let showColumns = LintRule(
    code: "show-columns",
    summary: "`show` asks for columns that the outcome does not have",
    explanation: """
      A table, bars and `columns` are made from the rows of an outcome. An outcome without `rows`, such as a single \
      value, is shown as `fields`, `text` or `json`.
      """,
    bad: """
      steps:
        - query: state
          shell: systemctl is-active api
          show: {bars: count, by: state}
      """,
    good: """
      steps:
        - query: state
          shell: systemctl is-active api
          show: text
      """
  ) { rule, analysis in
    analysis.playbook.places.flatMap { place -> [Diagnostic] in
      let step = place.step
      guard let show = step.show, step.forEach == nil, let call = step.calls.first,
        let fields = analysis.shapes.fields(of: call)
      else { return [] }
      var columns = show.columns
      if case .bars(let bars, let by) = show.style { columns += [bars, by] }
      guard !columns.isEmpty || show.style == .table else { return [] }
      switch fields["rows"] ?? fields["value"] {
      case .list(.object(let shape)) where !shape.isOpen:
        return columns.filter { shape.fields[$0] == nil }.map { column in
          rule.finding(
            "the rows of `\(step.name)` have no column `\(column)`", at: step.nameSpan,
            help: Suggestion.help(for: column, in: Array(shape.fields.keys)))
        }
      case .list, .dyn, .map: return []
      default:
        let known = fields.keys.sorted().map { "`\($0)`" }.joined(separator: ", ")
        return [
          rule.finding(
            "`show` asks for columns, and `\(call.executor)` gives no rows", at: step.nameSpan,
            help: known.isEmpty ? nil : "it gives \(known)")
        ]
      }
    }
  }
}
