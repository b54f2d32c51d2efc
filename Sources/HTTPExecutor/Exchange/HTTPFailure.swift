import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import PlaybookEngine

/// What went wrong below HTTP.
enum HTTPFailure {
  /// The deadline passed.
  struct TimedOut: Error {}

  /// The error as the engine takes it. `changes` says whether the request could have changed something, so that a missing
  /// answer leaves its effect open; never where no connection came about.
  static func error(_ error: any Error, _ label: String, changes: Bool) -> ExecutorError {
    if let error = error as? ExecutorError { return error }
    if let reason = unreachable(error) { return ExecutorError(.unreachable, "\(label) can't be reached: \(reason)") }
    let own = error as? HTTPClientError
    let isLate = own.map { late.contains($0) } ?? (error is TimedOut)
    let isBroken = own.map { broken.contains($0) } ?? (error is IOError || error is ChannelError)
    if isLate { return ExecutorError(.timedOut, "\(label) gave no answer in time", mayHaveTakenEffect: changes) }
    if own == .cancelled || error is CancellationError {
      return ExecutorError(.cancelled, "the call to \(label) was cancelled", mayHaveTakenEffect: changes)
    }
    if isBroken {
      let message = "\(label) closed the connection before its answer was complete"
      return ExecutorError(.disconnected, message, mayHaveTakenEffect: changes)
    }
    let message = "\(label) does not answer as an HTTP server does: \(error)"
    return ExecutorError(.malformed, message, mayHaveTakenEffect: changes)
  }

  private static let late: [HTTPClientError] = [
    .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
  ]
  private static let broken: [HTTPClientError] = [.remoteConnectionClosed, .uncleanShutdown]

  /// Why there was no connection; nil where there was one.
  private static func unreachable(_ error: any Error) -> String? {
    switch error {
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else { return "its name does not resolve" }
      return reason(first.error)
    case let error as HTTPClientError:
      return error == .connectTimeout || error == .tlsHandshakeTimeout ? "no answer in time" : nil
    case ChannelError.connectTimeout: return "no answer in time"
    case let error as IOError:
      return SystemError.isUnreachable(error.errnoCode) ? SystemError.text(error.errnoCode) : nil
    case let error as NIOSSLError:
      if case .handshakeFailed(let cause) = error { return "TLS: \(cause)" }
      return error == .unableToValidateCertificate ? "TLS: its certificate is not valid" : nil
    case let error as NIOSSLExtraError: return "TLS: \(error)"
    default: return nil
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case ChannelError.connectTimeout: "no answer in time"
    case let error as IOError: SystemError.text(error.errnoCode)
    default: "\(error)"
    }
  }
}
