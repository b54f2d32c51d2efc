import CEL
import ExecutorKit
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// What is computed from a secret is one: made known before anything is sent or recorded that could show it.
extension Runner {
  /// Makes every text and number of a value known as a secret, with what of it is one by itself.
  func hide(_ value: Value) async {
    for text in value.written {
      for part in [text] + SecretText.parts(of: text) { await secrets.hide(part) }
    }
  }

  /// An error whose message ends with a line of what came back. Where a secret is broken into lines, such a line alone
  /// would not be known.
  func withoutSecretLines(_ error: ExecutorError) async -> ExecutorError {
    var error = error
    for name in ["stderr", "stdout", "text", "body"] {
      guard let text = error.outcome?[name]?.stringValue else { continue }
      let lines = text.split(whereSeparator: \.isNewline)
      guard lines.count > 1 else { continue }
      let clean = await sink.redacted(value: .list(lines.map { .string(String($0)) })).listValue ?? []
      for (line, clean) in zip(lines, clean) where clean.stringValue != String(line) {
        error.message = error.message.replacing(
          ": \(line.bareBeginning)", with: ": \(String(clean.rendered.prefix(199)))")
      }
    }
    return error
  }

  /// Makes known what a tree of templates computes from secrets: the value of each expression that reads one, and of a
  /// text around it the parts that are a secret by themselves; the whole text where a value is too short to be known
  /// alone.
  ///
  /// - Returns: Whether there is such a short value.
  @discardableResult
  func hideSecrets(
    of tree: TemplateTree, _ bindings: Bindings, isSecret: (LocatedExpression) -> Bool
  ) async -> Bool {
    var hasShort = false
    for template in tree.templates {
      let secret = template.expressions.filter(isSecret)
      guard !secret.isEmpty else { continue }
      var isShort = false
      for expression in secret {
        guard let value = try? expression.evaluate(bindings) else { continue }
        await hide(value)
        if value.written.contains(where: { !$0.isEmpty && !$0.isLongEnough }) { isShort = true }
      }
      if isShort { hasShort = true }
      guard template.soleExpression == nil, let text = try? template.resolveText(bindings).stringValue else { continue }
      let parts = SecretText.parts(of: text) + (isShort && !text.contains(where: \.isNewline) ? [text] : [])
      for part in parts { await secrets.hide(part) }
    }
    return hasShort
  }

  /// Makes known what the settings of a target compute from secrets, and notes what may be a mistake in it.
  func hideSecrets(in settings: TemplateTree, _ bindings: Bindings, of target: String) async {
    await hideSecrets(of: settings, bindings) { !$0.secretNames.isEmpty }
    await noteRepeatedScheme(in: settings, bindings, of: target)
  }

  /// Makes the passwords known that are written in the settings of a target: in `url`, as `password`, in a header.
  private func hidePasswords(in settings: TemplateTree, as name: String = "") async {
    switch settings {
    case .map(let entries, _): for entry in entries { await hidePasswords(in: entry.value, as: entry.key) }
    case .list(let items, _): for item in items { await hidePasswords(in: item, as: name) }
    case .value, .template:
      guard settings.expressions.isEmpty, let text = try? settings.resolve(Bindings()).stringValue else { return }
      let parts =
        switch name.lowercased() {
        case "url": ConnectionText.passwords(in: text)
        case "password": [text]
        case "authorization": [text] + SecretText.parts(of: text)
        default: [String]()
        }
      for part in parts { await secrets.hide(part) }
    }
  }

  /// Notes a header that has its scheme twice: the secret brings it along as well.
  private func noteRepeatedScheme(in settings: TemplateTree, _ bindings: Bindings, of target: String) async {
    for template in settings.templates where template.soleExpression == nil {
      guard template.expressions.contains(where: { !$0.secretNames.isEmpty }),
        let words = (try? template.resolveText(bindings).stringValue)?.split(whereSeparator: \.isWhitespace),
        words.count > 2, words[0].lowercased() == words[1].lowercased()
      else { continue }
      let names = Set(template.expressions.flatMap(\.secretNames)).sorted().map { "`\($0)`" }.joined(separator: ", ")
      await secrets.note(
        "the target `\(target)` sends `\(words[0])` twice: the secret \(names) begins with it, and so does the setting")
    }
  }

