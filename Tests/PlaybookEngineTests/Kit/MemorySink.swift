import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import Synchronization

/// A journal in memory.
final class MemorySink: EventSink {
  struct Record: Sendable {
    var event: Event
    var synced: Bool
  }

  private struct State {
    var records: [Record] = []
    var evidence: [String: Value] = [:]
    var secrets: [String] = []
  }

  private let state = Mutex(State())
  /// Whether a record is refused, as by a full disk.
  private let refuses: @Sendable (Event) -> Bool

  init(refuses: @escaping @Sendable (Event) -> Bool = { _ in false }) {
    self.refuses = refuses
  }

  var records: [Record] { state.withLock { $0.records } }
  var events: [Event] { records.map(\.event) }
  var secrets: [String] { state.withLock { $0.secrets } }
  /// `type path`, a line each.
  var story: [String] { events.map { $0.path.text.isEmpty ? $0.type.rawValue : "\($0.type.rawValue) \($0.path)" } }

  func events(_ type: EventType, _ path: StepPath? = nil) -> [Event] {
    events.filter { $0.type == type && (path == nil || $0.path == path) }
  }

  func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    if refuses(event) { throw EventSinkError(message: "disk full") }
    return state.withLock { state in
      var event = event
      event.sequence = state.records.count + 1
      state.records.append(Record(event: event, synced: synced))
      return event
    }
  }

  func keep(evidence: Value) async throws(EventSinkError) -> (sha256: String, bytes: Int) {
    let bytes = evidence.jsonBytes()
    let digest = hexadecimal(sha256(bytes))
    state.withLock { $0.evidence[digest] = evidence }
    return (digest, bytes.count)
  }

  func evidence(_ digest: String) -> Value? { state.withLock { $0.evidence[digest] } }

  func redact(_ secret: String) async { state.withLock { $0.secrets.append(secret) } }

  func redacted(_ text: String) async -> String {
    secrets.reduce(text) { $0.replacing($1, with: "•••") }
  }
}

/// Time that stands still unless it is moved or slept through.
final class FixedClock: RunClock {
  private let time: Mutex<Timestamp>
  private let onWait: Mutex<(@Sendable () -> Void)?> = Mutex(nil)

  init(_ seconds: Int64 = 1_795_402_260) { time = Mutex(Timestamp(seconds: seconds)) }

  func now() -> Timestamp { time.withLock { $0 } }

  func sleep(for duration: Duration) async {
    onWait.withLock { $0 }?()
    advance(by: duration)
  }

  /// Called in each wait.
  func whileWaiting(_ body: @escaping @Sendable () -> Void) { onWait.withLock { $0 = body } }

  func advance(by duration: Duration) { time.withLock { $0 = $0.adding(duration) ?? $0 } }
}

struct FakeFetcher: SecretFetcher {
  var values: [String: String] = [:]

  func fetch(_ source: Environment.SecretSource) async throws(SecretError) -> String {
    guard let value = values[source.name] else { throw SecretError(message: "no `\(source.name)`") }
    return value
  }
}
