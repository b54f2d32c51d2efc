import CEL
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// What expressions see at one place of a playbook.
struct Scope: Sendable {
  var values: [String: Value] = [:]
  /// Names whose values are secret or were computed from one, or a field of such a name: `token`, `inputs.password`.
  var secretNames: Set<String> = []
  /// Steps whose call held a secret, and what was computed from what they returned: that may hold one as well.
  var returned: Set<String> = []
  /// Secrets that this session had to make anew, and what was computed from them.
  var remade: Set<String> = []
  /// When evidence was taken, by the name of its step.
  var taken: [String: Timestamp] = [:]
  /// The paths of the steps that gave the names.
  var origins: [String: StepPath] = [:]
  /// Whether values were put back from the record, in which nothing secret is.
  var isFromRecord = false
  /// What was cut, or asked for with what was cut, and does not allow that: names, with the fields selected from them
  /// (`found`, `inputs.count`, `review.found`).
  var truncated: Set<String> = []
  /// By a truncated name, its fields that are whole all the same.
  var whole: [String: Set<String>] = [:]
  /// The path of the step that uses the playbook in which this is; nil in the one that is run.
  var use: StepPath?
  /// What the inputs of a used playbook were made of.
  var evidenceOfInputs: [Evidence] = []

  /// A query's evidence and when it was taken.
  struct Evidence: Sendable {
    var query: Step
    var path: StepPath
    var taken: Timestamp
  }

  /// The cut evidence whose items a group around this place loops over.
  var cutLoop: String?

  func bindings(now: Timestamp, adding extra: [String: Value] = [:]) -> Bindings {
    var all = values
    all["now"] = .timestamp(now)
    all.merge(extra) { $1 }
    return Bindings(all, now: now)
  }

  /// Gives a loop's item its value. An item of a secret list is a secret; one of what a call returned is what a call
  /// returned.
  mutating func bind(_ loop: Step.ForEach, to item: Value) {
    values[loop.item] = item
    if holdsSecret([loop.list]) {
      secretNames.insert(loop.item)
    } else if isSecret([loop.list]) {
      returned.insert(loop.item)
    }
  }

  /// Puts values in the place of others: a name with the fields selected from it, such as `attacker.ip_address`.
  mutating func change(_ edits: MapValue) {
    for (name, value) in edits.entries {
      let path = name.rendered.split(separator: ".").map(String.init)
      guard let first = path.first else { continue }
      values[first] = Self.changed(values[first], path.dropFirst(), to: value)
    }
  }

  private static func changed(_ value: Value?, _ path: ArraySlice<String>, to new: Value) -> Value {
    guard let field = path.first, case .map(var map)? = value else { return new }
    map[field] = changed(map[field], path.dropFirst(), to: new)
    return .map(map)
  }

  /// The value of a name with the fields selected from it; nil where there is none.
  func value(of reference: Expression.Reference) -> Value? {
    var value = values[reference.name]
    for field in reference.path { value = value?.mapValue?[field] }
    return value
  }

  /// Whether any of `expressions` reads something secret, or what a call returned that held a secret, other than for
  /// its fingerprint.
  func isSecret(_ expressions: [LocatedExpression]) -> Bool {
    holdsSecret(expressions)
      || expressions.contains { located in
        located.expression.references.contains { !$0.isFingerprinted && returned.contains($0.name) }
      }
  }

  /// Whether any of `expressions` reads a secret or what was computed from one, other than for its fingerprint.
  func holdsSecret(_ expressions: [LocatedExpression]) -> Bool {
    expressions.contains { located in
      located.expression.references.contains { reference in
        !reference.isFingerprinted && (reference.name == "secrets" || isSecret(reference))
      }
    }
  }

  /// A text for people, in which `•••` stands for what is made of a secret; nil where an expression fails.
  func prose(_ template: Template, now: Timestamp) -> String? {
    let pieces = template.pieces.map { piece -> Template.Piece in
      guard case .expression(let expression) = piece, holdsSecret([expression]) else { return piece }
      return .text(Outcome.scrubbed)
    }
    return Template(pieces, at: template.span).prose(bindings(now: now))
  }

  private func isSecret(_ reference: Expression.Reference) -> Bool {
    if secretNames.contains(reference.name) {
      // How a step went is no secret.
      let isStep = origins[reference.name] != nil
      return !(isStep && reference.path.first.map(Outcome.commonFields.contains) == true)
    }
    guard let field = reference.path.first else {
      return secretNames.contains { $0.hasPrefix(reference.name + ".") }
    }
    return secretNames.contains("\(reference.name).\(field)")
  }

