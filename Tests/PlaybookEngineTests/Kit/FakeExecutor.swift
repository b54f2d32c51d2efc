import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Synchronization

/// An executor without a world: what it answers is written down beforehand, by the call's text.
final class FakeExecutor: Executor {
  enum Reply: Sendable {
    case fields(Value, truncated: Bool = false)
    case failure(ExecutorError)
    /// Waits until the call is cancelled.
    case hang
  }

  let schema: ExecutorSchema
  private let replies: Mutex<[String: [Reply]]>
  private let sent = Mutex<[String]>([])
  /// Called before each reply, such as to see what is recorded by then.
  private let onPerform: Mutex<(@Sendable (ResolvedCall) async -> Void)?> = Mutex(nil)
  /// Where calls would go, and where they arrive when that is somewhere else.
  private let place: Mutex<(@Sendable (ResolvedCall) -> CallServer?)?> = Mutex(nil)
  private let arrival: Mutex<(@Sendable (ResolvedCall) -> CallServer?)?> = Mutex(nil)

  init(_ name: String = "shell", isPrompted: Bool = false, _ replies: [String: [Reply]] = [:]) {
    schema = Self.schema(name, isPrompted: isPrompted)
    self.replies = Mutex(replies)
  }

  /// An executor whose calls have these fields.
  init(_ name: String, fields: [ExecutorSchema.Field]) {
    schema = ExecutorSchema(
      name: name, summary: "a target", fields: fields, shortForm: .words("args"), outcome: ["rows": .list(.dyn)])
    replies = Mutex([:])
  }

  static func schema(_ name: String, isPrompted: Bool = false) -> ExecutorSchema {
    ExecutorSchema(
      name: name, summary: "a program", fields: [.init("args", .words, isRequired: true, "the program")],
      shortForm: .words("args"), listField: "args",
      outcome: ["value": .dyn, "rows": .list(.dyn), "lines": .list(.string), "exit": .int], wholeFields: ["exit"],
      usesTarget: !isPrompted, isPrompted: isPrompted)
  }

  /// What was sent, in order; an act begins with `!`.
  var calls: [String] { sent.withLock { $0 } }
  var acts: [String] { calls.filter { $0.hasPrefix("!") } }

  func before(_ body: @escaping @Sendable (ResolvedCall) async -> Void) { onPerform.withLock { $0 = body } }

  func goes(to place: @escaping @Sendable (ResolvedCall) -> CallServer?) { self.place.withLock { $0 = place } }
  func arrives(at place: @escaping @Sendable (ResolvedCall) -> CallServer?) { arrival.withLock { $0 = place } }

  func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? {
    place.withLock { $0 }?(call)
  }

  /// Written down anew: the last reply to a call is repeated.
  func script(_ call: String, _ replies: Reply...) { self.replies.withLock { $0[call] = replies } }

  func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String {
    call.arguments["args"]?.listValue?.map(\.rendered).joined(separator: " ") ?? Value.map(call.arguments).jsonText()
  }

  func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] {
    ["would run \(display(call, on: nil))"]
  }

  func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    let text = display(call, on: nil)
    if schema.isPrompted {
      do throws(Unanswered) {
        let answer = try await context.ask(PersonQuestion(text: text, kind: .text(isOptional: false)))
        return CallOutcome(fields: MapValue([("value", answer.value)]))
      } catch {
        throw ExecutorError(.cancelled, error.reason)
      }
    }
    let reached = (arrival.withLock { $0 } ?? place.withLock { $0 })?(call)
    if call.mode == .act, let approved = context.server, let reached, reached != approved {
      throw ExecutorError(.otherServer, "\(reached.text) would be reached; nothing was sent")
    }
    sent.withLock { $0.append((call.mode == .act ? "!" : "") + text) }
    if let body = onPerform.withLock({ $0 }) { await body(call) }
    let reply: Reply? = replies.withLock { all in
      guard let list = all[text], let first = list.first else { return nil }
      if list.count > 1 { all[text] = Array(list.dropFirst()) }
      return first
    }
    switch reply {
    case .fields(let fields, let truncated):
      return CallOutcome(fields: fields.mapValue ?? MapValue(), isTruncated: truncated, source: reached?.name ?? "fake")
    case .failure(let error): throw error
    case .hang:
      while !Task.isCancelled { await Task.yield() }
      throw ExecutorError(.cancelled, "cut", mayHaveTakenEffect: call.mode == .act)
    case nil: return CallOutcome(fields: MapValue([("value", .string(text)), ("exit", 0)]), source: reached?.name)
    }
  }
}

extension FakeExecutor.Reply {
  static func value(_ value: Value) -> Self { .fields(["value": value]) }
  static func rows(_ rows: Value, truncated: Bool = false) -> Self { .fields(["rows": rows], truncated: truncated) }
  static func rejected(_ message: String = "no") -> Self { .failure(ExecutorError(.rejected, message)) }
  static let timedOut = Self.failure(ExecutorError(.timedOut, "no answer", mayHaveTakenEffect: true))
}
