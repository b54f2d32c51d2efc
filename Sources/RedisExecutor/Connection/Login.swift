import NIOCore
import NIOPosix
import NIOSSL
import PlaybookEngine

extension Connection {
  /// Connects and logs in: AUTH, SELECT, and a name for `CLIENT LIST`. Takes at most the target's `connect_timeout`.
  static func open(_ target: RedisTarget, _ context: CallContext) async throws(ExecutorError) -> Connection {
    let remaining = context.deadline - .now
    let deadline = NIODeadline.now() + TimeAmount(min(remaining, target.connectTimeout))
    let connection: Connection
    do {
      let tls = target.isTLS ? try await Self.tls(caFile: target.caFile) : nil
      let limit = max(4 * context.limits.bytes, 8 << 20)
      connection = try await open(target.endpoint, tls: tls, limit: limit, until: deadline)
    } catch {
      throw Self.unreachable(error, target)
    }
    do throws(ExecutorError) {
      try await connection.logIn(target, context, until: deadline)
      return connection
    } catch {
      connection.close()
      throw error
    }
  }

  private func logIn(_ target: RedisTarget, _ context: CallContext, until deadline: NIODeadline)
    async throws(ExecutorError)
  {
    var commands: [[Word]] = []
    if let password = target.password {
      commands.append(["AUTH", target.user, password].compactMap { $0.map { Array($0.utf8) } })
    }
    if target.database != 0 { commands.append([Array("SELECT".utf8), Array(String(target.database).utf8)]) }
    commands.append(["CLIENT", "SETNAME", Self.clientName(context.label)].map { Array($0.utf8) })
    let replies: [Reply]
    do {
      replies = try await send(commands, until: deadline)
    } catch {
      throw Self.unreachable(error, target)
    }
    for (command, reply) in zip(commands, replies) {
      guard let error = reply.error else { continue }
      let code = error.prefix { $0 != " " }
      let isLogin = command[0] == Array("AUTH".utf8)
      if isLogin || ["NOAUTH", "WRONGPASS", "DENIED"].contains(code) {
        throw ExecutorError(.unauthorized, "\(target.label) refuses the login: \(error)")
      }
      if command[0] == Array("SELECT".utf8) {
        throw ExecutorError(.rejected, "\(target.label) has no database \(target.database): \(error)")
      }
    }
  }

  /// What `CLIENT LIST` shows: printable ASCII without spaces.
  private static func clientName(_ label: String) -> String {
    let name = label.utf8.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "-") }
    return name.isEmpty ? "playbook" : String(decoding: name.prefix(100), as: UTF8.self)
  }

  private static func unreachable(_ error: any Error, _ target: RedisTarget) -> ExecutorError {
    switch ConnectionFailure(error) {
    case .cancelled: ExecutorError(.cancelled, "the connection to \(target.label) was given up")
    case .timedOut: ExecutorError(.unreachable, "\(target.label) can't be reached: no answer in time")
    case .unreachable(let reason), .closed(let reason):
      ExecutorError(.unreachable, "\(target.label) can't be reached: \(reason)")
    case .malformed(let reason):
      ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does: \(reason)")
    case .tooLarge: ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does")
    }
  }

  /// Certificates are read from files: not on a thread that tasks run on.
  private static func tls(caFile: String?) async throws -> NIOSSLContext {
    try await NIOThreadPool.singleton.runIfActive {
      var configuration = TLSConfiguration.makeClientConfiguration()
      if let caFile { configuration.trustRoots = .file(caFile) }
      return try NIOSSLContext(configuration: configuration)
    }
  }
}