  /// Why an expression failed, as it may be told. The detail may quote a value, or how one is made: of an expression
  /// that reads a secret, be it for its fingerprint, it is left out.
  func reason(_ error: TemplateError) -> String {
    guard let located = error.expression, reads(secret: located) else { return error.message }
    return "`\(located.expression.source)` can't be evaluated; the reason may hold a part of a secret and is left out"
  }

  /// A value that is not of the type it must have, as it may be told: that of an expression that reads a secret is left
  /// out.
  func told(_ value: Value, of expressions: [LocatedExpression]) -> String {
    if value.boolValue == nil, expressions.contains(where: reads) { return "a value made of a secret" }
    return value.rendered.beginning(80)
  }

  /// Why a value does not fit what is declared, as it may be told.
  func reason(_ problem: InputProblem, of tree: TemplateTree, for declaration: InputDeclaration) -> String {
    guard tree.expressions.contains(where: reads) else { return problem.message }
    return "`\(declaration.name)` is \(declaration.expectation); what was made of a secret does not fit"
  }

  /// Whether an expression reads something secret, for its fingerprint as well.
  func reads(secret located: LocatedExpression) -> Bool {
    located.expression.references.contains { $0.name == "secrets" || isSecret($0) }
  }

  /// The cut evidence that `expression` reads, leaving out what is known of it all the same.
  func truncatedNames(in expression: LocatedExpression) -> [String] {
    guard !truncated.isEmpty else { return [] }
    var names: [String] = []
    for reference in expression.expression.references {
      guard let name = truncatedName(in: [reference.name] + reference.path), !names.contains(name) else { continue }
      names.append(name)
    }
    return names
  }

  private func truncatedName(in path: [String]) -> String? {
    for depth in 1...path.count {
      let name = path.prefix(depth).joined(separator: ".")
      guard truncated.contains(name) else { continue }
      if depth < path.count, Outcome.commonFields.contains(path[depth]) { return nil }
      if depth < path.count, whole[name]?.contains(path[depth]) == true { return nil }
      return name
    }
    // What is read as a whole is read with what was cut within it.
    let whole = path.joined(separator: ".") + "."
    return truncated.sorted().first { $0.hasPrefix(whole) }
  }

  /// The fields of a document or a decision that were filled from cut evidence: a text told, a default or a suggestion
  /// that Enter takes.
  func fieldsFromCutEvidence(_ step: Step) -> [String] {
    func isCut(_ expressions: [LocatedExpression]) -> Bool { expressions.contains { !truncatedNames(in: $0).isEmpty } }
    switch step.kind {
    case .document(let document):
      return (isCut(document.text?.expressions ?? []) ? ["text"] : [])
        + document.fields.filter { isCut($0.defaultValue?.expressions ?? []) }.map(\.name)
    case .confirm(let confirm): return isCut(confirm.suggest?.expressions ?? []) ? ["suggested"] : []
    case .query, .check, .act, .group, .use: return []
    }
  }

  /// Whether something of a step is cut.
  func isCut(_ name: String) -> Bool {
    truncated.contains { $0 == name || $0.hasPrefix(name + ".") }
  }

  /// Whether a query was asked with cut evidence, or over a list of it: what it found is no more whole than that.
  func restsOnCutEvidence(_ step: Step) -> Bool {
    guard case .query(let query) = step.kind else { return false }
    var read = query.call.form.fields.values.flatMap(\.expressions) + (query.call.target.host?.expressions ?? [])
    if let loop = step.forEach { read.append(loop.list) }
    return read.contains { !truncatedNames(in: $0).isEmpty }
  }
}

/// Where in a playbook the run is: the steps' shared names, and what stands before their paths.
final class Frame {
  let playbook: Playbook
  /// Empty, or ending in a dot: `post_incident.`, `each_region[2].`.
  let prefix: String
  var scope: Scope
  /// "4/9" of the top-level step that all within belongs to; empty at the top.
  var place: String

  init(playbook: Playbook, prefix: String, scope: Scope, place: String) {
    self.playbook = playbook
    self.prefix = prefix
    self.scope = scope
    self.place = place
  }

  func path(_ step: Step) -> StepPath { StepPath(prefix + step.name) }
}
