import ExecutorKit
import NIOCore
import NIOPosix
import NIOSSL
import Reach

extension Connection {
  /// Connects and logs in: AUTH, SELECT, and a name for `CLIENT LIST`. Takes at most the target's `connect_timeout`.
  static func open(_ target: RedisTarget, _ context: CallContext) async throws(ExecutorError) -> Connection {
    let remaining = context.deadline - .now
    let deadline = NIODeadline.now() + TimeAmount(min(remaining, target.connectTimeout))
    let tls = target.isTLS ? try await Self.tls(target.certificates) : nil
    let connection: Connection
    do {
      let limit = max(4 * context.limits.bytes, 8 << 20)
      connection = try await open(target.endpoint, tls: tls, limit: limit, until: deadline)
    } catch {
      throw Self.unreachable(ConnectionFailure(error), target)
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
    let watch = watchForPlainServer(target)
    let exchange = await exchange(commands, until: deadline)
    watch?.cancel()
    if let failure = exchange.failure {
      throw Self.unreachable(await Self.explained(failure, target), target)
    }
    for (command, reply) in zip(commands, exchange.replies) {
      if let error = reply.error, let problem = Self.problem(command, error, target) { throw problem }
    }
  }

  /// Why a command of the login failed; nil where that doesn't matter.
  private static func problem(_ command: [Word], _ error: String, _ target: RedisTarget) -> ExecutorError? {
    if ConnectionFailure.turnsAway(error) { return unreachable(.turnedAway(error), target) }
    let code = Session.code(error)
    if command[0] == Array("AUTH".utf8) || ["NOAUTH", "WRONGPASS"].contains(code) {
      let user = target.user.map { " of `\($0)`" } ?? ""
      let edge = target.hasPasswordWithBlankEdge ? " (the password begins or ends with a blank)" : ""
      return ExecutorError(.unauthorized, "\(target.label) refuses the login\(user): \(error)\(edge)")
    }
    guard command[0] == Array("SELECT".utf8) else { return nil }
    switch code {
    case "ERR": return ExecutorError(.rejected, "\(target.label) has no database \(target.database): \(error)")
    case "NOPERM":
      return ExecutorError(.unauthorized, "\(target.label) answers: \(error) (grant +select, or use database 0)")
    default: return ExecutorError(.rejected, "\(target.label) answers: \(error)")
    }
  }

  /// The name as `CLIENT LIST` shows it: printable ASCII without spaces.
  private static func clientName(_ label: String) -> String {
    let name = label.utf8.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "-") }
    return name.isEmpty ? "playbook" : String(decoding: name.prefix(100), as: UTF8.self)
  }

  private static func unreachable(_ failure: ConnectionFailure, _ target: RedisTarget) -> ExecutorError {
    switch failure {
    case .cancelled: ExecutorError(.cancelled, "the connection to \(target.label) was given up")
    case .timedOut: ExecutorError(.unreachable, "\(target.label) can't be reached: no answer in time")
    case .unreachable(let reason), .closed(let reason):
      ExecutorError(.unreachable, "\(target.label) can't be reached: \(reason)")
    case .turnedAway(let reply):
      ExecutorError(
        reply.hasPrefix("DENIED") ? .unauthorized : .unreachable, "\(target.label) takes no connection: \(reply)")
    case .malformed(let reason):
      ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does: \(reason)")
    case .tooLarge, .tooDeep: ExecutorError(.malformed, "\(target.label) does not answer as a Redis server does")
    }
  }

  /// Certificates are read from files: not on a thread that tasks run on.
  private static func tls(_ certificates: Certificates) async throws(ExecutorError) -> TLS {
    do {
      let context = try await NIOThreadPool.singleton.runIfActive { try certificates.context() }
      return TLS(
        context: context, serverName: certificates.serverName, hasCertificate: certificates.hasClientCertificate)
    } catch let error as ExecutorError {
      throw error
    } catch {
      throw ExecutorError(.invalid, "the certificates can't be read (nothing was sent)")
    }
  }
}
