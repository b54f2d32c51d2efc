import CEL

/// What the server's catalogs say of names: one look-up, in one round trip.
///
/// Its search path must be `pg_catalog`, so that nobody's own operators and functions get into it.
struct Catalog: Sendable {
  struct Function: Sendable, Hashable {
    var schema: String
    var name: String
    /// With the types of its arguments: `public.f(integer)`.
    var signature: String
    var isBuiltIn: Bool
    var isVolatile: Bool
    var isSecurityDefiner: Bool
    var isAggregate: Bool
    var language: String
    /// The extension that it is part of.
    var owner: String?
    var body: String?
    var defaults: String?
    /// The functions that an aggregate is made of.
    var parts: [Int64]
  }

  struct Relation: Sendable, Hashable {
    var schema: String
    var name: String
    /// A view's SELECT.
    var definition: String?
    /// The conditions of policies (row-level security).
    var policies: [String]
    /// Of a foreign table: the function that handles its wrapper.
    var handler: String?
  }

  var functions: [Function]
  var relations: [Relation]
  /// The conditions that domains check.
  var checks: [String]

  init?(_ row: MapValue) {
    guard let functions = row["functions"], let relations = row["relations"], let checks = row["checks"] else {
      return nil
    }
    self.functions = (functions.listValue ?? []).map(Function.init)
    self.relations = (relations.listValue ?? []).map(Relation.init)
    self.checks = (checks.listValue ?? []).compactMap(\.stringValue)
  }

  /// The parameters of `look`, in order. Without a `path` a name without a schema may be in any.
  static func parameters(_ mentions: Mentions, path: [String]?, parts: [Int64]) -> [Value] {
    func list(_ words: some Sequence<String>) -> Value { .list(words.map(Value.string)) }
    let (functions, relations) = (Array(mentions.functions), Array(mentions.relations))
    func schema(_ name: Mentions.Name) -> Value {
      (name.schema ?? (path == nil ? "*" : nil)).map(Value.string) ?? .null
    }
    return [
      .list(functions.map(schema)), list(functions.map(\.name)), .list(relations.map(schema)),
      list(relations.map(\.name)), list(path ?? []), list(mentions.fields), list(mentions.operators),
      list(mentions.types),
      .list(parts.map(Value.int)), list(FunctionRules.refused),
    ]
  }

