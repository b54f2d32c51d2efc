#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The system's error numbers in words for an operator who waits for a connection (errno(3)).
public enum SystemError {
  public static func text(_ code: Int32) -> String {
    switch code {
    case ECONNREFUSED: "connection refused"
    case ENOENT: "there is no such socket"
    case EACCES, EPERM: "permission denied"
    case ECONNRESET, EPIPE: "the connection was reset"
    case ETIMEDOUT: "no answer in time"
    case EHOSTUNREACH, ENETUNREACH: "no route to the host"
    case EADDRNOTAVAIL: "there is no such address"
    default: "system error \(code)"
    }
  }

  /// Whether the number says that no connection came about, so that nothing was sent.
  public static func isUnreachable(_ code: Int32) -> Bool {
    [ECONNREFUSED, EACCES, EPERM, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL].contains(code)
  }
}
