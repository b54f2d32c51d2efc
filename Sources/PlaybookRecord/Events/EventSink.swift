public import CEL

/// Where events go.
public protocol EventSink: Sendable {
  /// Writes the event at once (a killed process loses nothing) and gives it back as written: numbered and redacted.
  /// With `synced`, returns only when it and all before it are on disk. Throws when it can't be written: then nothing
  /// that follows may happen.
  func record(_ event: Event, synced: Bool) async throws(EventSinkError) -> Event

  /// Keeps an outcome that is too large for a line, and gives its SHA-256 in hexadecimal and its size in bytes.
  func keep(evidence: Value) async throws(EventSinkError) -> (sha256: String, bytes: Int)

  /// From now on no text that holds `secret`, in any usual encoding, leaves `record` or `keep` unmasked.
  func redact(_ secret: String) async

  /// `text` as it may be shown.
  func redacted(_ text: String) async -> String

  /// `value` as it may be shown: to be asked for before a part of it is cut out, such as its first lines.
  func redacted(value: Value) async -> Value
}

extension EventSink {
  /// The value as it is, of a sink that keeps nothing.
  public func redacted(value: Value) async -> Value { value }
}

/// The journal can't be written: disk full, folder gone.
public struct EventSinkError: Error, Sendable {
  public var message: String

  public init(message: String) {
    self.message = message
  }
}
