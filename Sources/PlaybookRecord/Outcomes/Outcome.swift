package import CEL

/// The maps that later steps see as a step's name.
package enum Outcome {
  /// What stands in the record in place of a secret.
  package static let scrubbed = "•••"

  /// What every outcome has.
  package static let commonFields: Set<String> = ["ok", "state", "error", "started", "duration", "target", "truncated"]

  /// The outcome of a step that did not run.
  package static func skipped(_ name: String, state: String = "skipped", because reason: String) -> MapValue {
    var map: MapValue = MapValue([("ok", false), ("state", .string(state)), ("error", .null)])
    map.absent = Unknown(["`\(name)` was \(state)" + (reason.isEmpty ? "" : " (\(reason))")])
    return map
  }

  /// The outcome of a step that gives no call's fields: a check, a decision, a document, a loop.
  package static func plain(_ fields: [(String, Value)], ok: Bool = true, started: Timestamp) -> MapValue {
    var map = MapValue([("ok", .bool(ok)), ("state", .string(ok ? "done" : "failed")), ("error", .null)])
    map["started"] = .timestamp(started)
    map["truncated"] = false
    for (name, value) in fields { map[name] = value }
    return map
  }
}

extension MapValue {
  /// How many bytes came of what an outcome holds in several forms: a program's `stdout` and `lines`, an answer's
  /// `text` and `body`, a reply's `value` and `fields`, `keys` or `rows`. Nil for an outcome that holds it once.
  package var arrivedBytes: Int? {
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
  package init(present fields: KeyValuePairs<String, Value?>) {
    self.init(fields.compactMap { name, value in value.map { (name, $0) } })
  }
}

extension Value {
  /// The first unknown anywhere within.
  package var firstUnknown: Unknown? {
    switch self {
    case .unknown(let unknown): unknown
    case .list(let items): items.lazy.compactMap(\.firstUnknown).first
    case .map(let map): map.entries.lazy.compactMap(\.value.firstUnknown).first
    case .optional(let value): value?.firstUnknown
    default: nil
    }
  }

  /// Every text within, keys included.
  package var texts: [String] {
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
