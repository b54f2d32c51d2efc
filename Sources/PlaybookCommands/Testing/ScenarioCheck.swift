import CEL
import FoundationEssentials
import PlaybookDrill
import PlaybookLanguage
import SourceText
import YAMLTree

/// The problems of a scenario's drill and tests, told without starting anything.
enum ScenarioCheck {
  /// - Parameters:
  ///   - isSound: Whether the playbook itself has no error, so that its tests can be held against it.
  ///   - executors: The form of calls, those of plugins among them.
  static func problems(
    of playbook: Playbook, _ folder: String, executors: [ExecutorSchema], isSound: Bool
  ) -> [Diagnostic] {
    let manager = FileManager.default
    let tests = TestedScenario.testFiles(folder)
    let hasDrill = manager.fileExists(atPath: folder + "/drill")
    guard hasDrill || !tests.isEmpty else { return [] }
    var found: [Diagnostic] = []
    do throws(DrillError) {
      let world = try DrillWorld(scenario: folder, diagnostics: &found)
      found +=
        EnvironmentFile.decode(
          world.environment.blanked, executors: Executors.schemas, arePluginsAsked: false
        ).diagnostics
      found += try SeedLint.problems(ofDrill: folder + "/drill")
      let schemas = Executors.schemas.filter { ["redis", "sql", "shell"].contains($0.name) }
      let routes = try world.readAPI(executors: schemas, diagnostics: &found).routes.map(\.text)
      guard isSound else { return found }
      let surroundings = ScenarioTest.Surroundings(playbook: playbook, executors: executors, routes: routes)
      for test in tests {
        found += ScenarioTest.decode(try DrillWorld.read("\(folder)/tests/\(test).yaml"), in: surroundings).diagnostics
      }
    } catch {
      found.append(Diagnostic(code: "wrong-drill", error.message, at: playbook.nameSpan))
    }
    return found
  }
}

extension Playbook {
  /// The place of a finding that is about the scenario as a whole.
  fileprivate var nameSpan: SourceSpan { SourceSpan(file: file, range: 0..<0) }

  /// Things that its calls need and an environment does not have: targets, commands, secrets.
  func problems(in environment: Environment, executors: [ExecutorSchema]) -> [Diagnostic] {
    let targets = environment.targets.map(\.name)
    let secrets = environment.secrets.map(\.name)
    var found: [Diagnostic] = []
    for step in allSteps {
      for call in step.calls {
        guard executors.first(where: { $0.name == call.executor })?.usesTarget == true else { continue }
        let name = call.target.name ?? call.executor
        if !targets.contains(name) {
          found.append(
            Diagnostic(
              code: "wrong-target", "the environment `\(environment.name)` has no target `\(name)`",
              at: call.target.span ?? call.span, help: Suggestion.help(for: name, in: targets)))
        }
      }
      for expression in step.allExpressions {
        for reference in expression.expression.references where reference.name == "secrets" {
          guard let secret = reference.path.first, !secrets.contains(secret) else { continue }
          found.append(
            Diagnostic(
              code: "unknown-name", "the environment `\(environment.name)` has no secret `\(secret)`",
              at: expression.span(of: reference.range), help: Suggestion.help(for: secret, in: secrets)))
        }
      }
    }
    return found
  }
}
