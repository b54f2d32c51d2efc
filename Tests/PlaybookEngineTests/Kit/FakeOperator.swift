import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Synchronization

/// An operator whose answers are written down beforehand, by the question's key.
final class FakeOperator: Operator {
  let name: String
  let isInteractive: Bool
  private let replies: Mutex<[String: [Reply]]>
  private let questions = Mutex<[Question]>([])
  private let events = Mutex<[Event]>([])
  /// Called with each question before its answer.
  private let asking: @Sendable (Question) -> Void

  init(
    _ replies: [String: [Reply]] = [:], name: String = "alice", isInteractive: Bool = true,
    asking: @escaping @Sendable (Question) -> Void = { _ in }
  ) {
    self.name = name
    self.isInteractive = isInteractive
    self.replies = Mutex(replies)
    self.asking = asking
  }

  var asked: [Question] { questions.withLock { $0 } }
  var keys: [String] { asked.map(\.key.description) }
  var seen: [Event] { events.withLock { $0 } }

  func observe(_ event: Event) async { events.withLock { $0.append(event) } }

  func progress(_ progress: Progress?) async {}

  /// The next reply under the key; the last one is repeated. No reply: nobody there. Who has replies for a change says
  /// yes to the rest of it after a resume.
  func ask(_ question: Question) async -> Reply {
    questions.withLock { $0.append(question) }
    asking(question)
    return replies.withLock { all in
      guard let list = all[question.key.description], let first = list.first else {
        let change = question.key.purpose == .rest ? question.key.step.text : nil
        let isKnown = change.map { name in all.keys.contains { $0 == name || $0.hasPrefix(name + "[") } } ?? false
        return isKnown ? .yes : .unanswered(reason: "nobody there")
      }
      if list.count > 1 { all[question.key.description] = Array(list.dropFirst()) }
      return first
    }
  }
}

extension Reply {
  static let yes = Self.answer(Answer(true))
  static let no = Self.answer(Answer(false))
  static func said(_ value: Value) -> Self { .answer(Answer(value)) }
}
