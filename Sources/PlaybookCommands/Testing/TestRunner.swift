import CEL
import ExecutorKit
import FoundationEssentials
import PlaybookDrill
import PlaybookEngine
import PlaybookJournal
import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Runs one test: starts the scenario's world, changes it as the test says, runs the playbook, asks for the outcome.
struct TestRunner: Sendable {
  var catalogue: PlaybookCatalogue
  var store: RunStore

  func run(_ test: ScenarioTest, of scenario: TestedScenario) async -> TestResult {
    var result = TestResult(name: "\(scenario.name)/\(test.name)", title: test.title, file: test.file.path)
    let begun = ContinuousClock.now
    do {
      let world = try await World.start(scenario.folder)
      result.startUp = ContinuousClock.now - begun
      do {
        try await run(test, of: scenario, in: world, &result)
      } catch {
        await world.stop()
        throw error
      }
      await world.stop()
    } catch let error as CommandFailure {
      result.failures.append(Self.failure(error.message, of: test))
    } catch {
      result.failures.append(Self.failure("\(error)", of: test))
    }
    result.isCut = Task.isCancelled
    result.took = ContinuousClock.now - begun
    return result
  }

  private func run(
    _ test: ScenarioTest, of scenario: TestedScenario, in world: DrillSession, _ result: inout TestResult
  ) async throws {
    var options = EnvironmentOptions()
    options.environments = world.addresses.environment
    options.name = "drill"
    let surroundings = try await Loading.surroundings(options)
    let environment = surroundings.environment
    let playbook = try Loading.playbook(
      scenario.folder + "/playbook.yaml", catalogue, executors: surroundings.schemas, commands: environment.commands)
    let source = "file \(test.name).yaml (sha256:\(hexadecimal(sha256(test.file.bytes)).prefix(12)))"
    var session = RunSession(
      mode: .drill, playbook: playbook, environment: environment, plugins: surroundings.plugins, inputs: test.inputs,
      answers: AnswerBook(test.answers.mapValues { AnswerBook.Entry(value: $0, source: source) }),
      contact: try Loading.contacts(for: playbook, catalogue).first { $0.severity == playbook.severity }, store: store)
    session.longestWait = test.giveUpAfter
    let probe = try World.probe(world, environment)
    let secretsBefore = try world.secrets()
    do {
      try await probe.make(test.before, inputs: try session.withDefaults())
      let before = test.elseUnchanged == nil ? nil : try await WorldSnapshot(world)
      let (outcome, folder) = try await session.runUnattended()
      let record = try RunRecord(outcome, folder, steps: test.stepPaths)
      result.events = record.events
      result.failures += record.failures(of: test)
      if let before {
        result.failures += probe.changes(
          of: test, from: before, to: try await WorldSnapshot(world), names: record.names)
      }
      result.failures += await probe.failures(of: test.world, names: record.names)
      // A secret that the run replaced may be recorded as little as the one that it made.
      let secrets = secretsBefore.map { ($0.key + " (before)", $0.value) } + (try world.secrets()).map { ($0, $1) }
      result.failures += leaks(of: Dictionary(secrets) { first, _ in first }, in: folder, test)
    } catch {
      await probe.close()
      throw error
    }
    await probe.close()
  }

  private func leaks(of secrets: [String: String], in folder: RunFolder, _ test: ScenarioTest) -> [Diagnostic] {
    var seen: Set<String> = []
    let unique = secrets.sorted { $0.key.count < $1.key.count }.filter { seen.insert($0.value).inserted }
    return SecretSearch(Dictionary(unique.map { ($0.key, $0.value) }) { first, _ in first })
      .finds(inFolder: folder.path).map { find in
        Diagnostic(code: "secret-recorded", "the run's folder holds the secret \(find)", at: test.titleSpan)
      }
  }

  private static func failure(_ message: String, of test: ScenarioTest) -> Diagnostic {
    Diagnostic(code: "not-run", message, at: test.titleSpan)
  }
}