  /// 16384 is the first object identifier that is no built-in's (FirstNormalObjectId).
  static let look = """
    WITH RECURSIVE named AS (SELECT * FROM unnest($1::text[], $2::text[]) AS n (schema, name)),
    candidate AS (
      SELECT p.oid FROM named JOIN pg_proc p ON p.proname = named.name JOIN pg_namespace s ON s.oid = p.pronamespace
      WHERE named.schema = '*' OR s.nspname = named.schema OR (named.schema IS NULL AND s.nspname = ANY ($5::text[]))
      UNION SELECT p.oid FROM pg_proc p JOIN pg_type t ON t.oid = p.proargtypes[0]
        WHERE p.proname = ANY ($6::text[]) AND t.typtype IN ('c', 'p', 'd')
      UNION SELECT unnest(ARRAY[oprcode, oprrest, oprjoin]::oid[]) FROM pg_operator
        WHERE oid >= 16384 AND oprname = ANY ($7::text[])
      UNION SELECT castfunc FROM pg_cast JOIN pg_type t ON t.oid = casttarget
        WHERE castfunc >= 16384 AND (castcontext = 'i' OR t.typname = ANY ($8::text[]))
      UNION SELECT amproc FROM pg_amproc a WHERE amproc >= 16384 AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = a.amproc AND d.deptype = 'e')
      UNION SELECT unnest($9::oid[])),
    reached AS (
      SELECT c.oid FROM unnest($3::text[], $4::text[]) AS n (schema, name) JOIN pg_class c ON c.relname = n.name
      JOIN pg_namespace s ON s.oid = c.relnamespace
      WHERE c.oid >= 16384 AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND
        (n.schema = '*' OR s.nspname = n.schema OR (n.schema IS NULL AND s.nspname = ANY ($5::text[])))
      UNION SELECT i.inhrelid FROM reached JOIN pg_inherits i ON i.inhparent = reached.oid),
    used AS (
      SELECT oid FROM pg_type WHERE oid >= 16384 AND typname = ANY ($8::text[])
      UNION SELECT part.oid FROM used JOIN pg_type t ON t.oid = used.oid CROSS JOIN LATERAL (
        SELECT t.typbasetype AS oid UNION ALL SELECT t.typelem UNION ALL
        SELECT a.atttypid FROM pg_attribute a
          WHERE t.typrelid <> 0 AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS part
      WHERE part.oid >= 16384)
    SELECT
      (SELECT coalesce(json_agg(json_build_object(
          'schema', s.nspname, 'name', p.proname, 'signature', format(
            '%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)),
          'builtin', p.oid < 16384, 'volatile', p.provolatile = 'v', 'definer', p.prosecdef,
          'aggregate', p.prokind = 'a', 'language', l.lanname, 'owner', e.extname,
          'body', CASE WHEN l.lanname = 'sql' AND p.prosrc = '' THEN pg_get_functiondef(p.oid) ELSE p.prosrc END,
          'defaults', pg_get_expr(p.proargdefaults, 0),
          'parts', (SELECT json_agg(part::oid::int8) FROM pg_aggregate a, unnest(ARRAY[
              aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn, aggmtransfn, aggminvtransfn, aggmfinalfn
            ]) AS part WHERE a.aggfnoid = p.oid AND part::oid >= 16384))), '[]')
        FROM candidate JOIN pg_proc p ON p.oid = candidate.oid JOIN pg_namespace s ON s.oid = p.pronamespace
        JOIN pg_language l ON l.oid = p.prolang
        LEFT JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        LEFT JOIN pg_extension e ON e.oid = d.refobjid
        WHERE p.oid >= 16384 OR p.provolatile = 'v' OR p.proname = ANY ($10::text[])) AS functions,
      (SELECT coalesce(json_agg(json_build_object(
          'schema', s.nspname, 'name', c.relname,
          'definition', CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END,
          'policies', (SELECT json_agg(pg_get_expr(polqual, polrelid)) FROM pg_policy
            WHERE polrelid = c.oid AND c.relrowsecurity AND polcmd IN ('r', '*') AND polqual IS NOT NULL),
          'handler', (SELECT coalesce(p.proname, 'none') FROM pg_foreign_table f JOIN pg_foreign_server v
            ON v.oid = f.ftserver JOIN pg_foreign_data_wrapper w ON w.oid = v.srvfdw
            LEFT JOIN pg_proc p ON p.oid = w.fdwhandler WHERE f.ftrelid = c.oid))), '[]')
        FROM reached JOIN pg_class c ON c.oid = reached.oid JOIN pg_namespace s ON s.oid = c.relnamespace
        WHERE c.relkind IN ('v', 'f') OR c.relrowsecurity) AS relations,
      (SELECT coalesce(json_agg(pg_get_expr(conbin, 0)), '[]')
        FROM used JOIN pg_constraint ON contypid = used.oid WHERE conbin IS NOT NULL) AS checks
    """
}

extension Catalog.Function {
  fileprivate init(_ value: Value) {
    self.init(
      schema: value["schema"]?.stringValue ?? "", name: value["name"]?.stringValue ?? "",
      signature: value["signature"]?.stringValue ?? "", isBuiltIn: value["builtin"]?.boolValue ?? false,
      isVolatile: value["volatile"]?.boolValue ?? true, isSecurityDefiner: value["definer"]?.boolValue ?? true,
      isAggregate: value["aggregate"]?.boolValue ?? false, language: value["language"]?.stringValue ?? "unknown",
      owner: value["owner"]?.stringValue, body: value["body"]?.stringValue, defaults: value["defaults"]?.stringValue,
      parts: (value["parts"]?.listValue ?? []).compactMap(\.intValue))
  }
}

extension Catalog.Relation {
  fileprivate init(_ value: Value) {
    self.init(
      schema: value["schema"]?.stringValue ?? "", name: value["name"]?.stringValue ?? "",
      definition: value["definition"]?.stringValue,
      policies: (value["policies"]?.listValue ?? []).compactMap(\.stringValue), handler: value["handler"]?.stringValue)
  }
}
