import ExecutorKit
import NIOCore
import NIOPosix
import NIOSSL
import Reach

/// Why a connection could not be made or did not last.
enum ConnectionFailure: Error, Sendable, Equatable {
  case timedOut
  case cancelled
  /// The server closed the connection, or the network did.
  case closed(String)
  /// No connection came about: a reason without the address.
  case unreachable(String)
  /// The server takes no connection, and says why: an error reply.
  case turnedAway(String)
  case tooLarge(limit: Int)
  /// A reply is nested deeper than can be read.
  case tooDeep
  case malformed(String)

  /// A failure while connecting.
  init(connecting error: any Error) {
    self = .unreachable(Self.reason(error))
  }

  /// A failure on a connection that was there.
  ///
  /// - Parameter hasCertificate: Whether we had a client's certificate to show.
  init(_ error: any Error, hasCertificate: Bool = false) {
    if let failure = TLSFailure(error, hasCertificate: hasCertificate, plain: "redis://") {
      self = .unreachable(failure.reason)
      return
    }
    switch error {
    case let failure as ConnectionFailure: self = failure
    case let problem as ReplyReader.Problem:
      switch problem {
      case .tooLarge(let limit): self = .tooLarge(limit: limit)
      case .tooDeep: self = .tooDeep
      case .malformed(let text): self = .malformed(text)
      }
    default: self = .closed(Self.reason(error))
    }
  }

  /// Whether an error reply is one that a server sends to every new connection: too many clients, protected mode.
  static func turnsAway(_ reply: String) -> Bool {
    reply.hasPrefix("DENIED ") || reply.hasPrefix("ERR max number of clients")
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
    case is NIOSSLError: return "the TLS connection broke"
    default:
      return TLSFailure(error, hasCertificate: false, plain: "redis://")?.reason ?? "\(error)"
    }
  }
}
