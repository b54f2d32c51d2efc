import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord

/// The digest that a yes is bound to: all that decides what is done, so that a yes to one thing is none to another.
extension Runner {
  /// The form of the digests: another one whenever something else goes into them.
  private static let digestForm: Value = "playbook approval 2"

  /// The digest of a change: of its path, how often it was approved before (a yes is used up), the text to be typed,
  /// the environment and its colour, and of each call with its undo, the settings of its target, and the server where
  /// these don't tell it.
  ///
  /// - Parameter turn: How often it was approved before; by default as the record has it.
  func digest(
    of planned: [PlannedItem], _ act: Act, at place: QuestionKey, turn: Int? = nil
  ) async -> String {
    var settings: [String: Value] = [:]
    var parts: [Value] = []
    for item in planned {
      let call = await part(of: item.prepared, &settings)
      switch item.undo {
      case .none: parts.append([call, "none"])
      case .later: parts.append([call, "later"])
      case .problem: parts.append([call, "problem"])
      case .call(let undo, _): parts.append([call, await part(of: undo, &settings)])
      }
    }
    return hash(
      place, turn ?? state.turns[place] ?? 0,
      [
        .bool(act.isIrreversible), .bool(act.isIdempotent), act.limit.map { .int(Int64($0)) } ?? .null,
        act.typed.map { .string(Self.written($0)) } ?? .null, .list(parts),
      ])
  }

  /// A template as the author wrote it.
  private static func written(_ template: Template) -> String {
    template.pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .expression(let located): "${\(located.expression.source)}"
      }
    }.joined()
  }

  /// The digest of an undo: of its calls alone.
  func undoDigest(of planned: [PlannedItem], at place: QuestionKey, turn: Int) async -> String {
    var settings: [String: Value] = [:]
    var parts: [Value] = []
    for item in planned { parts.append(await part(of: item.prepared, &settings)) }
    return hash(place, turn, .list(parts))
  }

  private func hash(_ place: QuestionKey, _ turn: Int, _ content: Value) -> String {
    let environment = configuration.environment
    let whole: Value = [
      Self.digestForm, .string(place.description), .int(Int64(turn)), .string(environment.name),
      .bool(environment.isRed), content,
    ]
    return String(hexadecimal(sha256(whole.jsonBytes())).prefix(Approval.digestLength))
  }

  /// One call. No secret is in it but by a code that only the holder of the key can make.
  private func part(of prepared: PreparedCall, _ settings: inout [String: Value]) async -> Value {
    let call = prepared.call
    let name = call.target ?? ""
    if settings[name] == nil { settings[name] = .string(await sink.redacted(await toldSettings(of: name))) }
    var server: String?
    if prepared.server?.isFound == true { server = prepared.serverText }
    let told = await sink.redacted(Value.list([.map(prepared.told), .string(call.host ?? "")]).jsonText())
    let exact = Value.list([.map(prepared.bound), .string(call.host ?? "")]).jsonText()
    var code: String?
    if exact != told { code = hexadecimal(hmacSHA256(Array(exact.utf8), key: configuration.approvalKey())) }
    return [
      .string(call.executor), call.target.map(Value.string) ?? .null, .string(told), settings[name] ?? .null,
      server.map(Value.string) ?? .null, code.map(Value.string) ?? .null,
    ]
  }

  /// The settings of a target without what is computed from secrets: how one logs in may be renewed at any time.
  private func toldSettings(of name: String) async -> String {
    guard let tree = configuration.environment.targets.first(where: { $0.name == name })?.settings,
      let values = try? await secrets.values(for: Set(tree.expressions.flatMap(\.secretNames))),
      let told = try? tree.masked(Bindings(["secrets": .map(values)]), isSecret: { !$0.secretNames.isEmpty })
    else { return "" }
    return told.jsonText()
  }

  /// The value of a tree that reads a secret which is renewed, with `•••` in its place: no yes is bound to that. Nil:
  /// it reads none.
  func withoutRenewedSecrets(_ tree: TemplateTree, _ bindings: Bindings) -> Value? {
    let renewed = renewedSecrets
    guard tree.expressions.contains(where: { !$0.secretNames.isDisjoint(with: renewed) }) else { return nil }
    return try? tree.masked(bindings) { !$0.secretNames.isDisjoint(with: renewed) }
  }

  /// Secrets that are another one each time or after a while, as the environment says.
  private var renewedSecrets: Set<String> {
    Set(
      configuration.environment.secrets.filter { source in
        if case .prompt(fresh: true) = source.origin { true } else { source.expires != nil }
      }.map(\.name))
  }
}
