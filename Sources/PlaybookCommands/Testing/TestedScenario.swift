import FoundationEssentials
import PlaybookDrill
import PlaybookLanguage
import SourceText

/// A scenario with its tests, read and checked.
struct TestedScenario {
  var name: String
  var folder: String
  var playbook: Playbook
  var tests: [ScenarioTest]

  /// The scenarios that `names` mean (`NAME`, `NAME/TEST`; none: every one that has tests), in the catalogue's order.
  ///
  /// All that is wrong in them is shown before anything is started; an error there ends the command with 2.
  static func all(_ names: [String], _ catalogue: PlaybookCatalogue) throws -> [TestedScenario] {
    var wanted: [(name: String, tests: Set<String>?)] = []
    for name in names {
      let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
      guard let first = parts.first else { throw CommandFailure.wrong("`\(name)` is not a name of a playbook") }
      let test = parts.count > 1 ? Set([parts[1].hasSuffix(".yaml") ? String(parts[1].dropLast(5)) : parts[1]]) : nil
      if let index = wanted.firstIndex(where: { $0.name == first }) {
        if let test { wanted[index].tests?.formUnion(test) } else { wanted[index].tests = nil }
      } else {
        wanted.append((first, test))
      }
    }
    let isGiven = !wanted.isEmpty
    if wanted.isEmpty { wanted = catalogue.names.map { ($0, nil) } }
    var scenarios: [TestedScenario] = []
    var diagnostics: [Diagnostic] = []
    for (name, tests) in wanted {
      if let scenario = try read(name, tests, catalogue, isGiven: isGiven, &diagnostics) { scenarios.append(scenario) }
    }
    Output.operatorText(Output.diagnostics().render(diagnostics))
    if diagnostics.hasErrors { throw CommandFailure.wrong("nothing was started") }
    guard !scenarios.isEmpty else {
      throw CommandFailure.wrong("there is no scenario with tests in \(catalogue.roots.joined(separator: ", "))")
    }
    return scenarios
  }

  private static func read(
    _ name: String, _ wanted: Set<String>?, _ catalogue: PlaybookCatalogue, isGiven: Bool,
    _ diagnostics: inout [Diagnostic]
  ) throws -> TestedScenario? {
    let (playbook, problems) = try Loading.decoded(name, catalogue, executors: Executors.schemas, commands: nil)
    let errors = problems.filter { $0.severity == .error }
    guard let playbook, let folder = playbook.folder, errors.isEmpty else {
      diagnostics += errors
      return nil
    }
    let files = testFiles(folder)
    guard !files.isEmpty else {
      if isGiven { throw CommandFailure.wrong("`\(name)` has no tests: there is no file \(folder)/tests/*.yaml") }
      return nil
    }
    if let unknown = wanted?.subtracting(files).min() {
      let help = Suggestion.help(for: unknown, in: files).map { "; \($0)" } ?? ""
      throw CommandFailure.wrong("`\(name)` has no test `\(unknown)`\(help)")
    }
    do throws(DrillError) {
      let world = try DrillWorld(scenario: folder, diagnostics: &diagnostics)
      let schemas = Executors.schemas.filter { ["redis", "sql", "shell"].contains($0.name) }
      let routes = try world.readAPI(executors: schemas, diagnostics: &diagnostics).routes.map(\.text)
      let surroundings = ScenarioTest.Surroundings(playbook: playbook, executors: Executors.schemas, routes: routes)
      var tests: [ScenarioTest] = []
      for file in files where wanted?.contains(file) ?? true {
        let (test, problems) = ScenarioTest.decode(
          try DrillWorld.read("\(folder)/tests/\(file).yaml"), in: surroundings)
        diagnostics += problems
        if let test { tests.append(test) }
      }
      return TestedScenario(name: name, folder: folder, playbook: playbook, tests: tests)
    } catch {
      throw CommandFailure.wrong(error.message)
    }
  }

  /// The names of the files in `tests`, sorted, without `.yaml`.
  static func testFiles(_ folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/tests")) ?? []
    return names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }
}
