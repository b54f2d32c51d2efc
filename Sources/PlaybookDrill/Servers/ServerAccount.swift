import Glibc

/// The account of a world's servers: PostgreSQL refuses to run as root, so root hands them to `postgres`.
package struct ServerAccount: Sendable {
  /// Nil: the account that started the world.
  package let user: String?

  /// The account that fits the caller.
  package static var current: ServerAccount { ServerAccount(user: geteuid() == 0 ? "postgres" : nil) }

  /// `command` as this account, ended by `signal` when the world dies, however it dies.
  ///
  /// Source: setpriv(1); PR_SET_PDEATHSIG(2const). The signal comes when the thread that started the program ends,
  /// which swift-subprocess keeps for the life of the process.
  package func command(_ command: [String], endedBy signal: String = "KILL") -> [String] {
    let identity = user.map { ["--reuid", $0, "--regid", $0, "--clear-groups"] } ?? []
    return ["--pdeathsig", signal] + identity + ["--"] + command
  }

  /// Makes `path` with mode 0700 and gives it to this account.
  package func makeFolder(_ path: String) throws(DrillError) {
    guard unsafe mkdir(path, 0o700) == 0 else { throw .system(.missing, "can't make the folder \(path)") }
    guard let user else { return }
    guard let entry = unsafe getpwnam(user) else {
      throw DrillError(.missing, "there is no user `\(user)` on this machine; PostgreSQL can't run as root")
    }
    guard unsafe chown(path, entry.pointee.pw_uid, entry.pointee.pw_gid) == 0 else {
      throw .system(.missing, "can't give the folder \(path) to \(user)")
    }
  }
}

extension DrillError {
  /// With the error of the last system call.
  static func system(_ code: Code, _ message: String) -> DrillError {
    DrillError(code, message + ": " + (unsafe String(cString: strerror(errno))))
  }
}
