import PlaybookRecord
import SourceText

/// How one test ended.
struct TestResult: Sendable {
  /// `mass-lockout/attack-is-blocked`.
  var name: String
  /// The test's claim.
  var title: String
  /// The test's path.
  var file: String?
  var failures: [Diagnostic] = []
  /// The events of the run; empty where there was none.
  var events: [Event] = []
  /// Until the world was up.
  var startUp: Duration = .zero
  var took: Duration = .zero
  /// Whether it was broken off by a signal, so that it says nothing.
  var isCut = false

  var passed: Bool { failures.isEmpty && !isCut }
}
