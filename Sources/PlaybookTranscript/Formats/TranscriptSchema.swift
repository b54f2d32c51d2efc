import CEL

/// The JSON Schema (draft 7) of `playbook transcript --format json`.
public enum TranscriptSchema {
  public static var json: String { document.jsonText(pretty: true) + "\n" }

  static let document: Value = {
    let root = object([
      ("version", ["const": .int(Transcript.jsonVersion)]), ("run", text), ("head", sha256), ("redacted", maybe(text)),
      ("torn", flag), ("problem", maybe(object([("line", number), ("message", text)]))),
      ("outcome", ["enum": ["completed", "failed", "aborted", "paused", "unfinished", "finished"]]),
      ("reason", maybe(text)), ("openQuestion", maybe(question)), ("facts", anyObject), ("operators", list(text)),
      ("times", times),
      ("responseClock", maybe(clock)), ("failedChecks", list(text)), ("unreached", maybe(number)),
      ("endedAt", maybe(text)), ("notEnded", list(text)), ("notReached", list(text)), ("declined", list(text)),
      ("decisions", list(decision)),
      ("timeline", list(moment)), ("notes", list(remark)), ("outside", list(remark)), ("warnings", list(remark)),
      ("followUps", list(followUp)), ("superseded", list(step)), ("steps", list(step)),
    ])
    var document: MapValue = MapValue([
      ("$schema", "http://json-schema.org/draft-07/schema#"),
      ("title", "A transcript: what was found, decided and changed in a run"),
    ])
    for (key, value) in root.mapValue?.entries ?? [] { document.insert(value, for: key) }
    return .map(document)
  }()

  private static let text: Value = ["type": "string"]
  private static let number: Value = ["type": "integer"]
  private static let flag: Value = ["type": "boolean"]
  private static let sha256: Value = ["type": "string", "pattern": "^[0-9a-f]{64}$"]
  private static let anyObject: Value = ["type": "object"]
  private static let time: Value = ["type": "string", "format": "date-time"]
  private static let seconds: Value = [
    "type": "string", "pattern": #"^-?[0-9]+(\.[0-9]+)?s$"#, "description": "a duration",
  ]

  private static func maybe(_ schema: Value) -> Value { ["anyOf": [schema, ["type": "null"]]] }

  private static func list(_ items: Value) -> Value { ["type": "array", "items": items] }

  private static func object(_ fields: [(String, Value)]) -> Value {
    [
      "type": "object", "additionalProperties": false, "required": .list(fields.map { .string($0.0) }),
      "properties": .map(MapValue(fields)),
    ]
  }

  private static let times = object(
    ["alerted", "started", "firstEvidence", "decided", "firstChange", "lastVerified", "ended", "last"].map {
      ($0, maybe(time))
    } + [("human", seconds), ("machine", seconds)])

  private static let clock = object([
    ("contact", text), ("limit", seconds), ("answered", maybe(seconds)), ("kept", maybe(flag)),
  ])

  private static let moment = object([
    ("seq", number), ("at", time), ("path", text), ("kind", text), ("who", maybe(text)), ("what", text),
    ("result", maybe(text)), ("evidence", maybe(number)),
  ])

  private static let decision = object([
    ("seq", number), ("at", time), ("key", text), ("kind", text), ("question", text), ("item", maybe(text)),
    ("options", list(text)), ("optionTexts", list(text)),
    ("suggested", maybe(text)), ("chosen", text), ("meaning", maybe(text)), ("reason", maybe(text)), ("by", text),
    ("approver", maybe(text)),
    ("ticket", maybe(text)), ("withdrawn", maybe(withdrawal)), ("carriedOut", flag), ("source", text),
    ("took", maybe(seconds)),
  ])

  private static let withdrawal = object([("at", time), ("word", text), ("by", maybe(text))])

  private static let remark = object([("at", time), ("path", text), ("text", text), ("by", text)])

  private static let followUp = object([
    ("event", number), ("text", text), ("due", maybe(time)), ("owner", maybe(text)), ("from", text),
    ("done", maybe(remark)),
  ])

  private static let item = object([
    ("label", text), ("call", text), ("state", text), ("server", maybe(text)), ("source", maybe(text)),
    ("error", maybe(text)), ("word", maybe(word)),
    ("by", maybe(text)), ("reason", maybe(text)), ("earlier", list(sending)), ("effect", maybe(text)),
    ("notices", list(text)), ("said", list(object([("name", text), ("text", text)]))),
    ("started", maybe(time)),
    ("took", maybe(seconds)), ("verified", maybe(flag)), ("verification", maybe(text)), ("undo", maybe(text)),
    ("undone", flag), ("undoAttempt", maybe(undo)),
  ])

  private static let undo = object([
    ("state", text), ("call", maybe(text)), ("server", maybe(text)), ("source", maybe(text)), ("error", maybe(text)),
    ("word", maybe(word)), ("by", maybe(text)), ("reason", maybe(text)), ("earlier", list(sending)),
    ("verified", maybe(flag)), ("verification", maybe(text)),
  ])

  /// What a human said became of a call.
  private static let word: Value = ["enum": ["happened", "by_hand", "skip"]]

  private static let sending = object([
    ("call", text), ("state", text), ("error", maybe(text)), ("leftBehind", maybe(text)),
  ])

  private static let question = object([
    ("seq", number), ("key", text), ("kind", text), ("text", text), ("options", list(text)),
  ])

  private static let change = object([
    ("target", maybe(text)), ("servers", list(text)), ("digest", text), ("irreversible", flag),
    ("approvedBy", maybe(text)),
    ("approvedAt", maybe(time)),
    ("intendedAt", maybe(time)), ("comparisons", list(object([("before", number), ("after", number)]))),
    ("leftOut", list(text)), ("plan", list(text)), ("items", list(item)),
  ])

  private static let step = object([
    ("path", text), ("kind", text), ("title", maybe(text)), ("why", maybe(text)), ("began", time), ("state", text),
    ("reason", maybe(text)), ("text", maybe(text)), ("error", maybe(text)), ("source", maybe(text)),
    ("evidence", maybe(number)), ("call", maybe(text)), ("attempts", number), ("took", maybe(seconds)),
    ("verdict", maybe(text)), ("held", maybe(flag)), ("met", maybe(flag)), ("outcome", maybe(anyObject)),
    ("evidenceMissing", flag),
    ("sha256", maybe(sha256)),
    ("repeats", maybe(text)), ("change", maybe(change)),
  ])
}
