package import CEL
package import PlaybookLanguage
package import SourceText

/// A file of a scenario's `tests` folder: inputs and answers for a run in the drill's world, and conditions afterwards.
///
/// ```yaml
/// test: a brute-forced account stays locked
/// inputs: {user_id: user-417}
/// world_before:
///   - redis: DEL login_protection:user-418
/// answers:
///   verdict: brute_force
/// expect:
///   outcome: completed
///   steps: {unlock: skipped, verdict: brute_force}
///   that: failures.rows.size() >= 20
/// world:
///   - redis: EXISTS login_protection:user-417
///     that: value == 1
///   - api: POST /api/v1/auth/logout-all
///     that: calls.size() == 0
/// world_else: unchanged
/// ```
package struct ScenarioTest: Sendable {
  /// The file's name without `.yaml`.
  package var name: String
  /// The claim that it tests.
  package var title: String
  package var titleSpan: SourceSpan
  package var file: SourceFile
  /// Typed; an input that is not given has its default.
  package var inputs: [String: Value] = [:]
  /// By the question's key.
  package var answers: [String: Value] = [:]
  /// Changes made to the world before the run begins.
  package var before: [Call] = []
  package var expect = Expectation()
  package var world: [WorldCheck] = []
  /// `world_else: unchanged`: everything that `world` does not name is as it was.
  package var elseUnchanged: SourceSpan?
  /// How long a query's `until` or an act's `verify` continues at most, where the playbook has it continue longer.
  package var giveUpAfter: Duration?

  /// The paths of all steps of the playbook, without the positions of loops.
  package var stepPaths: [String] = []

  package enum Outcome: String, Sendable, CaseIterable {
    case completed, failed, paused, aborted
  }

  /// The expected outcome of the run.
  package struct Expectation: Sendable {
    package var outcome: (value: Outcome, span: SourceSpan)?
    package var steps: [StepExpectation] = []
    package var that: [LocatedExpression] = []
  }

  /// A step's path without the positions of loops, and the state, the answer or the verdict that it must have.
  package struct StepExpectation: Sendable {
    package var path: String
    package var expected: String
    package var span: SourceSpan
  }
}

/// A question for the drill's servers after the run.
package struct WorldCheck: Sendable {
  package enum Subject: Sendable {
    case call(Call)
    /// A route of `api.yaml`, as it is written there.
    case api(String)
    /// A path within the world's folder.
    case file(String)
  }

  package var subject: Subject
  package var span: SourceSpan
  package var that: [LocatedExpression]
}
