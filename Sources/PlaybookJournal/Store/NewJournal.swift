public import CEL
public import PlaybookRecord

/// The journal of a run that has not begun: its folder is made with the first event, so that whatever ends before that
/// (an input that is wrong, a secret that can't be had, a kill) leaves nothing.
public actor NewJournal: EventSink {
  private let store: RunStore
  private let id: String
  private let sources: [[UInt8]]
  private let holder: Value
  private let yeses: OwnYeses?
  private let onLine: (@Sendable ([UInt8]) -> Void)?
  private let onBegin: @Sendable (RunFolder) -> Void
  private var redactor = Redactor()
  private var secrets: [String] = []
  /// The writer; nil as long as nothing was recorded.
  public private(set) var writer: JournalWriter?
  /// Why the folder or the journal could not be made: `FileError` or `RunLock.Held`.
  public private(set) var problem: (any Error)?

  /// - Parameters:
  ///   - id: The result of `RunStore.newID`.
  ///   - sources: The files that the run is made from, which lie beside its journal by their digests.
  ///   - onBegin: Called with the folder once it is there, before the first event is written.
  public init(
    _ store: RunStore, id: String, sources: [[UInt8]], holder: Value, yeses: OwnYeses? = nil,
    onLine: (@Sendable ([UInt8]) -> Void)? = nil,
    onBegin: @escaping @Sendable (RunFolder) -> Void
  ) {
    self.store = store
    self.id = id
    self.sources = sources
    self.holder = holder
    self.yeses = yeses
    self.onLine = onLine
    self.onBegin = onBegin
  }

  public func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event {
    try await begun().record(event, synced: synced)
  }

  public func keep(evidence: Value) async throws(EventSinkError) -> (sha256: String, bytes: Int) {
    try await begun().keep(evidence: evidence)
  }

  public func redact(_ secret: String) async {
    guard let writer else {
      secrets.append(secret)
      return redactor.add(secret)
    }
    await writer.redact(secret)
  }

  public func redacted(_ text: String) async -> String {
    guard let writer else { return redactor.redact(text) }
    return await writer.redacted(text)
  }

  public func redacted(value: Value) async -> Value {
    guard let writer else { return redactor.redact(value) }
    return await writer.redacted(value: value)
  }

  /// Gives the run up in an orderly way, where it began.
  public func close() async { await writer?.close() }

  private func begun() async throws(EventSinkError) -> JournalWriter {
    if let writer { return writer }
    if let problem { throw EventSinkError(message: "\(problem)") }
    do {
      let folder = try store.create(id: id)
      for source in sources { _ = try folder.keep(source: source) }
      let made = try JournalWriter(folder, holder: holder, yeses: yeses, onLine: onLine)
      while !secrets.isEmpty { await made.redact(secrets.removeFirst()) }
      writer = made
      onBegin(folder)
      return made
    } catch {
      problem = error
      throw EventSinkError(message: "\(error)")
    }
  }
}
