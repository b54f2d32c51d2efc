import CEL

/// The maps that later steps see as a step's name.
package enum Outcome {
  /// What stands in the record in place of a secret.
  package static let scrubbed = "•••"

  /// What every outcome has.
  static let commonFields: Set<String> = ["ok", "state", "error", "started", "duration", "target", "truncated"]

  /// Why an expression that sees a call's own fields, such as `until.that`, can't be told: it reads what was truncated.
  ///
  /// - Parameter whole: The executor's fields that are whole all the same.
  static func truncation(of outcome: CallOutcome, in expression: Expression, whole: Set<String>) -> String? {
    guard outcome.isTruncated else { return nil }
    let cut = expression.references.map(\.name).first { name in
      outcome.fields[name] != nil && !whole.contains(name) && !commonFields.contains(name)
    }
    return cut.map { "`\($0)` was truncated, so `\(expression.source)` can't be told" }
  }

  /// The outcome of a call that went well.
  static func done(_ outcome: CallOutcome, of call: ResolvedCall?, started: Timestamp, took: Duration) -> MapValue {
    var map = outcome.fields
    map["ok"] = true
    map["state"] = "done"
    map["error"] = .null
    map["started"] = .timestamp(started)
    map["duration"] = .duration(took)
    map["target"] = call?.target.map(Value.string) ?? .null
    map["truncated"] = .bool(outcome.isTruncated)
    return map
  }

  /// The outcome of a step that failed: what is known of it, everything else unknown.
  static func failed(
    _ error: ExecutorError, of call: ResolvedCall?, name: String, started: Timestamp, took: Duration
  ) -> MapValue {
    var map = error.outcome ?? MapValue()
    map["ok"] = false
    map["state"] = "failed"
    map["error"] = .string(error.message)
    map["started"] = .timestamp(started)
    map["duration"] = .duration(took)
    map["target"] = call?.target.map(Value.string) ?? .null
    map["truncated"] = false
    map.absent = Unknown(["`\(name)` failed"])
    return map
  }

  /// The outcome of a step that did not run.
  static func skipped(_ name: String, state: String = "skipped", because reason: String) -> MapValue {
    var map: MapValue = MapValue([("ok", false), ("state", .string(state)), ("error", .null)])
    map.absent = Unknown(["`\(name)` was \(state)" + (reason.isEmpty ? "" : " (\(reason))")])
    return map
  }

  /// The outcome of a step that gives no call's fields: a check, a decision, a document, a loop.
  static func plain(_ fields: [(String, Value)], ok: Bool = true, started: Timestamp) -> MapValue {
    var map = MapValue([("ok", .bool(ok)), ("state", .string(ok ? "done" : "failed")), ("error", .null)])
    map["started"] = .timestamp(started)
    map["truncated"] = false
    for (name, value) in fields { map[name] = value }
    return map
  }
}

extension MapValue {
  /// How many bytes came of what an outcome holds in several forms: a program's `stdout` and `lines`, an answer's `text` and
  /// `body`, a reply's `value` and `fields`, `keys` or `rows`. Nil for an outcome that holds it once.
  var arrivedBytes: Int? {
    if let output = self["stdout"]?.stringValue {
      return output.utf8.count + (self["stderr"]?.stringValue?.utf8.count ?? 0)
    }
    let isTwice = self["fields"] != nil || self["keys"] != nil || self["rows"] != nil && self["columns"] == nil
    if isTwice, let value = self["value"] {
      return value.stringValue?.utf8.count ?? value.jsonBytes().count
    }
    guard let body = self["body"] else { return nil }
    if case .bytes(let bytes) = body { return bytes.count }
    return self["text"]?.stringValue?.utf8.count
  }

  /// Fields in the order written; those that are nil are left out.
  init(present fields: KeyValuePairs<String, Value?>) {
    self.init(fields.compactMap { name, value in value.map { (name, $0) } })
  }
}

extension Value {
  /// The first unknown anywhere within.
  var firstUnknown: Unknown? {
    switch self {
    case .unknown(let unknown): unknown
    case .list(let items): items.lazy.compactMap(\.firstUnknown).first
    case .map(let map): map.entries.lazy.compactMap(\.value.firstUnknown).first
    case .optional(let value): value?.firstUnknown
    default: nil
    }
  }

  /// Every text within, keys included.
  var texts: [String] {
    switch self {
    case .string(let text): [text]
    case .list(let items): items.flatMap(\.texts)
    case .map(let map): map.entries.flatMap { $0.key.texts + $0.value.texts }
    case .optional(let value): value?.texts ?? []
    case .ip(let address): [address.description]
    case .cidr(let block): [block.description]
    case .bytes(let bytes): String(validating: bytes, as: UTF8.self).map { [$0] } ?? []
    default: []
    }
  }
}

extension String {
  /// So many characters at most, with a mark where it goes on: by the mark what takes secrets out knows that one may have been
  /// cut.
  package func beginning(_ count: Int) -> String {
    self.count > count ? prefix(count) + "…" : self
  }
}
