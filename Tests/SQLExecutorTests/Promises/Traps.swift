import Foundation

/// A way to make a query call what it does not name. Each has a database of its own, so that no trap is in another's
/// way.
struct Trap: Sendable, CustomStringConvertible {
  let name: String
  /// What the owner of some objects makes, after `base`.
  let setup: String
  /// What a reader without any right to write asks.
  let statement: String

  init(_ name: String, _ setup: String, _ statement: String) {
    (self.name, self.setup, self.statement) = (name, setup, statement)
  }

  var description: String { name }

  /// `mark` leaves a file behind whatever becomes of the transaction. `liar` does so and is labelled IMMUTABLE,
  /// `teller` STABLE.
  static func base(_ folder: String) -> String {
    """
    CREATE FUNCTION mark() RETURNS int LANGUAGE plpgsql SECURITY DEFINER AS $$BEGIN
      EXECUTE format('COPY (SELECT 1) TO %L', '\(folder)/mark-' || current_database()); RETURN 1; END$$;
    CREATE FUNCTION liar(int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN mark(); END';
    CREATE FUNCTION teller(int) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN mark(); END';
    CREATE FUNCTION no(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN mark() > 5; END';
    CREATE DOMAIN d AS int CHECK (mark() > 0);
    CREATE TABLE tb (id int PRIMARY KEY, x int); INSERT INTO tb SELECT i, i % 7 + 1 FROM generate_series(1, 200) i; ANALYZE tb;
    """
  }

  private static let pair = """
    CREATE TYPE t AS (a int); CREATE FUNCTION to_t(int) RETURNS t LANGUAGE plpgsql AS 'BEGIN PERFORM mark(); RETURN ROW($1)::t; END';
    CREATE CAST (int AS t) WITH FUNCTION to_t(int);
    """
  private static let json = """
    CREATE TYPE m AS ENUM ('a'); CREATE FUNCTION to_json_of(m) RETURNS json LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN '1'; END$$;
    CREATE CAST (m AS json) WITH FUNCTION to_json_of(m);
    CREATE TABLE j (v m); INSERT INTO j VALUES ('a');
    """
  private static let domained = """
    CREATE TABLE r (x d); INSERT INTO r VALUES (NULL);
    """

