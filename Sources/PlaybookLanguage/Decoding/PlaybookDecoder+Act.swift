import SourceText
import YAMLTree

extension PlaybookDecoder {
  mutating func act(
    _ reader: MappingReader, _ executor: YAMLEntry?, _ step: Step, _ entry: YAMLEntry
  ) -> Step.Kind {
    var call = CallDecoder.placeholder(at: step.span)
    if let executor {
      call = calls.decode(executor, mode: .act, on: reader.node("on"), &diagnostics)
    } else {
      diagnostics.append(noExecutor("an `act`", at: entry.key.span))
    }
    var act = Act(
      call: call, approvesEach: reader.choice("approve", &diagnostics) == "each",
      limit: reader.integer("limit", &diagnostics), pace: nil, undos: [], verify: nil,
      isIdempotent: reader.boolean("idempotent", &diagnostics) ?? false,
      isIrreversible: reader.boolean("irreversible", &diagnostics) ?? false,
      typed: reader.template("typed", &diagnostics))
    for key in ["approve", "limit", "pace"] where step.forEach == nil && reader.entry("for_each") == nil {
      guard let entry = reader.entry(key), key != "approve" || act.approvesEach else { continue }
      diagnostics.append(
        Diagnostic(
          code: "missing-key", "`\(key)` is about the items of a loop, and there is no `for_each`", at: entry.key.span))
    }
    if let retry = reader.entry("retry"), !act.isIdempotent {
      diagnostics.append(
        Diagnostic(
          code: "retry-of-act", "an act is tried again only where a second time does no harm", at: retry.key.span,
          help: "add `idempotent: true`, if that is so"))
    }
    if let typed = reader.entry("typed"), !act.isIrreversible {
      diagnostics.append(
        Diagnostic(
          code: "missing-key", "`typed` is the text to type for an irreversible act", at: typed.key.span,
          help: "add `irreversible: true`"))
    }
    if let undo = reader.entry("undo"), act.isIrreversible {
      diagnostics.append(
        Diagnostic(
          code: "both-keys", "an irreversible act has no `undo`", at: undo.key.span, help: "keep one of the two"))
    }
    act.pace = pace(reader)
    act.undos = reader.entry("undo").map { undos($0, of: call) } ?? []
    act.verify = reader.entry("verify").flatMap { verify($0, of: call) }
    return .act(act)
  }

  private mutating func pace(_ reader: MappingReader) -> Act.Pace? {
    guard let pace = reader.mapping("pace", .pace, &diagnostics) else { return nil }
    return Act.Pace(
      first: pace.integer("first", &diagnostics), atOnce: pace.integer("at_once", &diagnostics),
      wait: pace.duration("wait", &diagnostics), stopAfterErrors: pace.integer("stop_after_errors", &diagnostics))
  }

  /// One undo or a list of them.
  private mutating func undos(_ entry: YAMLEntry, of call: Call) -> [Act.Undo] {
    guard case .sequence(let items) = entry.value.content else {
      return undo(entry, of: call).map { [$0] } ?? []
    }
    if items.isEmpty {
      diagnostics.append(Diagnostic(code: "wrong-value", "`undo` lists no call", at: entry.value.span))
    }
    let undos = items.compactMap { undo(YAMLEntry(key: entry.key, value: $0), of: call) }
    for (position, undo) in undos.enumerated().dropLast() where undo.when == nil {
      diagnostics.append(
        Diagnostic(
          code: "wrong-value", "this undo has no `when`, so those after it never count",
          at: undos[position].call.span, help: "give it a `when`, or put it last"))
    }
    return undos
  }

  private mutating func undo(_ entry: YAMLEntry, of call: Call) -> Act.Undo? {
    guard let (reader, executor) = caller(entry, .undo, "an `undo`") else { return nil }
    let when = reader.expression("when", &diagnostics)
    guard let executor else { return nil }
    let call = calls.decode(executor, mode: .act, on: reader.node("on"), inheriting: call, &diagnostics)
    return Act.Undo(call: call, when: when)
  }

  private mutating func verify(_ entry: YAMLEntry, of act: Call) -> Act.Verify? {
    guard let (reader, executor) = caller(entry, .verify, "a `verify`") else { return nil }
    var call = CallDecoder.placeholder(at: entry.value.span)
    if let executor {
      call = calls.decode(executor, mode: .query, on: reader.node("on"), inheriting: act, &diagnostics)
    }
    let that = reader.expression("that", &diagnostics) ?? .missing(at: entry.value.span)
    let every = reader.duration("every", &diagnostics)
    let within = reader.duration("within", &diagnostics)
    return that.map { Act.Verify(call: call, that: $0, every: every, within: within) }
  }

  /// A mapping with one executor's key and some of its own.
  private mutating func caller(
    _ entry: YAMLEntry, _ table: KeyTable, _ what: String
  ) -> (MappingReader, YAMLEntry?)? {
    guard let probe = MappingReader(unchecked: entry.value, table, &diagnostics) else { return nil }
    let (executor, written) = executorEntry(of: probe, table, isMissing: true)
    let others = calls.keys + (written.map { [$0] } ?? [])
    let before = diagnostics.count
    guard let reader = MappingReader(entry.value, table, others: others, missingAt: entry.key.span, &diagnostics) else {
      return nil
    }
    let hasUnknownKey = diagnostics[before...].contains { $0.code == "unknown-key" }
    if executor == nil, !hasUnknownKey { diagnostics.append(noExecutor(what, at: entry.key.span)) }
    return (reader, executor)
  }
}
