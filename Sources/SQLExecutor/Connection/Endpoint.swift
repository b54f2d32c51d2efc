import ExecutorKit

/// One of the places that a connection URI names, as libpq takes it.
struct Endpoint: Sendable, Hashable {
  /// A name, an address, or the folder of a Unix socket; nil: libpq's default.
  var host: String?
  /// An address that stands for the host's name.
  var address: String?
  var port: String?

  var isSocket: Bool {
    guard let first = (host ?? address)?.utf8.first else { return true }
    return first == UInt8(ascii: "/") || first == UInt8(ascii: "@")
  }

  /// `db.internal:5432`, `[::1]:5432`, `/run/postgresql port 5433`.
  var description: String {
    let port = port ?? "5432"
    let name = host ?? address ?? ""
    if isSocket { return name.isEmpty ? "the default socket, port \(port)" : "\(name) port \(port)" }
    return (name.utf8.contains(UInt8(ascii: ":")) ? "[\(name)]" : name) + ":" + port
  }

  /// The places of libpq's parameters `host`, `hostaddr` and `port`, each a list with commas. Nil where the lists'
  /// lengths don't fit.
  static func all(in parameters: [String: String]) -> [Endpoint]? {
    func list(_ name: String) -> [String?] {
      guard let text = parameters[name], !text.isEmpty else { return [] }
      return text.split(separator: ",", omittingEmptySubsequences: false).map { $0.isEmpty ? nil : String($0) }
    }
    let (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
    let count = max(1, hosts.count, addresses.count)
    guard hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count, ports.count <= 1 || ports.count == count
    else { return nil }
    return (0..<count).map { position in
      Endpoint(
        host: hosts.isEmpty ? nil : hosts[position], address: addresses.isEmpty ? nil : addresses[position],
        port: ports.count > 1 ? ports[position] : ports.first ?? nil)
    }
  }

  /// `parameters` for this place alone.
  func parameters(_ parameters: [String: String]) -> [String: String] {
    var parameters = parameters
    parameters["host"] = host
    parameters["hostaddr"] = address
    parameters["port"] = port
    return parameters
  }
}
