#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What the system says where no connection comes about.
enum SystemError {
  /// Nil for what happens to connections that are there, too.
  static func unreachable(_ code: Int32) -> String? {
    switch code {
    case ECONNREFUSED: "connection refused"
    case EACCES, EPERM: "permission denied"
    case EHOSTUNREACH, ENETUNREACH: "no route to the host"
    case EADDRNOTAVAIL: "there is no such address"
    default: nil
    }
  }
}
