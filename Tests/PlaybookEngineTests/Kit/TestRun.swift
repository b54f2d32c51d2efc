import CEL
import PlaybookLanguage
import SourceText
import Testing
import YAMLTree

@testable import ExecutorKit
@testable import PlaybookEngine
@testable import PlaybookRecord

/// A playbook from text, run with fakes, as often as wanted: each session goes on from the events of the one before.
final class TestRun {
  let playbook: Playbook
  let executor: FakeExecutor
  let clock = FixedClock()
  var sink: MemorySink
  var environment: Environment
  var mode = RunConfiguration.Mode.run
  var answers: [String: Value] = [:]
  var approvals: Set<String> = []
  var inputs: [String: Value] = [:]
  var ticket: String?
  var secrets = ["token": "s3cr3t-token"]
  var control = RunControl()
  var neighbours: [String] = []
  /// Recorded events whose yes is not known to be this operator's.
  var foreign: Set<Int> = []
  var uid: Int64?
  var approvalKey: [UInt8] = [1, 2, 3]

  /// - Parameters:
  ///   - steps: what follows the head: `steps:`, `inputs:` and so on.
  ///   - used: other playbooks by name, whole.
  init(
    _ steps: String, used: [String: String] = [:], executor: FakeExecutor = FakeExecutor(),
    sink: MemorySink = MemorySink()
  ) throws {
    self.executor = executor
    self.sink = sink
    let source = { (path: String, text: String) in PlaybookSource(SourceFile(path: path, text: text)) }
    let (playbook, diagnostics) = Playbook.load(
      source("playbook.yaml", "playbook: example\ntitle: Example\n" + steps),
      executors: [executor.schema, FakeExecutor.schema("manual", isPrompted: true)], commands: [],
      loadPlaybook: { name in used[name].map { source("\(name).yaml", $0) } })
    let errors = diagnostics.filter { $0.severity == .error }
    try #require(errors.isEmpty, "\(DiagnosticRenderer().render(errors))")
    self.playbook = try #require(playbook)
    let span = self.playbook.steps[0].span
    environment = Environment(name: "staging", nameSpan: span)
    environment.targets = [
      Environment.Target(name: "shell", executor: "shell", settings: .map([], span), span: span)
    ]
  }

  /// Gives the target a password from the secret `token`.
  func useSecret(_ settings: String = "password: ${secrets.token}") throws {
    let file = SourceFile(path: "environments.yaml", text: settings)
    var diagnostics: [Diagnostic] = []
    let node = try #require(YAML.parse(file).root)
    environment.targets[0].settings = try #require(TemplateTree.parse(node, diagnostics: &diagnostics))
    let span = environment.targets[0].span
    environment.secrets = [.init(name: "token", origin: .variable("TOKEN"), expires: nil, span: span)]
  }

  /// One session.
  @discardableResult
  func sit(
    _ human: FakeOperator = FakeOperator(), from history: [Event]? = nil, then late: (Runner) async -> Void = { _ in }
  ) async -> RunResult {
    let (sink, neighbours, key) = (sink, neighbours, approvalKey)
    var provenance = RunProvenance()
    provenance.uid = uid.map(Int.init)
    var configuration = RunConfiguration(
      id: "20261123T171500Z-example-7f3k", mode: mode, playbook: playbook, inputs: inputs, environment: environment,
      answers: AnswerBook(answers.mapValues { AnswerBook.Entry(value: $0, source: "--answer") }),
      approvals: approvals, ticket: ticket, provenance: provenance)
    configuration.approvalKey = { key }
    let runner = Runner(
      configuration, executors: [executor, FakeExecutor("manual", isPrompted: true)], operator: human, sink: sink,
      fetcher: FakeFetcher(values: secrets), clock: clock, control: control,
      history: history ?? sink.events, foreign: foreign, neighbours: { neighbours },
      loadEvidence: { digest in
        guard let value = sink.evidence(digest) else { throw ExecutorError(.malformed, "no evidence") }
        return value
      })
    let result = await runner.run()
    await late(runner)
    return result
  }

  /// The outcome that a step's last end recorded.
  func outcome(_ path: StepPath) -> Value? { sink.events(.stepFinished, path).last?.data["outcome"] }

  func reason(_ path: StepPath) -> String? { sink.events(.stepSkipped, path).last?.data["reason"]?.stringValue }
}
