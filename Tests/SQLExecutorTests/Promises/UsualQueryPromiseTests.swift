import ExecutorKit
import SQLExecutor
import Testing

/// What teams ask every day must pass the gate: a promise that refuses too much is switched off.
@Suite(.enabled(if: PostgresServer.isAvailable, "PostgreSQL 15 is not installed"), .serialized)
struct UsualQueryPromiseTests {
  private static let setup = """
    CREATE EXTENSION citext; CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist; CREATE EXTENSION btree_gin;
    CREATE EXTENSION ltree; CREATE EXTENSION pgcrypto; CREATE EXTENSION "uuid-ossp"; CREATE EXTENSION unaccent; CREATE EXTENSION intarray;
    CREATE EXTENSION cube; CREATE EXTENSION earthdistance; CREATE EXTENSION fuzzystrmatch; CREATE EXTENSION isn;
    CREATE EXTENSION pg_buffercache; CREATE EXTENSION pgstattuple; CREATE EXTENSION tsm_system_rows; CREATE EXTENSION pgrowlocks;
    CREATE TYPE state AS ENUM ('open', 'locked'); CREATE DOMAIN email AS citext CHECK (VALUE ~ '@');
    CREATE FUNCTION is_even(int) RETURNS bool LANGUAGE plpgsql AS 'BEGIN RETURN $1 % 2 = 0; END';
    CREATE FUNCTION state(int) RETURNS state LANGUAGE plpgsql AS $$BEGIN RETURN 'open'; END$$;
    CREATE FUNCTION doubled(int) RETURNS int LANGUAGE sql IMMUTABLE RETURN $1 * 2;
    CREATE FUNCTION clean(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT lower(public.unaccent('public.unaccent', $1))$$;
    CREATE TABLE users (id serial PRIMARY KEY, name text NOT NULL, email email UNIQUE, state state DEFAULT 'open', tags text[], attributes hstore,
      data jsonb DEFAULT '{}', path ltree, during tstzrange, address inet, price numeric(10, 2), token uuid DEFAULT gen_random_uuid(),
      created timestamptz DEFAULT clock_timestamp(), search tsvector GENERATED ALWAYS AS (to_tsvector('simple', name)) STORED,
      CHECK (is_even(id) OR id > 0), EXCLUDE USING gist (address inet_ops WITH &&, during WITH &&));
    CREATE INDEX ON users (lower(name)); CREATE INDEX ON users (clean(name)); CREATE INDEX ON users (doubled(id)) WHERE id > 10;
    CREATE INDEX ON users USING gin (name gin_trgm_ops); CREATE INDEX ON users USING gin (data jsonb_path_ops);
    CREATE INDEX ON users USING gist (path); CREATE INDEX ON users USING gin (search); CREATE INDEX ON users USING brin (created);
    CREATE STATISTICS us ON lower(name), state FROM users;
    INSERT INTO users (name, email, tags, attributes, path, during, address, price) SELECT 'User ' || i, 'u' || i || '@example.org',
      ARRAY['a', 'b'], 'k=>v', 'top.sub', NULL, '10.0.0.1', 1.10 FROM generate_series(1, 100) i;
    CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY, user_id int REFERENCES users, at timestamptz NOT NULL, amount numeric)
      PARTITION BY RANGE (at);
    CREATE TABLE orders_1 PARTITION OF orders FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
    CREATE TABLE orders_2 PARTITION OF orders FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');
    CREATE INDEX ON orders (user_id); INSERT INTO orders (user_id, at, amount) SELECT i, '2026-06-01'::timestamptz + i * interval '1 day', i FROM generate_series(1, 90) i;
    CREATE TABLE hashed (id int, t text) PARTITION BY HASH (t); CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (modulus 1, remainder 0);
    CREATE TABLE parent (id int); CREATE TABLE child (extra text) INHERITS (parent);
    CREATE VIEW active AS SELECT u.*, count(o.id) AS orders FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE u.state = 'open' GROUP BY u.id;
    CREATE VIEW deep AS SELECT name, orders FROM active WHERE orders > 0;
    CREATE MATERIALIZED VIEW totals AS SELECT date_trunc('month', at) AS month, sum(amount) AS total FROM orders GROUP BY 1;
    CREATE FUNCTION recent(n int DEFAULT 5) RETURNS SETOF users LANGUAGE sql STABLE AS 'SELECT * FROM users ORDER BY created DESC LIMIT n';
    CREATE FUNCTION summary(OUT total bigint, OUT open bigint) LANGUAGE plpgsql STABLE AS $$
      BEGIN SELECT count(*), count(*) FILTER (WHERE state = 'open') INTO total, open FROM users; END$$;
    CREATE FUNCTION step(numeric, numeric) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT $1 + coalesce($2, 0)';
    CREATE AGGREGATE total(numeric) (sfunc = step, stype = numeric, initcond = '0');
    CREATE TABLE secret (id int, owner text); ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
    CREATE POLICY own ON secret FOR SELECT USING (owner = current_user OR id % 2 = 0);
    CREATE TABLE audit (id int, at timestamptz DEFAULT now());
    CREATE FUNCTION log_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO audit VALUES (NEW.id); RETURN NEW; END';
    CREATE TRIGGER tr AFTER INSERT ON users FOR EACH ROW EXECUTE FUNCTION log_it();
    CREATE RULE keep AS ON DELETE TO audit DO INSTEAD NOTHING;
    ANALYZE; GRANT ALL ON ALL TABLES IN SCHEMA public TO reader;
    """

