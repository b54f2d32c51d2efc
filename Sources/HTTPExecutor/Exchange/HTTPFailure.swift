import AsyncHTTPClient
import ExecutorKit
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Reach

/// A failure below HTTP.
struct HTTPFailure {
  /// The deadline passed.
  struct TimedOut: Error {}

  var label: String
  /// Whether the request could have changed something, so that a missing answer leaves its effect open; never where no
  /// connection came about.
  var changes: Bool
  var isTLS: Bool
  var hasCertificate: Bool
  /// Whether the origin answered before.
  var isKnown: Bool

  /// The error as the engine takes it.
  func error(_ error: any Error) -> ExecutorError {
    if let error = error as? ExecutorError { return error }
    if let reason = unreachable(error) { return ExecutorError(.unreachable, "\(label) can't be reached: \(reason)") }
    let own = error as? HTTPClientError
    let isLate = own.map { Self.late.contains($0) } ?? (error is TimedOut)
    if isLate { return ExecutorError(.timedOut, "\(label) gave no answer in time", mayHaveTakenEffect: changes) }
    if own == .cancelled || error is CancellationError {
      return ExecutorError(.cancelled, "the call to \(label) was cancelled", mayHaveTakenEffect: changes)
    }
    if let failure = TLSFailure(error, hasCertificate: hasCertificate, plain: "http://") {
      let message = "the TLS connection to \(label) broke: \(failure.reason)"
      return ExecutorError(.disconnected, message, mayHaveTakenEffect: changes)
    }
    let isBroken = own.map { Self.broken.contains($0) } ?? (error is IOError || error is ChannelError)
    if isBroken || error as? HTTPParserError == .invalidEOFState || error as? NIOSSLError == .uncleanShutdown {
      var message = "\(label) closed the connection before its answer was complete"
      // A TLS server that gets a plain request closes or resets the connection.
      if own == .remoteConnectionClosed || error is IOError, !isTLS, !isKnown {
        message += "; perhaps its port speaks TLS (`https://`)"
      }
      return ExecutorError(.disconnected, message, mayHaveTakenEffect: changes)
    }
    let message = "\(label) does not answer as an HTTP server does: \(error)"
    return ExecutorError(.malformed, message, mayHaveTakenEffect: changes)
  }

  private static let late: [HTTPClientError] = [
    .deadlineExceeded, .readTimeout, .writeTimeout, .getConnectionFromPoolTimeout,
  ]
  private static let broken: [HTTPClientError] = [.remoteConnectionClosed, .uncleanShutdown]

  /// Why there was no connection, or none that the server took a request from; nil where there was one.
  private func unreachable(_ error: any Error) -> String? {
    switch error {
    case let error as NIOConnectionError:
      guard let first = error.connectionErrors.first else { return "its name does not resolve" }
      return Self.reason(first.error)
    case let error as HTTPClientError:
      if error == .tlsHandshakeTimeout {
        return "no answer to the TLS handshake in time; perhaps its port does not speak TLS (`http://`)"
      }
      return error == .connectTimeout ? "no answer in time" : nil
    case ChannelError.connectTimeout: return "no answer in time"
    case is TLSAnswer.Error: return "its port speaks TLS (`https://`), and it took no request"
    case let error as IOError:
      return SystemError.isUnreachable(error.errnoCode) ? SystemError.text(error.errnoCode) : nil
    default:
      let failure = TLSFailure(error, hasCertificate: hasCertificate, plain: "http://")
      return failure.flatMap { $0.isRefusal ? $0.reason : nil }
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
