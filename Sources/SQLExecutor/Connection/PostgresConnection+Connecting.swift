import ExecutorKit

/// How a list of hosts is walked: libpq would do it as well, but with its non-blocking interface it keeps no time for
/// each.
extension PostgresConnection {
  /// The errors of the places that were tried.
  private struct Walk {
    var errors: [String] = []
    var sqlstate: String?

    mutating func note(_ error: ServerError, by name: String?) {
      let text = name.map { "\($0): \(error.message)" } ?? error.message
      // With `prefer-standby` a place is asked twice and may say the same.
      if !errors.contains(text) { errors.append(text) }
      sqlstate = error.sqlstate
    }

    /// A place that knows us and turns us away: a wrong password must not be tried everywhere.
    var isFinal: Bool { ["28", "3D"].contains((sqlstate ?? "").prefix(2)) }
  }

  /// Connects to the first place that takes us, within `connect_timeout` each. Without it each gets an equal part of
  /// the time that is left.
  ///
  /// Errors: `.unreachable` with the errors of all places, `.interrupted` at the deadline. A wrong password and a
  /// missing database end the walk, as with libpq.
  func connect(until deadline: ContinuousClock.Instant) throws(SessionFailure) {
    // `prefer-standby` is two walks: for a standby, then for anything.
    let wanted = settings.parameters["target_session_attrs"]
    let roles: [String?] = wanted == "prefer-standby" ? ["standby", "any"] : [wanted]
    let places = roles.flatMap { role in settings.endpoints.map { (role: role, endpoint: $0) } }
    var walk = Walk()
    for (position, place) in places.enumerated() where !walk.isFinal {
      let end = share(1, of: places.count - position, until: deadline)
      if try connect(to: place.endpoint, as: place.role, until: end, isOnly: places.count == 1, &walk) { return }
      if deadline <= .now { break }
    }
    throw .unreachable(ServerError(sqlstate: walk.sqlstate, message: walk.errors.joined(separator: "; ")))
  }

  /// The end of a part of the time until `deadline`; all of it where each place has its own `connect_timeout`.
  private func share(_ parts: Int, of count: Int, until deadline: ContinuousClock.Instant) -> ContinuousClock.Instant {
    if settings.connectTimeout != nil || parts == count { return deadline }
    return .now + ContinuousClock.now.duration(to: deadline) / count * parts
  }

  /// Whether one of the addresses of a place has taken us; `walk` has the others' errors.
  private func connect(
    to endpoint: Endpoint, as role: String?, until end: ContinuousClock.Instant, isOnly: Bool, _ walk: inout Walk
  ) throws(SessionFailure) -> Bool {
    guard let addresses = try addresses(of: endpoint, until: end, &walk) else { return false }
    for (position, address) in addresses.enumerated() where !walk.isFinal {
      let isOnly = isOnly && addresses.count == 1
      let name = endpoint.description + (addresses.count > 1 ? address.map { " at \($0)" } ?? "" : "")
      var parameters = Endpoint(host: endpoint.host, address: address, port: endpoint.port)
        .parameters(settings.parameters)
      parameters["target_session_attrs"] = role
      // Kept by our own clock.
      parameters["connect_timeout"] = nil
      let part = share(1, of: addresses.count - position, until: end)
      let limit = settings.connectTimeout.map { min(part, .now + $0) } ?? part
      do throws(SessionFailure) {
        try session.connect(parameters, until: limit)
        server = settings.endpoints.count == 1 && endpoint.isSocket ? settings.sourceName : name
        return true
      } catch .unreachable(let error) {
        walk.note(error, by: isOnly ? nil : name)
      } catch .interrupted(.deadline, _) where !isOnly || limit < end {
        let reason = settings.connectTimeout.map { " within \($0.seconds) s (connect_timeout)" } ?? " in time"
        walk.note(ServerError(message: "no answer\(reason)"), by: name)
      }
    }
    return false
  }

  /// The addresses to try; nil where the name could not be looked up.
  private func addresses(
    of endpoint: Endpoint, until end: ContinuousClock.Instant, _ walk: inout Walk
  ) throws(SessionFailure) -> [String?]? {
    guard !endpoint.isSocket, endpoint.address == nil, let host = endpoint.host else { return [endpoint.address] }
    let limit = settings.connectTimeout.map { min(end, .now + $0) } ?? end
    do throws(SessionFailure) {
      return try HostAddresses.find(host, wake, until: limit)
    } catch .unreachable(let error) {
      walk.note(error, by: nil)
    } catch .interrupted(.deadline, _) {
      walk.note(ServerError(message: "the name \(host) was not found in time"), by: nil)
    }
    return nil
  }
}

extension Duration {
  /// Whole seconds where it has no fraction, else with up to three digits: `2`, `0.5`.
  fileprivate var seconds: String {
    let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    return milliseconds % 1000 == 0 ? String(milliseconds / 1000) : String(Double(milliseconds) / 1000)
  }
}