  /// The server calls what stands in casts, domains, ranges, operators, aggregates and bodies.
  static let unnamed: [Trap] = [
    Trap("cast_domain", pair + "CREATE DOMAIN dt AS t;", "SELECT 1::dt"),
    Trap("cast_array", pair, "SELECT ARRAY[1]::_t"),
    Trap("cast_array_brackets", pair, "SELECT ARRAY[1]::t[]"),
    Trap("cast_row", pair + "CREATE TYPE p AS (x t);", "SELECT ROW(1)::p"),
    Trap("cast_table", pair + "CREATE TABLE holder (x t);", "SELECT ROW(1)::holder"),
    Trap(
      "cast_assigned",
      pair + """
        CREATE FUNCTION f() RETURNS t LANGUAGE plpgsql STABLE AS 'DECLARE v t; BEGIN v := 5; RETURN v; END';
        DROP CAST (int AS t); CREATE CAST (int AS t) WITH FUNCTION to_t(int) AS ASSIGNMENT;
        """, "SELECT f()"),
    Trap(
      "cast_returned",
      """
      CREATE TYPE m AS ENUM ('a'); CREATE FUNCTION to_m(int) RETURNS m LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN 'a'; END$$;
      CREATE CAST (int AS m) WITH FUNCTION to_m(int) AS ASSIGNMENT;
      CREATE FUNCTION f() RETURNS m LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';
      """, "SELECT f()"),
    Trap(
      "cast_implicit",
      """
      CREATE TYPE m AS ENUM ('a'); CREATE FUNCTION to_m(int) RETURNS m LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN 'a'; END$$;
      CREATE CAST (int AS m) WITH FUNCTION to_m(int) AS IMPLICIT;
      CREATE FUNCTION f(m) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT length($1::text)';
      """, "SELECT f(1)"),
    Trap("json_row", json, "SELECT row_to_json(j) FROM j"),
    Trap("json_agg", json, "SELECT json_agg(v) FROM j"),
    Trap("json_aggregate_of_rows", json, "SELECT json_agg(j) FROM j"),
    Trap("json_to_jsonb", json, "SELECT to_jsonb(v) FROM j"),
    Trap("json_build", json, "SELECT jsonb_build_object('v', v) FROM j"),
    Trap("json_array", json, "SELECT array_to_json(array_agg(v)) FROM j"),
    Trap("json_behind_view", json + "CREATE VIEW w AS SELECT * FROM j;", "SELECT to_json(w) FROM w"),
    Trap(
      "json_behind_function",
      json + """
        CREATE FUNCTION f() RETURNS SETOF m LANGUAGE sql STABLE AS 'SELECT v FROM j';
        """, "SELECT to_json(x) FROM f() x"),
    Trap("dom_return", "CREATE FUNCTION f() RETURNS d LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';", "SELECT f()"),
    Trap(
      "dom_argument", "CREATE FUNCTION f(d) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';",
      "SELECT f(5)"),
    Trap(
      "dom_out", "CREATE FUNCTION f(OUT a d, OUT b int) LANGUAGE plpgsql STABLE AS 'BEGIN a := 5; END';",
      "SELECT * FROM f()"),
    Trap(
      "dom_returns_table",
      """
      CREATE FUNCTION f() RETURNS TABLE (a d) LANGUAGE plpgsql STABLE AS 'BEGIN a := 5; RETURN NEXT; END';
      """, "SELECT * FROM f()"),
    Trap(
      "dom_behind_row",
      domained + """
        CREATE FUNCTION f() RETURNS r LANGUAGE plpgsql STABLE AS 'DECLARE v r; BEGIN v.x := 5; RETURN v; END';
        """, "SELECT f()"),
    Trap(
      "dom_variadic", "CREATE FUNCTION f(VARIADIC d[]) RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 5; END';",
      "SELECT f(5)"),
    Trap("dom_json_row", domained, "SELECT json_populate_record(r, '{\"x\": 5}') FROM r"),
    Trap("dom_jsonb_rows", domained, "SELECT jsonb_populate_recordset(r, '[{\"x\": 5}]') FROM r"),
    Trap("dom_hstore", domained + "CREATE EXTENSION hstore;", "SELECT r #= 'x=>5'::hstore FROM r"),
    Trap(
      "dom_view_row", domained + "CREATE VIEW w AS SELECT * FROM r;",
      "SELECT json_populate_record(w, '{\"x\": 5}') FROM w"),
    Trap("dom_lead", domained, "SELECT lead(x, 1, '5') OVER () FROM r"),
    Trap(
      "dom_array_literal", "CREATE TABLE a (x d[]); INSERT INTO a VALUES (NULL);", "SELECT 1 FROM a WHERE x = '{5}'"),
    Trap("dom_range", "CREATE TYPE rd AS RANGE (subtype = d);", "SELECT '[1,5]'::rd"),
    Trap("dom_range_function", "CREATE TYPE rd AS RANGE (subtype = d);", "SELECT rd('1', '5')"),
    Trap(
      "dom_range_column", "CREATE TYPE rd AS RANGE (subtype = d); CREATE TABLE a (x rd); INSERT INTO a VALUES (NULL);",
      "SELECT 1 FROM a WHERE x && '[1,5]'"),
    Trap("dom_multirange", "CREATE TYPE rd AS RANGE (subtype = d, multirange_type_name = mr);", "SELECT '{[1,5]}'::mr"),
    Trap(
      "op_negator",
      """
      CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq, negator = !==);
      CREATE OPERATOR !== (leftarg = int, rightarg = int, function = no, negator = ===);
      """, "SELECT NOT (id === 5) FROM tb"),
    Trap(
      "op_commutator",
      """
      CREATE OPERATOR <<< (leftarg = int, rightarg = int, function = int4lt, commutator = >>>, restrict = scalarltsel);
      CREATE OPERATOR >>> (leftarg = int, rightarg = int, function = no, commutator = <<<, restrict = scalargtsel);
      """, "SELECT 1 FROM tb WHERE 5 <<< id"),
    Trap(
      "op_negator_planned",
      """
      CREATE OPERATOR !== (leftarg = int, rightarg = int, function = int4ne, negator = ===, restrict = neqsel);
      CREATE OPERATOR === (leftarg = int, rightarg = int, function = no, negator = !==);
      """, "SELECT 1 FROM tb WHERE x !== 5"),
    Trap(
      "op_in_policy",
      """
      CREATE OPERATOR === (leftarg = int, rightarg = int, function = no);
      ALTER TABLE tb ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON tb USING (id === 5);
      """, "SELECT * FROM tb"),
    Trap(
      "op_in_view",
      "CREATE OPERATOR === (leftarg = int, rightarg = int, function = no); CREATE VIEW w AS SELECT id === 5 AS x FROM tb;",
      "SELECT * FROM w"),
    Trap(
      "range_subdiff",
      """
      CREATE FUNCTION diff(int, int) RETURNS float8 LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN mark(); END';
      CREATE TYPE ri AS RANGE (subtype = int, subtype_diff = diff);
      CREATE TABLE a (r ri); INSERT INTO a SELECT ri(i, i + 5) FROM generate_series(1, 500) i; ANALYZE a;
      """, "SELECT 1 FROM a WHERE r && '[5,9]'"),
    Trap(
      "agg_finalfunc",
      "CREATE AGGREGATE ag(bigint) (sfunc = int8larger, stype = bigint, finalfunc = pg_try_advisory_lock);",
      "SELECT ag(x) FROM tb"),
    Trap(
      "agg_window",
      """
      CREATE FUNCTION quiet(bigint) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';
      CREATE AGGREGATE ag(bigint) (sfunc = int8pl, stype = bigint, finalfunc = quiet, msfunc = int8pl, minvfunc = int8mi,
        mstype = bigint, mfinalfunc = pg_try_advisory_lock);
      """, "SELECT ag(x) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM tb"),
    Trap(
      "agg_state_domain",
      "CREATE AGGREGATE ag(int) (sfunc = int4larger, stype = int, initcond = '1'); CREATE AGGREGATE ad(d) (sfunc = array_append, stype = d[], initcond = '{5}');",
      "SELECT ad(x) FROM tb"),
    Trap(
      "agg_sort",
      """
      CREATE FUNCTION less(int, int) RETURNS bool LANGUAGE plpgsql IMMUTABLE AS 'BEGIN RETURN mark() > 5; END';
      CREATE OPERATOR <<< (leftarg = int, rightarg = int, function = less, restrict = scalarltsel);
      CREATE FUNCTION step(int, int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM 1 <<< 2; RETURN 1; END';
      CREATE AGGREGATE ag(int) (sfunc = step, stype = int);
      """, "SELECT ag(x) FROM tb"),
    Trap(
      "cast_builtin",
      """
      CREATE TYPE k AS ENUM ('a'); CREATE DOMAIN kb AS bigint;
      CREATE OPERATOR !!! (rightarg = bigint, function = pg_try_advisory_lock);
      """, "SELECT !!! 5::bigint"),
    Trap(
      "word_order",
      """
      CREATE FUNCTION public."order"() RETURNS int LANGUAGE sql AS 'SELECT mark()';
      CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT public.order()';
      """, "SELECT f()"),
    Trap(
      "word_select",
      """
      CREATE FUNCTION public."select"() RETURNS int LANGUAGE sql AS 'SELECT mark()';
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE AS 'BEGIN RETURN public . /* x */ select(); END';
      """, "SELECT f()"),
    Trap(
      "word_relation",
      """
      CREATE VIEW public."user" AS SELECT mark() AS x;
      CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT x FROM public.user';
      """, "SELECT f()"),
    Trap(
      "word_field",
      """
      CREATE FUNCTION public."end"(tb) RETURNS int LANGUAGE sql AS 'SELECT mark()';
      CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT t.end FROM tb t LIMIT 1';
      """, "SELECT f()"),
    Trap(
      "word_type",
      pair + """
        CREATE DOMAIN public."table" AS t;
        CREATE FUNCTION f() RETURNS text LANGUAGE sql STABLE AS 'SELECT (1::public.table)::text';
        """, "SELECT f()"),
    Trap(
      "word_backslash",
      """
      CREATE FUNCTION f() RETURNS text LANGUAGE sql STABLE SET standard_conforming_strings = off AS
        $f$SELECT '\\'' || mark() || '\\''$f$;
      """, "SELECT f()"),
    Trap(
      "word_backslash_of_caller",
      """
      SET check_function_bodies = off; CREATE FUNCTION g() RETURNS text LANGUAGE sql STABLE AS $f$SELECT '\\'' || mark() || '\\''$f$;
      CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql STABLE SET standard_conforming_strings = off AS 'BEGIN RETURN g(); END';
      """, "SELECT f()"),
    Trap(
      "word_cut", "CREATE FUNCTION \(String(repeating: "é", count: 40))() RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT \(String(repeating: "é", count: 40))()"),
    Trap(
      "word_escaped", #"CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE AS 'SELECT U&"m\0061rk"()';"#, "SELECT f()"),
    Trap(
      "word_escaped_otherwise",
      """
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE AS $$BEGIN RETURN u&"m!0061rk" UESCAPE '!' (); END$$;
      """, "SELECT f()"),
    Trap(
      "word_like",
      """
      CREATE FUNCTION yes(int, int) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 0';
      CREATE OPERATOR ~~ (leftarg = int, rightarg = int, function = yes);
      CREATE FUNCTION f() RETURNS bool LANGUAGE sql STABLE AS 'SELECT 1 LIKE 2';
      """, "SELECT f()"),
    Trap(
      "word_not_ilike",
      """
      CREATE FUNCTION yes(int, int) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 0';
      CREATE OPERATOR !~~* (leftarg = int, rightarg = int, function = yes);
      CREATE FUNCTION f() RETURNS bool LANGUAGE plpgsql STABLE AS 'BEGIN RETURN 1 NOT ILIKE 2; END';
      """, "SELECT f()"),
    Trap(
      "word_similar",
      """
      CREATE FUNCTION yes(int, text) RETURNS bool LANGUAGE sql AS 'SELECT mark() > 0';
      CREATE OPERATOR ~ (leftarg = int, rightarg = text, function = yes);
      CREATE FUNCTION f() RETURNS bool LANGUAGE sql STABLE AS $$SELECT 1 SIMILAR TO 'a'$$;
      """, "SELECT f()"),
    Trap("field_of_number", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT mark()';", "SELECT (1).f"),
    Trap(
      "field_of_column", "CREATE FUNCTION f(int, int DEFAULT 3) RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT (t.x).f FROM tb t LIMIT 1"),
    Trap(
      "field_of_function", "CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT g.f FROM generate_series(1, 2) g"),
    Trap(
      "field_of_built_in_row", "CREATE FUNCTION f(pg_class) RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT c.f FROM pg_class c LIMIT 1"),
    Trap(
      "field_in_body",
      """
      CREATE FUNCTION f(text) RETURNS int LANGUAGE sql AS 'SELECT mark()';
      CREATE FUNCTION g(a text) RETURNS int LANGUAGE sql STABLE AS 'SELECT a.f';
      """, "SELECT g('a')"),
    Trap(
      "field_variadic", "CREATE FUNCTION f(VARIADIC tb[]) RETURNS int LANGUAGE sql AS 'SELECT mark()';",
      "SELECT t.f FROM tb t LIMIT 1"),
    Trap(
      "field_by_cast",
      """
      CREATE TYPE m AS ENUM ('a'); CREATE FUNCTION to_m(tb) RETURNS m LANGUAGE sql IMMUTABLE AS $$SELECT 'a'::m$$;
      CREATE CAST (tb AS m) WITH FUNCTION to_m(tb) AS IMPLICIT;
      CREATE FUNCTION f(m) RETURNS int LANGUAGE sql AS 'SELECT mark()';
      """, "SELECT t.f FROM tb t LIMIT 1"),
    Trap(
      "field_by_cast_to_built_in",
      """
      CREATE FUNCTION to_int(tb) RETURNS int LANGUAGE sql IMMUTABLE AS $$SELECT 1$$;
      CREATE CAST (tb AS int) WITH FUNCTION to_int(tb) AS IMPLICIT;
      CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT mark()';
      """, "SELECT t.f FROM tb t LIMIT 1"),
    Trap(
      "cast_of_superuser",
      """
      CREATE FUNCTION to_line(int) RETURNS line LANGUAGE plpgsql AS $$BEGIN PERFORM mark(); RETURN '{1,1,1}'; END$$;
      CREATE CAST (int AS line) WITH FUNCTION to_line(int);
      """, "SELECT 1::line"),
    Trap(
      "atomic_body", "CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC SELECT mark(); END;",
      "SELECT f()"),
    Trap(
      "atomic_insert",
      """
      ALTER TABLE tb ALTER x SET DEFAULT liar(1);
      CREATE FUNCTION f() RETURNS int LANGUAGE sql STABLE BEGIN ATOMIC INSERT INTO tb (id) VALUES (-1) RETURNING id; END;
      """, "SELECT f()"),
    Trap(
      "argument_default", "CREATE FUNCTION f(int DEFAULT mark()) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1';",
      "SELECT f()"),
  ]

  private static let excluding = """
    DO $$BEGIN EXECUTE format('ALTER DATABASE %I SET constraint_exclusion = on', current_database()); END$$;

    """
  private static let predicate = "CREATE INDEX ON tb (x) WHERE x > liar(1);"

  /// The planner folds functions that are labelled IMMUTABLE, and estimates by STABLE ones.
  static let folded: [Trap] = [
    Trap("fold_predicate", predicate, "SELECT * FROM tb"),
    Trap("fold_expression", "CREATE INDEX ON tb ((x + liar(1)));", "SELECT * FROM tb WHERE x = 1"),
    Trap(
      "fold_statistics", "CREATE STATISTICS s ON (x + liar(1)), id FROM tb; ANALYZE tb;", "SELECT * FROM tb WHERE x = 1"
    ),
    Trap("fold_check", excluding + "ALTER TABLE tb ADD CHECK (x >= liar(1));", "SELECT * FROM tb WHERE x = 1"),
    Trap("fold_child", "CREATE TABLE child (CHECK (x > liar(1))) INHERITS (tb);", "SELECT * FROM tb WHERE x = 1"),
    Trap(
      "fold_partition",
      """
      CREATE TABLE parts (id int, x int) PARTITION BY RANGE ((x + liar(1)));
      CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (1000);
      """, "SELECT * FROM parts WHERE x = 1"),
    Trap(
      "fold_partition_directly",
      excluding + """
        CREATE TABLE parts (id int, x int) PARTITION BY RANGE ((x + liar(1)));
        CREATE TABLE part PARTITION OF parts FOR VALUES FROM (0) TO (1000);
        """, "SELECT * FROM part WHERE x = 1"),
    Trap("fold_view", predicate + "CREATE VIEW w AS SELECT id FROM tb;", "SELECT * FROM w"),
    Trap(
      "fold_function",
      predicate + "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM tb';", "SELECT f()"),
    Trap("fold_subquery", predicate, "SELECT (SELECT max(id) FROM tb)"),
    Trap(
      "fold_volatile_sql",
      """
      CREATE FUNCTION careless(int) RETURNS int LANGUAGE sql AS 'SELECT liar(1) + $1';
      CREATE TABLE child (CHECK (x > careless(1))) INHERITS (tb);
      """, "SELECT * FROM tb WHERE x = 1"),
    Trap(
      "fold_insert_in_body",
      """
      ALTER TABLE tb ALTER x SET DEFAULT liar(1);
      CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql STABLE AS
        'BEGIN INSERT INTO tb (id) VALUES (-1); RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 2; END';
      """, "SELECT f()"),
    Trap("explain_predicate", predicate, "EXPLAIN SELECT * FROM tb"),
    Trap("explain_default", "ALTER TABLE tb ALTER x SET DEFAULT liar(1);", "EXPLAIN INSERT INTO tb (id) VALUES (1000)"),
    Trap(
      "explain_domain_default",
      "CREATE DOMAIN dd AS int DEFAULT liar(1); ALTER TABLE tb ADD y dd DEFAULT NULL; ALTER TABLE tb ALTER y DROP DEFAULT;",
      "EXPLAIN INSERT INTO tb (id) VALUES (1000)"),
    Trap(
      "explain_generated", "ALTER TABLE tb ADD y int GENERATED ALWAYS AS (x + liar(1)) STORED;",
      "EXPLAIN UPDATE tb SET x = 2"),
    Trap("explain_rule", "CREATE RULE ru AS ON DELETE TO tb DO ALSO SELECT liar(1);", "EXPLAIN DELETE FROM tb"),
    Trap(
      "explain_rule_on_view",
      """
      CREATE VIEW w AS SELECT * FROM tb; CREATE RULE ru AS ON UPDATE TO w DO INSTEAD UPDATE tb SET x = liar(1) WHERE id = OLD.id;
      """, "EXPLAIN UPDATE w SET x = 2"),
    Trap(
      "explain_policy",
      """
      ALTER TABLE tb ENABLE ROW LEVEL SECURITY; CREATE POLICY s ON tb FOR SELECT USING (true);
      CREATE POLICY p ON tb FOR DELETE USING (id > liar(1));
      """, "EXPLAIN DELETE FROM tb"),
    Trap(
      "explain_policy_check",
      """
      ALTER TABLE tb ENABLE ROW LEVEL SECURITY; CREATE POLICY s ON tb FOR SELECT USING (true);
      CREATE POLICY p ON tb FOR INSERT WITH CHECK (id > liar(1));
      """, "EXPLAIN INSERT INTO tb (id) VALUES (1000)"),
    Trap(
      "explain_arbiter", "CREATE UNIQUE INDEX ON tb (x) WHERE x > liar(1) + 10;",
      "EXPLAIN INSERT INTO tb (id, x) VALUES (1000, 1) ON CONFLICT (x) DO NOTHING"),
  ]
}
