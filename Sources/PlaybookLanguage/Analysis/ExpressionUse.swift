import CEL
import SourceText

/// An expression of a playbook at its place: its purpose and the names that it sees.
struct ExpressionUse {
  let expression: LocatedExpression
  /// Nil for the default of an input.
  let step: Step?
  let purpose: Purpose
  /// The names that it reads and that have a meaning here.
  let names: [String: StaticType]
  /// For the names that have none, the nearest that has.
  let nearest: [String: String]
  /// Whether other names may be there as well: the fields of an outcome of which nothing is known.
  var isOpen = false

  enum Purpose {
    /// `when` of a step or an option.
    case condition
    /// A `that`: of a check, an `until` or a `verify`.
    case that
    /// The list of a `for_each`.
    case list
    /// A text that is shown or recorded.
    case shown
    /// The suggestion of an option.
    case suggestion
    /// A value of a call, in this field.
    case call(executor: String, field: String)
    /// An input of a used playbook, a default, a host: a value that is handed on.
    case value
  }

  /// The name of the place in messages: "`when`", "`that`".
  var place: String {
    switch purpose {
    case .condition: "`when`"
    case .that: "`that`"
    case .list: "`for_each`"
    case .suggestion: "`suggest`"
    case .shown: "a text"
    case .call(_, let field): "`\(field)`"
    case .value: "a value"
    }
  }
}