  static let queries = [
    "SELECT * FROM users WHERE id = 5",
    "SELECT u.name, o.amount FROM users u JOIN orders o ON o.user_id = u.id WHERE o.at > '2026-06-15'",
    "SELECT * FROM users u LEFT JOIN orders o USING (id)", "SELECT * FROM users NATURAL JOIN secret",
    "SELECT state, count(*), avg(price), max(created), array_agg(name ORDER BY id), string_agg(name, ', ') FROM users GROUP BY state HAVING count(*) > 1",
    "SELECT u.state, g.n, o.ordinality FROM users u, generate_series(1, 2) AS g (n), unnest(u.tags) WITH ORDINALITY o",
    "SELECT state, count(*) FROM users GROUP BY ROLLUP (state)", "SELECT DISTINCT state FROM users ORDER BY 1",
    "SELECT DISTINCT ON (state) state, name FROM users ORDER BY state, created DESC",
    "SELECT name, row_number() OVER w, lag(price, 1, 0) OVER w, sum(price) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM users WINDOW w AS (PARTITION BY state ORDER BY id)",
    "WITH a AS (SELECT * FROM users), b AS MATERIALIZED (SELECT * FROM a WHERE id < 5) SELECT count(*) FROM b",
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 10) SELECT sum(i) FROM n",
    "SELECT * FROM users WHERE id IN (SELECT user_id FROM orders) AND NOT EXISTS (SELECT FROM secret WHERE id = users.id)",
    "SELECT * FROM users WHERE id = ANY (ARRAY[1, 2]) AND name LIKE 'User%' AND price BETWEEN 1 AND 2 AND state IS DISTINCT FROM 'locked'",
    "SELECT id FROM users EXCEPT SELECT user_id FROM orders UNION SELECT 1 INTERSECT SELECT 2",
    "SELECT count(*) FROM users, LATERAL (SELECT 1) x",
    "SELECT data -> 'a' ->> 'b' AS b, data @> '{\"a\": 1}', jsonb_path_exists(data, '$.a'), jsonb_set(data, '{a}', '1') FROM users",
    "SELECT to_jsonb(u), row_to_json(u), json_agg(u) OVER () FROM users u LIMIT 3",
    "SELECT jsonb_object_agg(name, price) FROM users",
    "SELECT * FROM jsonb_to_recordset('[{\"a\": 1}]') AS x(a int, b text)",
    "SELECT * FROM jsonb_populate_record(NULL::users, '{\"name\": \"x\"}')",
    "SELECT jsonb_array_elements('[1]'), json_build_object('a', state) FROM users",
    "SELECT * FROM users WHERE email = 'U5@Example.org'",
    "SELECT attributes -> 'k', attributes ? 'k' AS b, attributes @> 'k=>v' AS c, hstore_to_json(attributes), akeys(attributes) FROM users",
    "SELECT each(attributes) FROM users LIMIT 1",
    "SELECT name, similarity(name, 'User 1') FROM users WHERE name % 'User 1' ORDER BY name <-> 'User 1' LIMIT 5",
    "SELECT * FROM users WHERE path <@ 'top' AND path ~ '*.sub'",
    "SELECT * FROM users WHERE search @@ to_tsquery('simple', 'user')",
    "SELECT ts_rank(search, plainto_tsquery('simple', 'user')) FROM users",
    "SELECT address << '10.0.0.0/8', host(address), during && tstzrange(now(), NULL) AS b FROM users",
    "SELECT clean(name), doubled(id), unaccent('é'), digest(name, 'sha256'), gen_random_bytes(4), uuid_generate_v4() FROM users LIMIT 2",
    "SELECT total(price) FROM users",
    "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY price), mode() WITHIN GROUP (ORDER BY state) FROM users",
    "SELECT * FROM recent()", "SELECT (recent(2)).name", "SELECT * FROM summary()", "SELECT * FROM active",
    "SELECT * FROM deep", "TABLE totals",
    "SELECT * FROM orders WHERE at >= '2026-06-10' AND at < '2026-07-10'", "SELECT * FROM orders_1",
    "SELECT * FROM hashed WHERE t = 'x'", "SELECT * FROM parent", "SELECT * FROM ONLY parent",
    "SELECT tableoid::regclass, count(*) FROM orders GROUP BY 1", "SELECT * FROM secret",
    "SELECT * FROM users TABLESAMPLE system (50)", "SELECT * FROM users TABLESAMPLE system_rows(5)",
    "SELECT date_trunc('day', at), sum(amount) FROM orders GROUP BY 1 ORDER BY 1",
    "SELECT now() - interval '1 day', extract(epoch FROM now()), age(now()), to_char(now(), 'YYYY'), now() AT TIME ZONE 'UTC'",
    "SELECT generate_series('2026-01-01'::timestamptz, '2026-01-03', '1 day')",
    "SELECT unnest(tags), array_length(tags, 1), tags && ARRAY['a'] FROM users",
    "SELECT regexp_replace(name, '\\d', 'x'), regexp_matches(name, '(\\d+)', 'g'), split_part(name, ' ', 1) FROM users",
    "SELECT format('%s-%I', name, name), md5(name), left(name, 2), name || ' ' || id FROM users",
    "SELECT coalesce(state, 'open'), nullif(name, ''), greatest(price, 2), CASE state WHEN 'open' THEN 1 ELSE 2 END FROM users",
    "SELECT email::text, state::text, id::text, '5'::int, price::int FROM users",
    "SELECT (SELECT count(*) FROM orders WHERE user_id = u.id) FROM users u",
    "SELECT xmlelement(name a, name) FROM users LIMIT 1", "SELECT xmin, ctid, * FROM users LIMIT 1",
    "SELECT * FROM pg_stat_activity", "SELECT * FROM pg_locks l JOIN pg_stat_activity a USING (pid)",
    "SELECT * FROM pg_stat_user_tables", "SELECT * FROM pg_stat_user_indexes", "SELECT * FROM pg_statio_user_tables",
    "SELECT * FROM pg_stat_database", "SELECT * FROM pg_stat_replication", "SELECT * FROM pg_stat_wal_receiver",
    "SELECT * FROM pg_stat_bgwriter", "SELECT * FROM pg_stat_progress_vacuum", "SELECT * FROM pg_stat_archiver",
    "SELECT * FROM pg_replication_slots", "SELECT * FROM pg_settings WHERE name = 'work_mem'",
    "SELECT * FROM pg_tables", "SELECT * FROM pg_indexes", "SELECT * FROM pg_views", "SELECT * FROM pg_stats",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_sequences", "SELECT * FROM pg_prepared_xacts", "SELECT * FROM pg_publication_tables",
    "SELECT * FROM pg_available_extensions", "SELECT * FROM pg_extension", "SELECT * FROM pg_stat_slru",
    "SELECT * FROM pg_stat_wal",
    "SELECT relname, pg_size_pretty(pg_total_relation_size(oid)), age(relfrozenxid) FROM pg_class WHERE relkind = 'r' ORDER BY pg_relation_size(oid) DESC LIMIT 5",
    "SELECT pg_blocking_pids(pid) FROM pg_stat_activity",
    "SELECT * FROM information_schema.tables", "SELECT * FROM information_schema.columns WHERE table_name = 'users'",
    "SELECT * FROM information_schema.table_constraints", "SELECT * FROM information_schema.routines LIMIT 5",
    "SELECT * FROM information_schema.role_table_grants",
    "SELECT pg_get_viewdef('active'), pg_get_indexdef(indexrelid) FROM pg_index LIMIT 2",
    "SELECT obj_description('users'::regclass), has_table_privilege('users', 'SELECT')",
    "SELECT txid_current_snapshot(), pg_current_wal_lsn(), current_setting('work_mem'), version(), current_database(), inet_server_addr()",
    "SELECT count(*) FROM pg_buffercache", "SELECT pg_is_in_recovery(), pg_postmaster_start_time()",
    "EXPLAIN (COSTS off) SELECT * FROM active", "EXPLAIN ANALYZE SELECT * FROM orders",
    "EXPLAIN INSERT INTO users (name, email) VALUES ('x', 'y@z')",
    "EXPLAIN UPDATE users SET state = 'locked' WHERE id = 5", "EXPLAIN DELETE FROM orders WHERE at < '2026-01-01'",
    "EXPLAIN DELETE FROM audit", "EXPLAIN INSERT INTO orders (user_id, at) VALUES (1, '2026-02-02')",
    "SHOW server_version",
    "SELECT '978-0-393-04002-9'::isbn",
    "SELECT soundex('a'), levenshtein('a', 'b'), '1,2'::cube, ARRAY[1, 2] & ARRAY[2]",
    "VALUES (1, 'a'::citext), (2, 'b')", "SELECT max(email), min(state) FROM users",
    "SELECT ROW(1, 2) = ROW(1, 2) AS a, (1, 2) < (2, 3) AS b",
  ]

  private static let database = Result {
    let server = try PostgresServer.shared.get()
    try server.psql("CREATE DATABASE usual", database: "postgres")
    try server.psql(setup, database: "usual")
  }

  @Test(arguments: queries)
  func `a usual query passes`(_ statement: String) async throws {
    let server = try PostgresServer.shared.get()
    try Self.database.get()
    let executor = SQLExecutor()
    // The second time by what is known of the first.
    for _ in 0..<2 { _ = try await server.query(statement, database: "usual", executor: executor) }
    await executor.close()
  }
}
