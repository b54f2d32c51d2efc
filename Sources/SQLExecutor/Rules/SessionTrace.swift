import CEL

extension StatementRules {
  private static let locks: Set<String> = [
    "pg_advisory_lock", "pg_advisory_lock_shared", "pg_try_advisory_lock", "pg_try_advisory_lock_shared",
  ]

  /// The names in the statement, and those in the body of a DO.
  var mentions: Mentions {
    var mentions = Mentions(tree: statement)
    if let body, let named = Mentions(body: body) { mentions.formUnion(named) }
    return mentions
  }

  /// Whether the statement has no transaction and may read times without a zone.
  var readsZoneAlone: Bool { ["DoStmt", "CallStmt"].contains(kind.node) }

  /// The traces that the statement would leave in its session beyond its transaction, as far as its own words tell: "a
  /// temporary table would stay". Procedures and functions that it calls are not looked through.
  var sessionTrace: String? {
    var trace: String?
    statement.visitNodes { key, node in
      if node["relpersistence"]?.stringValue == "t" { trace = "a temporary table would stay" }
      guard key == "FuncCall", let name = node["funcname"]?.listValue?.last?["String"]?["sval"]?.stringValue else {
        return
      }
      if Self.locks.contains(name) { trace = "an advisory lock would stay" }
      let isLocal = node["args"]?.listValue?.last?["A_Const"]?["boolval"]?["boolval"]?.boolValue == true
      if name == "set_config", !isLocal { trace = "a setting would stay" }
    }
    return trace ?? body.flatMap(Self.trace)
  }

  /// The body of a DO.
  private var body: String? {
    let options = statement["DoStmt"]?["args"]?.listValue ?? []
    return options.lazy.compactMap { $0["DefElem"] }.first { $0["defname"]?.stringValue == "as" }?["arg"]?["String"]?[
      "sval"]?.stringValue
  }

  private static func trace(ofBody body: String) -> String? {
    let tokens = ((try? SQLToken.scan(body)) ?? []).filter { $0.kind != .comment }
    let words = tokens.map { body.slice($0.range).lowercased() }
    // SET begins a statement; within one, as in UPDATE, it is another word.
    let starts: Set<String> = [";", "begin", "then", "else", "loop"]
    for (position, word) in words.enumerated() {
      let next = position + 1 < words.count ? words[position + 1] : ""
      if locks.contains(word) { return "an advisory lock would stay" }
      if word == "set_config" { return "a setting would stay" }
      if word == "create", ["temp", "temporary"].contains(next) { return "a temporary table would stay" }
      guard position > 0, starts.contains(words[position - 1]) else { continue }
      if word == "set", next != "local" { return "a setting would stay" }
      if ["listen", "load", "prepare"].contains(word) { return "its effect on the session would stay" }
    }
    return nil
  }
}