  /// Makes every secret known that a target, a command or a step of this playbook names, with what these compute from
  /// it, so that nothing recorded later can show one; and those that nothing names, where they cost nothing.
  func knowSecrets() async throws(Stop) {
    for target in configuration.environment.targets { await hidePasswords(in: target.settings) }
    let steps = configuration.playbook.allSteps
    let calls = steps.flatMap(\.calls)
    let commands = configuration.environment.commands.filter { command in
      calls.contains { $0.executor == command.name }
    }
    let reached = Set(calls.compactMap { targetName(of: $0) })
    let targets = configuration.environment.targets.filter { reached.contains($0.name) }
    let written = steps.flatMap(\.allExpressions) + commands.flatMap(\.call.expressions)
    let names = Set((written + targets.flatMap(\.settings.expressions)).flatMap(\.secretNames))
    do {
      var scope = rootScope
      scope.values["secrets"] = .map(try await secrets.values(for: names))
      let bindings = scope.bindings(now: state.started ?? clock.now())
      for target in targets { await hideSecrets(in: target.settings, bindings, of: target.name) }
      // What else they read is not known yet.
      for expression in written where scope.holdsSecret([expression]) {
        if let value = try? expression.evaluate(bindings) { await hide(value) }
      }
    } catch {
      if state.started != nil { try await checkStop() }
      throw .failed(error.message)
    }
    await secrets.knowUnused()
  }

  /// Says what may be a mistake in secrets that were fetched since.
  func warnOfSecrets(_ path: StepPath = "") async throws(Stop) {
    for text in await secrets.takeFindings() { try await warn(text, path) }
  }
}

extension Call {
  /// Every expression within, in no order.
  fileprivate var expressions: [LocatedExpression] {
    form.fields.values.flatMap(\.expressions) + (target.host?.expressions ?? [])
  }
}

extension TemplateTree {
  /// Every template within, in the order written.
  var templates: [Template] {
    switch self {
    case .value: []
    case .template(let template): [template]
    case .list(let items, _): items.flatMap(\.templates)
    case .map(let entries, _): entries.flatMap(\.value.templates)
    }
  }

  /// As it may be shown: `•••` in place of what `isSecret`.
  func masked(_ bindings: Bindings, isSecret: (LocatedExpression) -> Bool) throws(TemplateError) -> Value {
    switch self {
    case .value(let value, _): return value
    case .template(let template):
      guard template.expressions.contains(where: isSecret) else { return try template.resolve(bindings) }
      var text = ""
      for piece in template.pieces {
        switch piece {
        case .text(let part): text += part
        case .expression(let expression):
          text += isSecret(expression) ? Outcome.scrubbed : try expression.evaluate(bindings).rendered
        }
      }
      return .string(text)
    case .list(let items, _):
      var values: [Value] = []
      for item in items { values.append(try item.masked(bindings, isSecret: isSecret)) }
      return .list(values)
    case .map(let entries, _):
      var map = MapValue()
      for entry in entries { map[entry.key] = try entry.value.masked(bindings, isSecret: isSecret) }
      return .map(map)
    }
  }
}

extension Substring {
  /// As a message quotes a line: without blanks around it, cut where it is long.
  fileprivate var bareBeginning: String { String(String(self).bare.prefix(199)) }
}

extension Value {
  /// Whether a text or number within is too short to be taken out of texts.
  var hasShortText: Bool { written.contains { !$0.isLongEnough } }

  /// Every text and number within as it is written.
  fileprivate var written: [String] {
    switch self {
    case .list(let items): items.flatMap(\.written)
    case .map(let map): map.entries.flatMap { $0.key.written + $0.value.written }
    case .optional(let value): value?.written ?? []
    case .null, .bool, .type, .unknown, .duration, .timestamp: []
    case .string, .bytes, .ip, .cidr: texts
    default: [rendered]
    }
  }
}
