import CEL

/// One look into the catalogs, in one round trip.
///
/// Its search path must be `pg_catalog`, so that nobody's own operators and functions get into it.
struct CatalogQuery: Sendable, Hashable {
  var mentions = Mentions()
  var references = StoredTree.References()
  var families: Set<Int64> = []
  /// Whether members that a superuser added to built-in types' operator families are asked for as well.
  var isFirst = false

  /// 16384 is the first object identifier that is not a built-in's (FirstNormalObjectId).
  static let firstOwn: Int64 = 16384

  var isEmpty: Bool {
    mentions.isEmpty && references == StoredTree.References() && families.isEmpty
  }

  var count: Int {
    mentions.functions.count + mentions.relations.count + mentions.fields.count + references.functions.count
      + references.types.count + references.relations.count
  }

  /// The parameters of `sql`, in order. Without a `path` a name without a schema may be in any.
  func parameters(path: [String]?) -> [Value] {
    func list(_ words: some Sequence<String>) -> Value { .list(words.map(Value.string)) }
    func list(_ numbers: Set<Int64>) -> Value { .list(numbers.sorted().map(Value.int)) }
    func schema(_ name: Mentions.Name) -> Value {
      // Another name of the session's own schema, which in a pooled session may hold what others have made.
      if name.schema == "pg_temp" { return "*" }
      return (name.schema ?? (path == nil ? "*" : nil)).map(Value.string) ?? .null
    }
    let (functions, relations) = (Array(mentions.functions), Array(mentions.relations))
    return [
      .list(functions.map(schema)), list(functions.map(\.name)), .list(relations.map(schema)),
      list(relations.map(\.name)), list(path ?? []), list(mentions.fields), list(mentions.operators),
      list(mentions.types), list(references.functions), list(references.operators), list(references.types),
      list(references.relations), list(families), list(FunctionRules.refused), list(SessionViews.functions),
      list(SessionViews.relations), .bool(isFirst), list(mentions.scalarFields),
    ]
  }

