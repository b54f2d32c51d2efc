import Foundation

/// The databases that the tests attack: `app`, whose reader holds every right on its tables, so that only the executor
/// keeps it from writing; `odd`, with an operator and a cast that write; `scratch`, which acts may change.
enum World {
  static func build(on server: PostgresServer) throws {
    try server.psql(
      """
      CREATE ROLE reader LOGIN; GRANT pg_read_all_data, pg_monitor TO reader;
      CREATE ROLE signaler LOGIN; GRANT pg_signal_backend TO signaler;
      CREATE ROLE filer LOGIN NOINHERIT; GRANT pg_write_server_files TO filer;
      CREATE ROLE climber LOGIN NOINHERIT; GRANT postgres TO climber;
      CREATE ROLE locked LOGIN PASSWORD 'correct horse';
      CREATE ROLE boss LOGIN SUPERUSER;
      """, database: "postgres")
    for name in ["app", "odd", "scratch"] { try server.psql("CREATE DATABASE \(name)", database: "postgres") }
    try server.psql(app(server.folder))
    try server.psql(odd(server.folder), database: "odd")
    try server.psql("CREATE TABLE accounts (id int PRIMARY KEY, name text, state text)", database: "scratch")
    try startVictim(on: server)
  }

  /// A session of the reader's that a query might end.
  private static func startVictim(on server: PostgresServer) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/psql")
    process.arguments = ["-X", server.url("reader") + "&application_name=victim", "-c", "SELECT pg_sleep(3600)"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    for _ in 0..<200 {
      if try server.psql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim'") == "1" { return }
      usleep(20_000)
    }
  }

  /// `evil` leaves a file behind whatever becomes of the transaction, with its owner's rights.
  private static func writer(_ folder: String) -> String {
    """
    CREATE FUNCTION evil() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS
      $$BEGIN COPY (SELECT 1) TO '\(folder)/written'; RETURN 1; END$$;
    CREATE FUNCTION evil(int) RETURNS int LANGUAGE sql AS 'SELECT evil()';
    CREATE FUNCTION evil(int, int) RETURNS int LANGUAGE sql AS 'SELECT evil()';
    CREATE FUNCTION evil_set() RETURNS SETOF int LANGUAGE sql AS 'SELECT evil()';
    """
  }

  private static func app(_ folder: String) -> String {
    """
    \(writer(folder))
    CREATE EXTENSION dblink; CREATE EXTENSION tablefunc; CREATE EXTENSION xml2; CREATE EXTENSION adminpack;
    CREATE EXTENSION file_fdw; CREATE EXTENSION citext; CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_trgm;
    CREATE EXTENSION pg_buffercache; CREATE EXTENSION pgstattuple;
    CREATE TABLE accounts (id int PRIMARY KEY, name text, state text, email citext);
    INSERT INTO accounts SELECT i, 'user ' || i, 'locked', 'U' || i || '@example.org' FROM generate_series(1, 50) i;
    ANALYZE accounts; CREATE TABLE keyed (id int, tree int); INSERT INTO keyed VALUES (1, 1);
    CREATE INDEX brin_index ON keyed USING brin (id);
    CREATE SEQUENCE counter; SELECT setval('counter', 41);
    SELECT lo_from_bytea(4711, 'large object');
    CREATE VIEW plain_view AS SELECT * FROM accounts WHERE state = 'locked';
    CREATE VIEW evil_view AS SELECT evil() AS x;
    CREATE VIEW deep_view AS SELECT * FROM evil_view;
    CREATE VIEW "Evil View" AS SELECT * FROM deep_view;
    CREATE FUNCTION good(int) RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM accounts WHERE id < $1';
    CREATE FUNCTION liar() RETURNS int LANGUAGE plpgsql STABLE AS $$BEGIN PERFORM evil(); RETURN 1; END$$;
    CREATE FUNCTION liar_sql() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT "evil" /* ( */ ()';
    CREATE FUNCTION liar_new() RETURNS int LANGUAGE sql STABLE RETURN evil();
    CREATE FUNCTION liar_deep() RETURNS int LANGUAGE sql STABLE AS 'SELECT liar()';
    CREATE FUNCTION liar_view() RETURNS int LANGUAGE sql STABLE AS 'SELECT x FROM evil_view';
    CREATE FUNCTION liar_dynamic() RETURNS int LANGUAGE plpgsql STABLE AS
      $$BEGIN EXECUTE 'SELECT ev' || 'il()'; RETURN 1; END$$;
    CREATE SCHEMA hidden; CREATE FUNCTION hidden.harmless_name() RETURNS int LANGUAGE sql AS 'SELECT public.evil()';
    CREATE FUNCTION liar_path() RETURNS int LANGUAGE sql STABLE SET search_path = hidden AS 'SELECT harmless_name()';
    CREATE FUNCTION liar_default(int DEFAULT evil()) RETURNS int LANGUAGE sql STABLE AS 'SELECT $1';
    CREATE FUNCTION definer() RETURNS int LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT 1';
    CREATE FUNCTION liar_internal(int) RETURNS bool LANGUAGE internal STABLE AS 'pg_reload_conf';
    CREATE FUNCTION liar_c(int) RETURNS int LANGUAGE c STABLE AS '$libdir/tablefunc', 'normal_rand';
    CREATE FUNCTION step(int, int) RETURNS int LANGUAGE sql AS 'SELECT evil()';
    CREATE AGGREGATE evil_aggregate(int) (sfunc = step, stype = int);
    CREATE FUNCTION lower(keyed) RETURNS text LANGUAGE sql AS 'SELECT evil()::text';
    CREATE FUNCTION field(accounts) RETURNS int LANGUAGE sql AS 'SELECT evil()';
    CREATE FUNCTION any_field(anyelement) RETURNS int LANGUAGE sql AS 'SELECT evil()';
    CREATE OPERATOR <+> (leftarg = int, rightarg = int, function = evil);
    CREATE SCHEMA side; CREATE OPERATOR side.@@@ (leftarg = int, rightarg = int, function = evil);
    CREATE DOMAIN evil_domain AS int CHECK (evil(VALUE) > 0);
    CREATE DOMAIN evil_domain_2 AS evil_domain;
    CREATE TYPE evil_pair AS (a evil_domain, b int);
    CREATE TYPE mood AS ENUM ('calm', 'sad, "very"'); CREATE TYPE point_of AS (x int, y text);
    CREATE FUNCTION to_mood(int) RETURNS mood LANGUAGE sql AS $$SELECT evil(); SELECT 'calm'::mood$$;
    CREATE CAST (int AS mood) WITH FUNCTION to_mood(int);
    CREATE TABLE guarded (id int); ALTER TABLE guarded ENABLE ROW LEVEL SECURITY; INSERT INTO guarded VALUES (1);
    CREATE POLICY look ON guarded FOR SELECT USING (evil(id) > 0);
    CREATE SERVER programs FOREIGN DATA WRAPPER file_fdw;
    CREATE FOREIGN TABLE program_table (line text) SERVER programs
      OPTIONS (program 'echo x; touch \(folder)/written', format 'text');
    CREATE TABLE parts (line text) PARTITION BY LIST (line);
    CREATE FOREIGN TABLE program_part PARTITION OF parts DEFAULT SERVER programs
      OPTIONS (program 'echo x; touch \(folder)/written', format 'text');
    CREATE MATERIALIZED VIEW stored AS SELECT 1 AS x;
    CREATE PROCEDURE evil_procedure() LANGUAGE sql AS 'SELECT evil()';
    GRANT ALL ON ALL TABLES IN SCHEMA public TO reader; GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader;
    GRANT USAGE ON SCHEMA hidden, side TO reader; GRANT CREATE ON SCHEMA public TO reader;
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pg_catalog TO reader; GRANT ALL ON LARGE OBJECT 4711 TO reader;
    """
  }

