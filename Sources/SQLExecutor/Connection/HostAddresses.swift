import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// The addresses behind a host's name, asked for on a thread of its own: the system may take longer than anybody waits.
enum HostAddresses {
  private final class Lookup: Sendable {
    let done = Wake()
    let result = Mutex<Result<[String], ServerError>?>(nil)
  }

  /// In the order in which they are to be tried. Throws `.unreachable` where the name has none, `.interrupted` at the
  /// deadline and where the task is cancelled.
  static func find(
    _ host: String, _ wake: Wake, until deadline: ContinuousClock.Instant
  ) throws(SessionFailure) -> [String] {
    let lookup = Lookup()
    let hasStarted = DetachedThread.start {
      let result = ask(host)
      lookup.result.withLock { $0 = result }
      lookup.done.fire()
    }
    guard hasStarted else { throw .unreachable(ServerError(message: "no thread could be started to look up \(host)")) }
    while true {
      switch wake.wait(socket: lookup.done.descriptor, events: POLLIN, until: deadline) {
      case .timeout: throw .interrupted(.deadline, isConfirmed: true)
      case .woken: if Task.isCancelled { throw .interrupted(.cancelled, isConfirmed: true) }
      case .ready:
        guard let result = lookup.result.withLock({ $0 }) else { continue }
        do { return try result.get() } catch { throw .unreachable(error) }
      }
    }
  }

  private static func ask(_ host: String) -> Result<[String], ServerError> {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(host, nil, &hints, &first)
    guard code == 0 else {
      let reason = unsafe gai_strerror(code).map { unsafe String(cString: $0) } ?? "unknown"
      return .failure(ServerError(message: "the name \(host) can't be looked up: \(reason)"))
    }
    defer { unsafe freeaddrinfo(first) }
    var addresses: [String] = []
    var entry = unsafe first
    while let current = unsafe entry {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let (address, length) = unsafe (current.pointee.ai_addr, current.pointee.ai_addrlen)
      if unsafe getnameinfo(address, length, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
        let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let found = String(decoding: bytes, as: UTF8.self)
        if !addresses.contains(found) { addresses.append(found) }
      }
      unsafe entry = current.pointee.ai_next
    }
    return addresses.isEmpty
      ? .failure(ServerError(message: "the name \(host) has no address")) : .success(addresses)
  }
}