  // A column that only newer servers have is read by way of `to_jsonb(row)`.
  static let sql = """
    WITH RECURSIVE named AS (SELECT * FROM unnest($1::text[], $2::text[]) AS n (schema, name)),
    candidate AS (
      SELECT oid, bool_or(named) AS named FROM (
        SELECT p.oid, true AS named FROM named JOIN pg_proc p ON p.proname = named.name
          JOIN pg_namespace s ON s.oid = p.pronamespace
          WHERE named.schema = '*' OR s.nspname = named.schema OR (named.schema IS NULL AND s.nspname = ANY ($5::text[]))
        UNION ALL SELECT p.oid, true FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
          WHERE p.pronargs - p.pronargdefaults <= 1 AND (p.proname = ANY ($18::text[]) OR (p.proname = ANY ($6::text[])
            AND (t.oid >= 16384 OR t.typtype IN ('p', 'c') OR t.typcategory = 'A' OR EXISTS (
              SELECT FROM pg_cast c WHERE c.casttarget = t.oid AND c.castcontext = 'i' AND c.oid >= 16384))))
        UNION ALL SELECT unnest($9::oid[]), false) AS x GROUP BY oid),
    operation AS (
      SELECT oid, true AS named FROM pg_operator WHERE oprname = ANY ($7::text[]) AND NOT oid = ANY ($10::oid[])
      UNION SELECT unnest($10::oid[]), false),
    typed AS (
      SELECT oid FROM pg_type WHERE oid >= 16384 AND typname = ANY ($8::text[])
      UNION SELECT oid FROM pg_type WHERE oid >= 16384 AND oid = ANY ($11::oid[])),
    reached AS (
      SELECT c.oid FROM unnest($3::text[], $4::text[]) AS n (schema, name) JOIN pg_class c ON c.relname = n.name
        JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE n.schema = '*' OR s.nspname = n.schema OR (n.schema IS NULL AND s.nspname = ANY ($5::text[]))
      UNION SELECT unnest($12::oid[])
      UNION SELECT i.inhrelid FROM reached JOIN pg_inherits i ON i.inhparent = reached.oid),
    related AS (
      SELECT c.* FROM reached JOIN pg_class c ON c.oid = reached.oid
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND (c.oid >= 16384 OR c.relname = ANY ($16::text[]))),
    ancestry AS (
      SELECT oid AS relation, oid AS ancestor FROM related WHERE oid >= 16384
      UNION SELECT a.relation, i.inhparent FROM ancestry a JOIN pg_inherits i ON i.inhrelid = a.ancestor),
    stored AS (
      SELECT ev_class AS relation, CASE WHEN c.relkind = 'v' AND ev_type = '1' THEN 'run' ELSE 'changed' END AS kind,
          unnest(ARRAY[ev_action::text, ev_qual::text]) AS tree, 'pg_rewrite'::regclass AS class, r.oid AS object
        FROM pg_rewrite r JOIN related c ON c.oid = r.ev_class WHERE c.oid >= 16384 AND NOT (c.relkind = 'm' AND ev_type = '1')
      UNION ALL SELECT polrelid, CASE WHEN polcmd IN ('r', '*') THEN 'run' ELSE 'changed' END, polqual::text,
          'pg_policy'::regclass, p.oid
        FROM pg_policy p JOIN related c ON c.oid = p.polrelid WHERE c.relrowsecurity
      UNION ALL SELECT polrelid, 'changed', polwithcheck::text, 0, 0
        FROM pg_policy p JOIN related c ON c.oid = p.polrelid WHERE c.relrowsecurity
      UNION ALL SELECT indrelid, 'planned', unnest(ARRAY[indexprs::text, indpred::text]), 'pg_class'::regclass, indexrelid
        FROM pg_index JOIN related c ON c.oid = indrelid WHERE c.oid >= 16384
      UNION ALL SELECT stxrelid, 'planned', to_jsonb(s) ->> 'stxexprs', 'pg_statistic_ext'::regclass, s.oid
        FROM pg_statistic_ext s JOIN related c ON c.oid = stxrelid
      UNION ALL SELECT conrelid, 'planned', conbin::text, 'pg_constraint'::regclass, n.oid
        FROM pg_constraint n JOIN related c ON c.oid = conrelid WHERE c.oid >= 16384 AND contype = 'c'
      UNION ALL SELECT a.relation, 'planned', partexprs::text, 0, 0
        FROM ancestry a JOIN pg_partitioned_table t ON t.partrelid = a.ancestor
      UNION ALL SELECT a.relation, 'planned', b.relpartbound::text, 0, 0
        FROM ancestry a JOIN pg_class b ON b.oid = a.ancestor
      UNION ALL SELECT adrelid, CASE WHEN to_jsonb(a) ->> 'attgenerated' = 'v' THEN 'run' ELSE 'changed' END, adbin::text,
          'pg_attrdef'::regclass, d.oid
        FROM pg_attrdef d JOIN related c ON c.oid = adrelid
        JOIN pg_attribute a ON a.attrelid = adrelid AND a.attnum = adnum WHERE c.oid >= 16384),
    depended AS (
      SELECT DISTINCT s.kind, d.refobjid AS oid, CASE d.refclassid WHEN 'pg_proc'::regclass THEN 'p'
          WHEN 'pg_operator'::regclass THEN 'o' WHEN 'pg_type'::regclass THEN 't' WHEN 'pg_class'::regclass THEN 'c' END AS class
        FROM (SELECT DISTINCT relation, kind, class, object FROM stored WHERE tree IS NOT NULL) AS s
        JOIN pg_depend d ON d.classid = s.class AND d.objid = s.object WHERE d.refobjid <> s.relation),
    member AS (
      SELECT 'p' AS class, amproc::oid AS oid FROM pg_amproc a JOIN pg_opfamily f ON f.oid = a.amprocfamily
        WHERE (a.oid >= 16384 AND opfmethod IN (403, 405) AND (amproclefttype IN (SELECT oid FROM typed)
          OR amprocrighttype IN (SELECT oid FROM typed) OR ($17 AND amproclefttype < 16384 AND amprocrighttype < 16384)))
          OR amprocfamily = ANY ($13::oid[])
      UNION SELECT 'p', castfunc FROM pg_cast WHERE $17 AND oid >= 16384 AND castsource < 16384 AND casttarget < 16384
        AND castfunc <> 0
      UNION SELECT 'o', amopopr FROM pg_amop a
        WHERE (a.oid >= 16384 AND amopmethod IN (403, 405) AND (amoplefttype IN (SELECT oid FROM typed)
          OR amoprighttype IN (SELECT oid FROM typed) OR ($17 AND amoplefttype < 16384 AND amoprighttype < 16384)))
          OR amopfamily = ANY ($13::oid[]))
    SELECT
      (SELECT coalesce(json_agg(json_build_object(
          'oid', p.oid::int8, 'named', candidate.named, 'schema', s.nspname, 'name', p.proname, 'signature', format(
            '%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
          'builtin', p.oid < 16384, 'shadows', EXISTS (
            SELECT FROM pg_proc b WHERE b.proname = p.proname AND b.oid < 16384),
          'volatile', p.provolatile = 'v', 'definer', p.prosecdef, 'aggregate', p.prokind = 'a', 'language', l.lanname,
          'rereads', coalesce(p.proconfig::text LIKE '%standard_conforming_strings%', false),
          'owner', e.extname, 'library', p.probin, 'body', CASE WHEN l.lanname IN ('sql', 'plpgsql') THEN p.prosrc END,
          'trees', json_build_array(to_jsonb(p) ->> 'prosqlbody', p.proargdefaults::text),
          'parts', (SELECT json_agg(part::oid::int8) FROM pg_aggregate a, unnest(ARRAY[
              aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn
            ]) AS part WHERE a.aggfnoid = p.oid AND part::oid <> 0),
          'sorting', (SELECT json_agg(aggsortop::int8) FROM pg_aggregate a WHERE a.aggfnoid = p.oid),
          'types', (SELECT json_agg(t::int8) FROM (SELECT p.prorettype AS t UNION SELECT unnest(p.proargtypes)
            UNION SELECT unnest(p.proallargtypes) UNION SELECT unnest(ARRAY[aggtranstype, aggmtranstype])
              FROM pg_aggregate a WHERE a.aggfnoid = p.oid) AS x WHERE t >= 16384))), '[]')
        FROM candidate JOIN pg_proc p ON p.oid = candidate.oid JOIN pg_namespace s ON s.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang
        LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        LEFT JOIN pg_extension e ON e.oid = d.refobjid
        WHERE p.oid >= 16384 OR p.provolatile = 'v' OR p.proname = ANY ($14::text[]) OR p.proname = ANY ($15::text[])
          OR p.proname LIKE 'pg\\_stat\\_get\\_backend\\_%') AS functions,
      (SELECT coalesce(json_agg(json_build_object(
          'oid', o.oid::int8, 'named', operation.named, 'name', o.oprname, 'signature', format(
            '%I.%s(%s, %s)', s.nspname, o.oprname, format_type(nullif(o.oprleft, 0), NULL), format_type(o.oprright, NULL)),
          'left', o.oprleft::int8, 'right', o.oprright::int8, 'types', (
            SELECT json_agg(t::int8) FROM unnest(ARRAY[oprleft, oprright, oprresult]) AS t WHERE t >= 16384),
          'functions', (SELECT json_agg(f::oid::int8) FROM unnest(ARRAY[oprcode, oprrest, oprjoin]) AS f),
          'operators', (SELECT json_agg(c::int8) FROM unnest(ARRAY[oprcom, oprnegate]) AS c WHERE c <> o.oid),
          'leftstrict', EXISTS (SELECT FROM pg_type t WHERE t.oid = o.oprleft AND t.oid >= 16384
            AND t.typtype IN ('b', 'e', 'r', 'm') AND t.typcategory NOT IN ('S', 'A') AND t.typelem = 0
            AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.casttarget = t.oid AND c.castcontext = 'i')),
          'rightstrict', EXISTS (SELECT FROM pg_type t WHERE t.oid = o.oprright AND t.oid >= 16384
            AND t.typtype IN ('b', 'e', 'r', 'm') AND t.typcategory NOT IN ('S', 'A') AND t.typelem = 0
            AND NOT EXISTS (SELECT FROM pg_cast c WHERE c.casttarget = t.oid AND c.castcontext = 'i')),
          'leftpair', EXISTS (SELECT FROM pg_operator b WHERE b.oprname = o.oprname AND b.oid < 16384
            AND b.oprleft = o.oprleft AND b.oprright = o.oprleft),
          'rightpair', EXISTS (SELECT FROM pg_operator b WHERE b.oprname = o.oprname AND b.oid < 16384
            AND b.oprleft = o.oprright AND b.oprright = o.oprright),
          'textpair', EXISTS (SELECT FROM pg_operator b WHERE b.oprname = o.oprname AND b.oid < 16384
            AND b.oprleft = 25 AND b.oprright = 25))), '[]')
        FROM operation JOIN pg_operator o ON o.oid = operation.oid JOIN pg_namespace s ON s.oid = o.oprnamespace
        WHERE o.oid >= 16384 OR o.oprcom >= 16384 OR o.oprnegate >= 16384 OR o.oprcode::oid >= 16384) AS operators,
      (SELECT coalesce(json_agg(json_build_object(
          'oid', t.oid::int8, 'name', t.typname, 'relation', t.typrelid::int8, 'types', (
            SELECT json_agg(u::int8) FROM (
              SELECT unnest(ARRAY[t.typbasetype, t.typelem, t.typarray]) AS u
              UNION SELECT a.atttypid FROM pg_attribute a
                WHERE t.typrelid <> 0 AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
              UNION SELECT unnest(ARRAY[r.rngtypid, r.rngsubtype, (to_jsonb(r) ->> 'rngmultitypid')::oid]) FROM pg_range r
                WHERE r.rngtypid = t.oid OR (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid
              UNION SELECT unnest(ARRAY[castsource, casttarget]) FROM pg_cast
                WHERE castsource = t.oid OR casttarget = t.oid) AS x WHERE u >= 16384 AND u <> t.oid),
          'functions', (SELECT json_agg(f::int8) FROM (
              SELECT castfunc AS f FROM pg_cast WHERE (castsource = t.oid OR casttarget = t.oid) AND castfunc <> 0
              UNION SELECT unnest(ARRAY[rngcanonical, rngsubdiff])::oid FROM pg_range r
                WHERE r.rngtypid = t.oid OR (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid
              UNION SELECT i::oid FROM unnest(ARRAY[t.typinput, t.typoutput, t.typreceive, t.typsend, t.typmodin,
                t.typmodout]) AS i WHERE i::oid >= 16384) AS x WHERE f <> 0),
          'families', (SELECT json_agg(opcfamily::int8) FROM pg_range r JOIN pg_opclass c ON c.oid = r.rngsubopc
            WHERE r.rngtypid = t.oid OR (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid),
          'checks', (SELECT json_agg(conbin::text) FROM pg_constraint WHERE contypid = t.oid AND conbin IS NOT NULL),
          'defaults', json_build_array(t.typdefaultbin::text))), '[]')
        FROM typed JOIN pg_type t ON t.oid = typed.oid) AS types,
      (SELECT coalesce(json_agg(json_build_object(
          'oid', c.oid::int8, 'schema', s.nspname, 'name', c.relname, 'builtin', c.oid < 16384,
          'ruled', c.relkind = 'v' OR c.relrowsecurity, 'types', (
            SELECT json_agg(t::int8) FROM (SELECT unnest(ARRAY[c.reltype, c.reloftype]) AS t
              UNION SELECT atttypid FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS x
            WHERE t >= 16384),
          'handler', (SELECT coalesce(p.proname, 'none') FROM pg_foreign_table f JOIN pg_foreign_server v
            ON v.oid = f.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw
            LEFT JOIN pg_proc p ON p.oid = w.fdwhandler WHERE f.ftrelid = c.oid))), '[]')
        FROM related c JOIN pg_namespace s ON s.oid = c.relnamespace) AS relations,
      (SELECT json_agg(json_build_array(kind, tree)) FROM (SELECT DISTINCT kind, tree FROM stored WHERE tree IS NOT NULL) AS x) AS stored,
      (SELECT json_agg(json_build_array(class, oid::int8, kind)) FROM depended
        WHERE class IS NOT NULL AND (kind <> 'planned' OR class <> 'c')) AS depended,
      (SELECT json_agg(DISTINCT o.opcfamily::int8) FROM (
          SELECT unnest(indclass) AS class FROM pg_index JOIN related c ON c.oid = indrelid WHERE c.oid >= 16384
          UNION SELECT unnest(partclass) FROM ancestry a JOIN pg_partitioned_table p ON p.partrelid = a.ancestor) AS x
        JOIN pg_opclass o ON o.oid = x.class WHERE o.opcfamily >= 16384
          OR EXISTS (SELECT FROM pg_amproc m WHERE m.amprocfamily = o.opcfamily AND m.oid >= 16384)) AS families,
      (SELECT json_agg(json_build_array(class, oid::int8)) FROM member) AS members
    """
}
