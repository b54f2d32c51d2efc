import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Synchronization

/// A real executor's calls, in a world that is not there: nothing is sent anywhere, all that would be is written down.
final class AbsentWorld: Executor {
  enum Answers {
    /// No call reaches its target.
    case none
    /// Every call works, and its answer holds nothing.
    case empty
  }

  private let real: any Executor
  private let answers: Answers
  private let sent: SentCalls

  init(_ real: any Executor, _ answers: Answers, _ sent: SentCalls) {
    (self.real, self.answers, self.sent) = (real, answers, sent)
  }

  var schema: ExecutorSchema { real.schema }

  func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String { real.display(call, on: target) }

  func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String] { [] }

  func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome {
    guard schema.usesTarget else { return try await real.perform(call, context: context) }
    let step = context.callID.split(separator: " ").last.map(String.init) ?? "?"
    sent.add("\(call.mode.rawValue) \(step) \(call.executor) " + TypedText.line(.map(call.arguments), isExact: false))
    switch answers {
    case .none: throw ExecutorError(.unreachable, "there is no world")
    case .empty:
      return CallOutcome(
        fields: MapValue(schema.outcome.sorted { $0.key < $1.key }.map { ($0.key, Self.empty($0.value)) }))
    }
  }

  /// The least value of a type.
  private static func empty(_ type: StaticType) -> Value {
    switch type {
    case .list: .list([])
    case .map, .object: .map(MapValue())
    case .string: ""
    case .int: 0
    case .bool: false
    default: .null
    }
  }
}

/// The calls that would have been sent, in order.
final class SentCalls: Sendable {
  private let list = Mutex<[String]>([])

  /// In order; of queries one after the other, which may have been sent at the same time, in the order of their texts.
  var texts: [String] {
    var texts: [String] = []
    var queries: [String] = []
    for text in list.withLock({ $0 }) {
      if text.hasPrefix("query ") {
        queries.append(text)
        continue
      }
      texts += queries.sorted() + [text]
      queries = []
    }
    return texts + queries.sorted()
  }

  func add(_ text: String) { list.withLock { $0.append(text) } }
}

/// An operator who says nothing, or yes to everything; what is asked is written down. A yes that an older version
/// recorded he gives again, so that what it was given to then is resumed, unless he is told not to (`renews`).
final class Bystander: Operator {
  let name: String
  let isInteractive: Bool
  private let isWilling: Bool
  private let renews: Bool
  private let questions = Mutex<[String]>([])
  private let renewals = Mutex<[String]>([])

  init(_ name: String, isInteractive: Bool, isWilling: Bool = false, renews: Bool = true) {
    (self.name, self.isInteractive, self.isWilling, self.renews) = (name, isInteractive, isWilling, renews)
  }

  /// The keys of the questions, in order.
  var asked: [String] { questions.withLock { $0 } }
  /// The keys of the questions that are asked because an older version recorded the yes.
  var renewed: [String] { renewals.withLock { $0 } }

  func observe(_ event: Event) async {}

  func progress(_ progress: Progress?) async {}

  func ask(_ question: Question) async -> Reply {
    if question.text.contains("approved by an older version") {
      guard renews else {
        questions.withLock { $0.append(question.key.step.text) }
        return .unanswered(reason: "nobody there")
      }
      renewals.withLock { $0.append(question.key.description) }
      return .answer(Answer(true))
    }
    let count = questions.withLock { questions in
      questions.append(question.key.description)
      return questions.count
    }
    // Who says yes to everything may be asked without an end.
    guard isWilling, count < 60 else { return .unanswered(reason: "nobody there") }
    switch question.kind {
    case .yesNo, .approval: return .answer(Answer(true))
    case .item: return .answer(Answer("yes"))
    case .text: return .answer(Answer("said"))
    case .checkpoint: return .answer(Answer(["done": true, "evidence": "seen"]))
    case .option(let options, _):
      let choices = ["happened", "skip", options.first?.name ?? ""]
      let known = options.map(\.name)
      return .answer(Answer(.string(choices.first { known.contains($0) } ?? ""), reason: "because"))
    case .value: return .unanswered(reason: "nobody there")
    }
  }
}

/// A journal in memory that goes on after `count` events.
final class MemorySink: EventSink {
  private let count: Int
  private let list = Mutex<[Event]>([])

  init(_ count: Int) { self.count = count }

  var events: [Event] { list.withLock { $0 } }

  func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    list.withLock { list in
      var event = event
      event.sequence = count + list.count + 1
      list.append(event)
      return event
    }
  }

  func keep(evidence: Value) async throws(EventSinkError) -> (sha256: String, bytes: Int) {
    let bytes = evidence.jsonBytes()
    return (hexadecimal(sha256(bytes)), bytes.count)
  }

  func redact(_ secret: String) async {}

  func redacted(_ text: String) async -> String { text }
}

/// Time that moves only while something waits; it begins a second after the last event.
final class StandingClock: RunClock {
  private let time: Mutex<Timestamp>

  init(_ last: Timestamp?) {
    let last = last ?? Timestamp(seconds: 0)
    time = Mutex(last.adding(.seconds(1)) ?? last)
  }

  func now() -> Timestamp { time.withLock { $0 } }

  func sleep(for duration: Duration) async { time.withLock { $0 = $0.adding(duration) ?? $0 } }
}

struct MadeUpSecrets: SecretFetcher {
  func fetch(_ source: Environment.SecretSource) async throws(SecretError) -> String { "made-up-\(source.name)" }
}
