/// Views and functions that show the sessions of a server, ours among them: a statement that reads it has none of this
/// run's beside it.
///
/// The session that carries the statement is in these views, as it is in psql (`pid <> pg_backend_pid()`).
enum SessionViews {
  static let relations: Set<String> = [
    "pg_stat_activity", "pg_locks", "pg_stat_ssl", "pg_stat_gssapi", "pg_stat_database",
  ]
  static let functions: Set<String> = [
    "pg_stat_get_activity", "pg_lock_status", "pg_blocking_pids", "pg_safe_snapshot_blocking_pids",
    "pg_stat_get_db_numbackends",
  ]

  static func areReached(by mentions: Mentions) -> Bool {
    func isBuiltIn(_ name: Mentions.Name) -> Bool { [nil, "pg_catalog", "*"].contains(name.schema) }
    return mentions.relations.contains { isBuiltIn($0) && relations.contains($0.name) }
      || mentions.functions.contains { name in
        isBuiltIn(name) && (functions.contains(name.name) || name.name.hasPrefix("pg_stat_get_backend_"))
      }
  }
}