  private static func odd(_ folder: String) -> String {
    """
    \(writer(folder))
    CREATE TABLE pairs (a int, b text); INSERT INTO pairs VALUES (1, 'x'), (2, 'y');
    CREATE FUNCTION same(int, text) RETURNS bool LANGUAGE sql AS 'SELECT evil() > 0';
    CREATE OPERATOR = (leftarg = int, rightarg = text, function = same);
    GRANT ALL ON pairs TO reader;
    """
  }

  /// All that a query must not change, as one text: rows, catalogs, settings, files, locks, sessions.
  static func snapshot(of server: PostgresServer) throws -> String {
    try server.psql(
      """
      SELECT json_build_object(
        'accounts', (SELECT md5(string_agg(a::text, '|' ORDER BY id)) FROM accounts a),
        'keyed', (SELECT md5(string_agg(k::text, '|')) FROM keyed k), 'guarded', (SELECT count(*) FROM guarded),
        'counter', (SELECT last_value || ' ' || is_called FROM counter), 'stored', (SELECT count(*) FROM stored),
        'objects', (SELECT md5(string_agg(encode(lo_get(oid), 'hex') || oid, '|' ORDER BY oid))
          FROM pg_largeobject_metadata),
        'relations', (SELECT md5(string_agg(
          oid || relname || relfilenode || coalesce(relacl::text, ''), '|' ORDER BY oid))
          FROM pg_class),
        'functions', (SELECT count(*) FROM pg_proc), 'types', (SELECT count(*) FROM pg_type),
        'collations', (SELECT count(*) FROM pg_collation),
        'comments', (SELECT count(*) FROM pg_description), 'roles', (SELECT md5(string_agg(r::text, '|' ORDER BY oid))
          FROM pg_authid r), 'members', (SELECT count(*) FROM pg_auth_members),
        'settings', (SELECT md5(string_agg(name || setting, '|' ORDER BY name)) FROM pg_settings
          WHERE name NOT IN ('application_name', 'transaction_read_only')),
        'kept', (SELECT count(*) FROM pg_db_role_setting), 'slots', (SELECT count(*) FROM pg_replication_slots),
        'origins', (SELECT count(*) FROM pg_replication_origin), 'prepared', (SELECT count(*) FROM pg_prepared_xacts),
        'loaded', pg_conf_load_time(), 'started', pg_postmaster_start_time(), 'recovery', pg_is_in_recovery(),
        'locks', (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),
        'sessions', (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim'),
        'listening', (SELECT count(*) FROM pg_stat_activity WHERE query ILIKE 'listen%'),
        'resets', (SELECT json_agg(stats_reset ORDER BY datname) FROM pg_stat_database),
        'files', (SELECT string_agg(f, ' ' ORDER BY f) FROM pg_ls_dir('.') f),
        'outside', (SELECT string_agg(f, ' ' ORDER BY f) FROM pg_ls_dir('..') f))
      """)
  }
}
