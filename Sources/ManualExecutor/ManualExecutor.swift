import CEL
public import ExecutorKit
public import PlaybookLanguage
import SourceText

/// A person does it, or looks it up, and says so.
///
/// With a text alone the operator is asked whether it was done: yes or no. With `answer` the operator gives a value of
/// that type. With `evidence` a second question asks for the evidence. Neither question has a key of its own: the first
/// one's is empty and the second one's `.evidence`; the engine puts the step's path before it. A person has no
/// deadline: the call's own is not looked at.
public struct ManualExecutor: Executor {
  public init() {}

  /// The form of its calls.
  public var schema: ExecutorSchema { Self.schema }

  public func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    call.arguments["text"]?.rendered ?? ""
  }

  public func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    let task = try ManualTask(call.arguments)
    let kind = task.declaration.map { " (\($0.type.rawValue))" } ?? ""
    return ["asks the operator\(kind): \(task.firstLine)"]
  }

  /// Throws `.rejected` where the operator says no, with the outcome's `answer` false; `.cancelled` where nobody
  /// answers.
  public func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let task = try ManualTask(call.arguments)
    let given = try await ask(task.question, context)
    let value = try task.value(of: given)
    if task.declaration == nil, value.boolValue == false {
      let reason = given.reason.map { ": \($0)" } ?? ""
      throw ExecutorError(
        .rejected, "the operator says that it was not done\(reason)",
        outcome: MapValue([("answer", false), ("evidence", .null)]))
    }
    var evidence = Value.null
    if let question = task.evidenceQuestion {
      evidence = try task.evidence(in: try await ask(question, context))
    }
    return CallOutcome(fields: MapValue([("answer", value), ("evidence", evidence)]), source: given.by ?? "operator")
  }

  private func ask(_ question: PersonQuestion, _ context: CallContext) async throws(ExecutorError) -> PersonAnswer {
    do {
      return try await context.ask(question)
    } catch {
      throw ExecutorError(.cancelled, "not answered: \(error.reason)")
    }
  }
}

/// A resolved call in the executor's own terms.
struct ManualTask {
  private let text: String
  /// The type of the answer; nil: whether it was done.
  let declaration: InputDeclaration?
  private let evidenceIsOptional: Bool?

  /// Throws `.invalid` where the arguments make no sense.
  init(_ arguments: MapValue) throws(ExecutorError) {
    text = Self.given("text", in: arguments)?.rendered ?? ""
    guard !text.allSatisfy(\.isWhitespace) else { throw ExecutorError(.invalid, "manual: there is nothing to do") }
    declaration = try Self.declaration(arguments)
    switch Self.given("evidence", in: arguments)?.rendered {
    case nil: evidenceIsOptional = nil
    case "required": evidenceIsOptional = false
    case "optional": evidenceIsOptional = true
    case let other?: throw ExecutorError(.invalid, "manual: `evidence` is `required` or `optional`, not \(other)")
    }
  }

  /// The first line with something in it.
  var firstLine: String { lines.first ?? "" }

  private var lines: [String] {
    text.split(separator: "\n").compactMap { line in
      guard let start = line.firstIndex(where: { !$0.isWhitespace }) else { return nil }
      return String(line[start...])
    }
  }

  var question: PersonQuestion {
    let why = lines.count > 1 ? text : nil
    guard let declaration else { return PersonQuestion(text: "Done? \(firstLine)", why: why, kind: .yesNo) }
    return PersonQuestion(text: firstLine, why: why, kind: .value(declaration))
  }

  var evidenceQuestion: PersonQuestion? {
    evidenceIsOptional.map {
      PersonQuestion(
        part: "evidence", text: "The evidence? A link, a ticket, an observation", kind: .text(isOptional: $0))
    }
  }

  /// Throws `.malformed` where the answer is not a boolean although one was asked for.
  func value(of answer: PersonAnswer) throws(ExecutorError) -> Value {
    if declaration != nil { return answer.value }
    switch answer.value {
    case .bool: return answer.value
    // As an answer given beforehand may be written.
    case .string("yes"): return true
    case .string("no"): return false
    default: throw ExecutorError(.malformed, "the answer is neither yes nor no: \(answer.value.rendered)")
    }
  }

  /// Throws `.invalid` where it must be given and is empty.
  func evidence(in answer: PersonAnswer) throws(ExecutorError) -> Value {
    let isEmpty = answer.value.rendered.allSatisfy(\.isWhitespace)
    if case .null = answer.value { return try nothing() }
    return isEmpty ? try nothing() : answer.value
  }

  private func nothing() throws(ExecutorError) -> Value {
    if evidenceIsOptional == true { return .null }
    throw ExecutorError(.invalid, "evidence is required, and none was given")
  }

  private static func given(_ name: String, in arguments: MapValue) -> Value? {
    if case .null = arguments[name] { nil } else { arguments[name] }
  }

  private static func declaration(_ arguments: MapValue) throws(ExecutorError) -> InputDeclaration? {
    let options = try options(arguments)
    guard let name = given("answer", in: arguments)?.rendered else {
      if options.isEmpty { return nil }
      throw ExecutorError(.invalid, "manual: `options` belong to `answer: choice`")
    }
    guard let type = InputDeclaration.InputType(rawValue: name) else {
      throw ExecutorError(.invalid, "manual: there is no type `\(name)` of answers")
    }
    guard (type == .choice) == !options.isEmpty else {
      throw ExecutorError(
        .invalid, type == .choice ? "manual: a choice needs `options`" : "manual: `options` belong to `answer: choice`")
    }
    // The declaration stands nowhere in a file of its own.
    let nowhere = SourceSpan(file: SourceFile(path: "manual", text: ""), range: 0..<0)
    var declaration = InputDeclaration(name: "answer", nameSpan: nowhere, type: type)
    declaration.options = options
    return declaration
  }

  private static func options(_ arguments: MapValue) throws(ExecutorError) -> [String] {
    guard let value = given("options", in: arguments) else { return [] }
    guard let items = value.listValue, !items.isEmpty else {
      throw ExecutorError(.invalid, "manual: `options` must be a list of texts")
    }
    return items.map(\.rendered)
  }
}
