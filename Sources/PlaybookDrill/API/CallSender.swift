import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Fills in the calls of a drill's own files (`api.yaml`, tests) and sends them to the world's servers.
struct CallSender: Sendable {
  private let executors: [String: any Executor]
  private let targets: [String: ResolvedTarget]
  private let label: String
  private static let patience: Duration = .seconds(30)

  /// `targets`: by executor, where its calls go.
  init(executors: [any Executor], targets: [ResolvedTarget], label: String) {
    self.executors = Dictionary(executors.map { ($0.name, $0) }) { first, _ in first }
    self.targets = Dictionary(targets.map { ($0.name, $0) }) { first, _ in first }
    self.label = label
  }

  /// The outcome's fields and `ok`. Throws where the call has no value or the server refuses it.
  func send(_ call: Call, mode: CallMode, _ values: [String: Value]) async throws(DrillError) -> MapValue {
    guard let executor = executors[call.executor], let target = targets[call.executor] else {
      throw DrillError(.missing, "the world has no `\(call.executor)`")
    }
    var arguments = MapValue()
    for field in executor.schema.fields {
      guard let tree = call.form.fields[field.name] else { continue }
      arguments[field.name] = try resolve(tree, as: field.type, values)
    }
    let resolved = ResolvedCall(executor: call.executor, mode: mode, target: target.name, arguments: arguments)
    let context = CallContext(target: target, deadline: .now + Self.patience, label: label)
    do {
      var fields = try await executor.perform(resolved, context: context).fields
      fields["ok"] = true
      return fields
    } catch {
      throw DrillError(.failed, "\(call.executor): \(error.message)")
    }
  }

  func resolve(_ tree: TemplateTree, _ values: [String: Value]) throws(DrillError) -> Value {
    do { return try tree.resolve(Bindings(values)) } catch {
      throw DrillError(.failed, "\(tree.span.location): \(error.message)")
    }
  }

  /// Closes the connections.
  func close() async {
    for executor in executors.values { await executor.close() }
  }

  private func resolve(
    _ tree: TemplateTree, as type: ExecutorSchema.FieldType, _ values: [String: Value]
  ) throws(DrillError) -> Value {
    switch (type, tree) {
    case (.literal, .template(let template)): return .string(template.literal ?? "")
    case (.text, .template): return .string(try resolve(tree, values).rendered)
    default: return try resolve(tree, values)
    }
  }
}
