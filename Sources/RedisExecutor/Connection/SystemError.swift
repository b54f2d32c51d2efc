#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the system says of an error number.
enum SystemError {
  static func text(_ code: Int32) -> String {
    switch code {
    case ECONNREFUSED: "connection refused"
    case ENOENT: "there is no such socket"
    case EACCES: "permission denied"
    case ECONNRESET, EPIPE: "the connection was reset"
    case ETIMEDOUT: "no answer in time"
    case EHOSTUNREACH, ENETUNREACH: "no route to the host"
    default: "system error \(code)"
    }
  }
}
