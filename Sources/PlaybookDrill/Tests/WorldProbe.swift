package import CEL
package import ExecutorKit
import FoundationEssentials
import PlaybookEngine
package import PlaybookLanguage
import PlaybookRecord
package import SourceText

/// Asks a world's servers for a test: changes before the run, questions after it.
package struct WorldProbe: Sendable {
  let session: DrillSession
  let sender: CallSender

  /// - Parameters:
  ///   - executors: `redis`, `sql` and `shell`, made for this world.
  ///   - environment: the drill's, for the programs of its shell target.
  package init(_ session: DrillSession, executors: [any Executor], environment: Environment) throws(DrillError) {
    self.session = session
    func target(_ name: String, _ settings: MapValue) -> ResolvedTarget {
      ResolvedTarget(name: name, settings: settings, environment: environment.name)
    }
    var targets = [
      target("redis", MapValue([("url", .string(session.addresses.redis))])),
      target("sql", MapValue([("url", .string(session.addresses.sqlAdmin))])),
    ]
    if let shell = environment.targets.first(where: { $0.name == "shell" }) {
      let secrets = MapValue(try session.secrets().map { ($0.key, .string($0.value)) })
      do {
        if case .map(let settings) = try shell.settings.resolve(Bindings(["secrets": .map(secrets)])) {
          targets.append(target("shell", settings))
        }
      } catch {
        throw DrillError(.badDescription, "\(shell.span.location): \(error.message)")
      }
    }
    sender = CallSender(executors: executors, targets: targets, label: "playbook test")
  }

  /// Makes the changes of `world_before`, one after the other. Throws at the first that does not work.
  package func make(_ changes: [Call], inputs: [String: Value]) async throws(DrillError) {
    let values: [String: Value] = ["inputs": .map(MapValue(inputs.sorted { $0.key < $1.key }.map { ($0, $1) }))]
    for call in changes {
      do { _ = try await sender.send(call, mode: .act, values) } catch {
        throw DrillError(error.code, "\(call.span.location): `world_before`: \(error.message)")
      }
    }
  }

  /// The `checks` that do not hold; `names` are the run's outcomes.
  package func failures(of checks: [WorldCheck], names: [String: Value]) async -> [Diagnostic] {
    var failures: [Diagnostic] = []
    for check in checks {
      do throws(DrillError) {
        let fields = try await answer(to: check, names)
        let seen = names.merging(fields.entries.map { ($0.key.rendered, $0.value) }) { $1 }
        failures += check.that.compactMap { $0.failure(over: seen, showing: Array(fields.entries.map(\.key.rendered))) }
      } catch {
        failures.append(Diagnostic(code: "world", "could not be asked: \(error.message)", at: check.span))
      }
    }
    return failures
  }

  /// The changes between `before` and `after` that `world` does not name, where the test says `world_else: unchanged`.
  package func changes(
    of test: ScenarioTest, from before: WorldSnapshot, to after: WorldSnapshot, names: [String: Value]
  ) -> [Diagnostic] {
    guard let span = test.elseUnchanged else { return [] }
    let changes = before.changes(to: after, except: named(by: test.world, names))
    guard let first = changes.first else { return [] }
    let most = 12
    let others = changes.dropFirst().prefix(most) + (changes.count > most + 1 ? ["…"] : [])
    return [
      Diagnostic(
        code: "world-changed", "\(first), and the test does not name it", at: span,
        help: others.isEmpty ? nil : "as well: " + others.joined(separator: "; "))
    ]
  }

  private func named(by checks: [WorldCheck], _ names: [String: Value]) -> NamedParts {
    var named = NamedParts()
    for check in checks {
      switch check.subject {
      case .api(let route): named.routes.insert(route)
      case .file(let path): named.files.insert(path)
      case .call(let call):
        for tree in call.form.fields.values {
          let texts = (try? sender.resolve(tree, names)).map(Self.texts) ?? []
          if call.executor == "redis" { named.words.formUnion(texts) }
          if call.executor == "sql" { named.statements += texts.map { $0.lowercased() } }
        }
      }
    }
    return named
  }

  private static func texts(_ value: Value) -> [String] {
    switch value {
    case .list(let items): items.flatMap(texts)
    case .map(let map): map.entries.flatMap { texts($0.value) }
    default: [value.rendered]
    }
  }

  package func close() async { await sender.close() }

  private func answer(to check: WorldCheck, _ names: [String: Value]) async throws(DrillError) -> MapValue {
    switch check.subject {
    case .call(let call): return try await sender.send(call, mode: .query, names)
    case .api(let route):
      let calls = try session.calls().filter { $0.route == route }
      return MapValue([("calls", .list(calls.map(\.assertable)))])
    case .file(let path):
      let data = FileManager.default.contents(atPath: session.addresses.folder + "/" + path)
      let text = String(decoding: data ?? Data(), as: UTF8.self)
      let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      return MapValue([
        ("exists", .bool(data != nil)), ("text", .string(text)),
        ("lines", .list((lines.last == "" ? lines.dropLast() : lines).map(Value.string))),
        ("json", (try? Value(json: text)) ?? .null),
      ])
    }
  }
}

extension RecordedCall {
  /// As a test's `calls` has it: `method`, `path`, `params` (the route's variables), `query`, `headers` without
  /// secrets, `body` and `status`.
  var assertable: Value {
    var params = MapValue()
    let route = self.route ?? ""
    let parts = path.split(separator: "/")
    for (part, pattern) in zip(parts, route.split(separator: " ").last?.split(separator: "/") ?? []) {
      guard let (name, value) = APIDescription.PathPart(pattern).variable(in: String(part)) else { continue }
      params[name] = .string(URLComponents(string: "/" + value)?.path.dropFirst().description ?? value)
    }
    guard case .map(var map) = value else { return value }
    map["params"] = .map(params)
    return .map(map)
  }
}

extension LocatedExpression {
  /// Nil where the condition holds; else its value, with the values that it read.
  ///
  /// `names` come first among the values shown; nothing is shown of secrets, since the run's outcomes hold none.
  package func failure(over values: [String: Value], showing names: [String] = []) -> Diagnostic? {
    let outcome: String
    do {
      switch try expression.evaluate(Bindings(values)) {
      case .bool(true): return nil
      case .bool(false): outcome = "does not hold"
      case .unknown(let unknown): outcome = "is unknown: " + unknown.reasons.joined(separator: "; ")
      case let other: outcome = "is neither true nor false but \(other.rendered.prefix(200))"
      }
    } catch {
      return Diagnostic(code: "expectation", "can't be evaluated: \(error.message)", at: span)
    }
    return Diagnostic(code: "expectation", outcome, at: span, help: actual(values))
  }

  /// The values of the names that it reads, as far as the fields that it reads of them.
  private func actual(_ values: [String: Value]) -> String? {
    var shown: [String] = []
    for reference in expression.references {
      guard var value = values[reference.name] else { continue }
      var path = reference.name
      for field in reference.path {
        guard let inner = value[field] else { break }
        value = inner
        path += "." + field
      }
      let text = value.jsonText()
      let line = "\(path) is \(text.count > 300 ? text.prefix(300) + "…" : text[...])"
      if !shown.contains(line) { shown.append(line) }
    }
    return shown.isEmpty ? nil : shown.joined(separator: "; ")
  }
}
