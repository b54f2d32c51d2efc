import CEL

/// Which functions a query may call.
///
/// Built-in functions that the server calls STABLE or IMMUTABLE may be called, but for a few that run SQL or take an
/// identifier of a transaction; of the VOLATILE ones those listed here, which only look. Of the functions that a team
/// or an extension
/// added, STABLE and IMMUTABLE ones count where the label can be believed: SQL and PL/pgSQL, whose bodies are looked
/// through in turn (PostgreSQL itself refuses to change data in them), and C of an extension that runs no SQL given as
/// text. SECURITY DEFINER, other languages and C from elsewhere are refused. `allow_functions` overrides all of it.
struct FunctionRules: Sendable {
  /// Names of the environment's `allow_functions`: `name` or `schema.name`.
  let allowed: Set<String>

  enum Context {
    /// The statement may call it.
    case run
    /// The planner meets it in a stored expression. It calls functions that are labelled STABLE or IMMUTABLE, and puts
    /// the body of one in SQL in the place of its call, whatever the label.
    case planned
  }

  /// VOLATILE and built in, but they only look. Source: PostgreSQL 15 to 18, pg_proc.dat, and the manual's section
  /// 9.27.
  private static let harmless: Set<String> = [
    "clock_timestamp", "timeofday", "random", "random_normal", "gen_random_uuid", "uuidv4", "uuidv7", "current_query",
    "currval", "lastval", "pg_is_in_recovery", "pg_is_wal_replay_paused", "pg_get_wal_replay_pause_state",
    "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_last_xact_replay_timestamp", "pg_last_committed_xact",
    "pg_current_wal_lsn", "pg_current_wal_flush_lsn", "pg_current_wal_insert_lsn", "pg_current_logfile",
    "pg_database_size", "pg_tablespace_size", "pg_relation_size", "pg_table_size", "pg_indexes_size",
    "pg_total_relation_size", "pg_lock_status", "pg_blocking_pids", "pg_safe_snapshot_blocking_pids",
    "pg_prepared_xact",
    "pg_control_checkpoint", "pg_control_init", "pg_control_recovery", "pg_control_system", "pg_stat_have_stats",
    "pg_stat_get_recovery_prefetch", "pg_stat_get_xact_blocks_fetched", "pg_stat_get_xact_blocks_hit",
    "pg_stat_get_xact_function_calls", "pg_stat_get_xact_function_self_time", "pg_stat_get_xact_function_total_time",
    "pg_stat_get_xact_numscans", "pg_stat_get_xact_tuples_deleted", "pg_stat_get_xact_tuples_fetched",
    "pg_stat_get_xact_tuples_hot_updated", "pg_stat_get_xact_tuples_inserted", "pg_stat_get_xact_tuples_returned",
    "pg_stat_get_xact_tuples_updated", "pg_xact_commit_timestamp", "pg_xact_commit_timestamp_origin", "pg_xact_status",
    "txid_status", "pg_partition_tree", "pg_partition_ancestors", "pg_sequence_last_value", "pg_show_all_file_settings",
    "pg_hba_file_rules", "pg_ident_file_mappings", "pg_get_shmem_allocations", "pg_get_backend_memory_contexts",
    "pg_notification_queue_usage", "pg_collation_actual_version", "pg_database_collation_actual_version",
    "pg_show_replication_origin_status", "pg_replication_origin_progress", "pg_jit_available",
    "pg_get_wal_resource_managers", "pg_ls_logdir", "pg_ls_waldir", "pg_ls_archive_statusdir", "pg_ls_tmpdir",
    "pg_ls_replslotdir", "pg_ls_logicalmapdir", "pg_ls_logicalsnapdir", "pg_get_multixact_members",
    "pg_get_wait_events", "bernoulli", "system",
  ]

  /// Extensions' VOLATILE functions that only look. They count where they come from the extension's own library.
  private static let harmlessOfExtensions: [String: Set<String>] = [
    "pg_stat_statements": ["pg_stat_statements", "pg_stat_statements_info"],
    "pg_buffercache": ["pg_buffercache_pages", "pg_buffercache_summary", "pg_buffercache_usage_counts"],
    "uuid-ossp": ["uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"],
    "pgcrypto": ["gen_random_uuid", "gen_random_bytes"],
    "pgstattuple": [
      "pgstattuple", "pgstatindex", "pgstatginindex", "pgstathashindex", "pg_relpages", "pgstattuple_approx",
    ],
    "pgrowlocks": ["pgrowlocks"], "pg_freespacemap": ["pg_freespace"], "tsm_system_rows": ["system_rows"],
    "tsm_system_time": ["system_time"],
  ]

