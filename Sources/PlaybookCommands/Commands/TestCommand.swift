import ArgumentParser
import FoundationEssentials
import PlaybookJournal
import SourceText
#if canImport(Glibc)
import Glibc
#endif

/// `playbook test [NAME…]`.
struct TestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "Runs the tests of scenarios, each in a world of its own, and says which branches none takes.",
    discussion: """
      Exit code 0: all passed; 1: one failed; 2: a playbook, a drill or a test is wrong and nothing was started.

      Examples:
        playbook test
        playbook test mass-lockout
        playbook test mass-lockout/block-declined --runs /tmp/runs    keeps the runs, to look into
        playbook test --junit results.xml
      """)

  @Argument(help: "Scenarios, or single tests as NAME/TEST; default all.", completion: .custom(Completions.playbooks))
  var names: [String] = []

  @Option(name: .long, help: "How many worlds are up at the same time.")
  var jobs = max(2, min(8, ProcessInfo.processInfo.activeProcessorCount))

  @Option(name: .long, help: "Where to write the results as JUnit XML.", completion: .file())
  var junit: String?

  @Option(name: .long, help: "Keep the runs in this folder.", completion: .directory)
  var runs: String?

  @OptionGroup var playbooks: PlaybookOptions

  func validate() throws {
    guard jobs > 0 else { throw ValidationError("--jobs is at least 1") }
  }

  func run() async throws {
    let catalogue = playbooks.catalogue
    let scenarios = try TestedScenario.all(names, catalogue)
    let folder = runs ?? "/tmp/playbook-test-\(UUID().uuidString.prefix(8).lowercased())"
    defer { if runs == nil { try? FileManager.default.removeItem(atPath: folder) } }
    let runner = TestRunner(catalogue: catalogue, store: RunStore(root: folder))
    let begun = ContinuousClock.now
    let work = Task { await Self.run(scenarios, runner, jobs: jobs) }
    let stopper = Task {
      await StopSignal.wait()
      work.cancel()
    }
    let results = await work.value
    stopper.cancel()
    let report = TestReport(results: results, took: ContinuousClock.now - begun)
    if let junit { try report.writeJUnit(to: junit) }
    if results.contains(where: \.isCut) {
      throw CommandFailure(message: "interrupted; every world is gone", exitCode: 130)
    }
    Output.data(BranchCoverage(scenarios, results).text + report.summary)
    if results.contains(where: { !$0.passed }) { throw CommandFailure(message: "", exitCode: 1) }
  }

  /// All tests, `jobs` at a time; each is reported as soon as those before it are.
  private static func run(_ scenarios: [TestedScenario], _ runner: TestRunner, jobs: Int) async -> [TestResult] {
    let work = scenarios.flatMap { scenario in scenario.tests.map { (scenario, $0) } }
    return await withTaskGroup(of: (Int, TestResult).self) { group in
      var results: [Int: TestResult] = [:]
      var next = 0
      var reported = 0
      func add() {
        guard next < work.count, !Task.isCancelled else { return }
        let (index, (scenario, test)) = (next, work[next])
        next += 1
        group.addTask { (index, await runner.run(test, of: scenario)) }
      }
      for _ in 0..<jobs { add() }
      while let (index, result) = await group.next() {
        results[index] = result
        add()
        while let ready = results[reported] {
          Output.data(TestReport.line(ready))
          reported += 1
        }
      }
      return (0..<work.count).compactMap { results[$0] }
    }
  }
}
