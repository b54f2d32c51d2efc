import CEL

/// A step's outcome as later steps see it, as far as it is known before the run.
struct OutcomeShapes {
  let executors: [ExecutorSchema]
  let commands: [Environment.Command]?
  /// The outcomes of used playbooks, each worked out once.
  let used = UsedOutcomes()

  init(executors: [ExecutorSchema], commands: [Environment.Command]?) {
    self.executors = executors
    self.commands = commands
  }

  final class UsedOutcomes {
    var byName: [String: [String: StaticType]] = [:]
  }

  /// The fields that every outcome has.
  static let common: [String: StaticType] = [
    "ok": .bool, "state": .string, "error": .dyn, "started": .timestamp, "duration": .duration, "target": .dyn,
    "truncated": .bool, "notices": .list(.string),
  ]

  static func object(_ name: String, _ fields: [String: StaticType]) -> StaticType {
    .object(StaticType.Shape(name: "the outcome of `\(name)`", fields: fields.merging(common) { own, _ in own }))
  }

  /// The fields that a call's outcome has of its own; nil where that is not known.
  func fields(of call: Call) -> [String: StaticType]? {
    if let schema = executors.first(where: { $0.name == call.executor }) { return schema.outcome }
    guard let command = commands?.first(where: { $0.name == call.executor }) else { return nil }
    // A command can't name itself: its call was decoded without the other commands.
    return executors.first { $0.name == command.call.executor }?.outcome
  }

  /// The outcome of a step that is not a loop; `inner` are the outcomes of the steps within, by name.
  func outcome(of step: Step, inner: [String: StaticType]) -> StaticType {
    switch step.kind {
    case .query(let query):
      guard var fields = fields(of: query.call) else { return .dyn }
      if step.until != nil { fields.merge(["met": .bool, "polls": .int]) { own, _ in own } }
      return Self.object(step.name, fields)
    case .act(let act):
      guard var fields = fields(of: act.call) else { return .dyn }
      fields.merge(["verified": act.verify == nil ? .dyn : .bool, "undone": .bool]) { own, _ in own }
      return Self.object(step.name, fields)
    case .check(let check):
      let names = check.conditions.compactMap(\.name)
      let parts = StaticType.Shape(
        name: "the parts of `\(step.name)`",
        fields: Dictionary(names.map { ($0, .string) }, uniquingKeysWith: { first, _ in first }))
      return Self.object(step.name, ["yes": .bool, "verdict": .string, "parts": .object(parts)])
    case .confirm(let confirm):
      let answer: StaticType = confirm.options.isEmpty ? .bool : .string
      return Self.object(step.name, ["answer": answer, "suggested": .dyn, "by": .string, "reason": .dyn])
    case .document(let document): return outcome(of: document, step.name)
    case .group: return Self.object(step.name, [:])
    case .use: return Self.object(step.name, inner)
    }
  }

  private func outcome(of document: Document, _ name: String) -> StaticType {
    var fields: [String: StaticType] = [:]
    if document.text != nil { fields["text"] = .string }
    if document.ask != nil { fields["answer"] = .dyn }
    for field in document.fields { fields[field.name] = field.staticType }
    for (point, _) in document.checklist {
      fields[point] = .object(
        StaticType.Shape(name: "`\(point)` of `\(name)`", fields: ["done": .bool, "evidence": .dyn], isOpen: true))
    }
    return Self.object(name, fields)
  }

  /// The outcome of a loop, of which each item has `fields`.
  func loop(_ step: Step, item: StaticType, fields: [String: StaticType]?) -> StaticType {
    var known = fields ?? [:]
    if case .group = step.kind {} else { known.merge(Self.common) { own, _ in own } }
    known["item"] = item
    if step.label != nil { known["label"] = .string }
    let shape = StaticType.Shape(name: "an item of `\(step.name)`", fields: known, isOpen: fields == nil)
    var whole: [String: StaticType] = ["items": .list(.object(shape)), "count": .int]
    if case .act = step.kind { whole.merge(["verified": .dyn, "undone": .bool]) { own, _ in own } }
    return Self.object(step.name, whole)
  }
}

extension InputDeclaration {
  /// Its type for expressions; an address is text in canonical form.
  var staticType: StaticType {
    switch type {
    case .string, .uuid, .url, .choice, .ip, .cidr: .string
    case .integer: .int
    case .number: isBeforeDecimals ? .double : .decimal
    case .boolean: .bool
    case .duration: .duration
    case .timestamp: .timestamp
    }
  }
}