  /// Extensions' functions that change their session although they are not VOLATILE.
  private static let harmfulOfExtensions: [String: Set<String>] = ["isn": ["isn_weak"]]

  /// Not VOLATILE and refused all the same: they run SQL, run checks of a type or functions of a table that are named
  /// at run time, or use up an identifier of a transaction.
  static let refused: Set<String> = [
    "table_to_xml", "table_to_xmlschema", "table_to_xml_and_xmlschema", "schema_to_xml", "schema_to_xmlschema",
    "schema_to_xml_and_xmlschema", "database_to_xml", "database_to_xmlschema", "database_to_xml_and_xmlschema",
    "txid_current", "pg_current_xact_id", "domain_in", "domain_recv", "record_in", "record_recv", "array_in",
    "array_recv", "range_in", "range_recv", "multirange_in", "multirange_recv", "fmgr_sql_validator",
    "fmgr_internal_validator", "fmgr_c_validator", "pg_input_is_valid", "pg_input_error_info", "pg_input_error_message",
    "satisfies_hash_partition", "amvalidate",
  ]

  /// Extensions whose C functions run SQL given as text or reach other servers, whatever their label.
  private static let reaching: Set<String> = [
    "dblink", "tablefunc", "xml2", "http", "pg_net", "plproxy", "pg_background", "pg_cron", "adminpack", "orafce",
    "postgres_fdw", "file_fdw",
  ]

  enum Verdict {
    case allowed
    /// Allowed if all that its body and its arguments' defaults name is.
    case examine
    case refused(String)
  }

  /// Whether `allow_functions` names it. A name without a schema is the built-in function's where there is one.
  func isAllowed(_ function: Catalog.Function) -> Bool {
    allowed.contains("\(function.schema).\(function.name)")
      || (allowed.contains(function.name) && (function.isBuiltIn || !function.shadowsBuiltIn))
  }

  /// How `allow_functions` names it.
  func name(_ function: Catalog.Function) -> String {
    function.isBuiltIn || !function.shadowsBuiltIn ? function.name : "\(function.schema).\(function.name)"
  }

  func verdict(_ function: Catalog.Function, _ context: Context) -> Verdict {
    if isAllowed(function) { return .allowed }
    if context == .planned, function.isVolatile {
      return function.language == "sql" && !function.isBuiltIn && !function.rereadsStrings ? .examine : .allowed
    }
    if function.isBuiltIn {
      if Self.refused.contains(function.name) { return .refused("can do more than read") }
      if !function.isVolatile || Self.harmless.contains(function.name) { return .allowed }
      return .refused("is VOLATILE, so that it could change something")
    }
    if isKnownHarmless(function) { return .allowed }
    if function.isVolatile { return .refused("is VOLATILE, so that it could change something") }
    if function.isSecurityDefiner { return .refused("is SECURITY DEFINER and runs with another role's rights") }
    if function.rereadsStrings { return .refused("sets how the strings in its body are read") }
    switch function.language {
    case "sql", "plpgsql": return .examine
    case "internal" where function.isAggregate: return .allowed
    case "c", "internal":
      guard let owner = function.owner else { return .refused("is written in C and part of no extension") }
      if Self.reaching.contains(owner) { return .refused("belongs to \(owner), which can reach beyond the query") }
      if Self.harmfulOfExtensions[owner]?.contains(function.name) == true {
        return .refused("belongs to \(owner) and changes the session")
      }
      return .allowed
    default: return .refused("is written in \(function.language), which can't be looked through")
    }
  }

  /// An extension's owner can make any function of his own a part of it, but none in the language C.
  private func isKnownHarmless(_ function: Catalog.Function) -> Bool {
    guard let owner = function.owner, function.language == "c", function.library == "$libdir/\(owner)" else {
      return false
    }
    return Self.harmlessOfExtensions[owner]?.contains(function.name) == true
  }
}
