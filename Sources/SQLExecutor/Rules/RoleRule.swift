import CEL

/// Which roles may not be used for queries, unless the target says `privileged: true`: superusers, and members of a
/// predefined role (`pg_*`, manual, section 22.5) that can do more than look.
///
/// Membership counts also where the role must be set first. A predefined role that is not known here counts as one of
/// power.
enum RoleRule {
  private static let harmless = [
    "pg_read_all_data", "pg_read_all_settings", "pg_read_all_stats", "pg_stat_scan_tables", "pg_monitor",
    "pg_database_owner", "pg_use_reserved_connections",
  ]

  /// Run under the search path `pg_catalog`.
  static let look = """
    SELECT current_user AS role,
      ARRAY(SELECT rolname::text FROM pg_roles r WHERE (r.rolsuper OR (r.oid < 16384 AND r.rolname LIKE 'pg\\_%'
          AND r.rolname NOT IN (\(harmless.map { "'\($0)'" }.joined(separator: ", ")))))
        AND (pg_has_role(session_user, r.oid, 'MEMBER') OR pg_has_role(current_user, r.oid, 'MEMBER'))
        ORDER BY 1) AS powers,
      EXISTS (SELECT FROM pg_roles WHERE rolsuper AND rolname IN (current_user, session_user)) AS super
    """

  static func refusal(_ row: MapValue) -> String? {
    let role = row["role"]?.stringValue ?? "its role"
    let way = "use a role that only reads, or say `privileged: true` in the target"
    if row["super"]?.boolValue != false { return "\(role) is a superuser, whom nothing keeps from writing; \(way)" }
    guard let powers = row["powers"]?.listValue else { return "the server does not tell the rights of \(role); \(way)" }
    guard let power = powers.first?.stringValue else { return nil }
    return "\(role) is a member of \(power), which can do more than read; \(way)"
  }
}
