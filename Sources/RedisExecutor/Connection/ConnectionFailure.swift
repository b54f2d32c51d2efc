import PlaybookEngine
import NIOCore
import NIOPosix
import NIOSSL

/// Why a connection could not be made or did not last.
enum ConnectionFailure: Error, Sendable, Equatable {
  case timedOut
  case cancelled
  /// The server closed the connection, or the network did.
  case closed(String)
  /// No connection came about: a reason without the address.
  case unreachable(String)
  case tooLarge(limit: Int)
  case malformed(String)

  /// What went wrong while connecting.
  init(connecting error: any Error) {
    self = .unreachable(Self.reason(error))
  }

  /// What went wrong on a connection that was there.
  init(_ error: any Error) {
    switch error {
    case let failure as ConnectionFailure: self = failure
    case let problem as ReplyReader.Problem:
      switch problem {
      case .tooLarge(let limit): self = .tooLarge(limit: limit)
      case .malformed(let text): self = .malformed(text)
      }
    case is NIOSSLError, is BoringSSLError: self = .unreachable(Self.reason(error))
    default: self = .closed(Self.reason(error))
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let failure as ConnectionFailure:
      if case .unreachable(let reason) = failure { return reason }
      return "\(failure)"
    case let failure as NIOConnectionError:
      if let first = failure.connectionErrors.first { return reason(first.error) }
      return "its name does not resolve"
    case let error as IOError: return SystemError.text(error.errnoCode)
    case ChannelError.connectTimeout: return "no answer in time"
    case ChannelError.ioOnClosedChannel, ChannelError.inputClosed, ChannelError.outputClosed, ChannelError.eof:
      return "the connection was closed"
    case let error as NIOSSLError: return "TLS: \(error)"
    case let error as BoringSSLError: return "TLS: \(error)"
    case let error as NIOSSLExtraError: return "TLS: \(error)"
    default: return "\(error)"
    }
  }
}
