import CEL
import PlaybookLanguage

/// What expressions see at one place of a playbook.
struct Scope: Sendable {
  var values: [String: Value] = [:]
  /// Names whose values are secret or were computed from one.
  var secretNames: Set<String> = []
  /// Secrets that this sitting had to make anew, and what was computed from them.
  var remade: Set<String> = []
  /// When evidence was taken, by the name of its step.
  var taken: [String: Timestamp] = [:]
  /// Steps whose evidence was cut and does not allow that.
  var truncated: Set<String> = []

  func bindings(now: Timestamp, adding extra: [String: Value] = [:]) -> Bindings {
    var all = values
    all["now"] = .timestamp(now)
    all.merge(extra) { $1 }
    return Bindings(all, now: now)
  }

  /// Whether any of `expressions` reads something secret, other than for its fingerprint.
  func isSecret(_ expressions: [LocatedExpression]) -> Bool {
    expressions.contains { located in
      located.expression.references.contains { reference in
        !reference.isFingerprinted && (reference.name == "secrets" || secretNames.contains(reference.name))
      }
    }
  }

  /// The cut evidence that `expression` reads, leaving out what is known of it all the same.
  func truncatedNames(in expression: LocatedExpression) -> [String] {
    var names: [String] = []
    for reference in expression.expression.references where truncated.contains(reference.name) {
      if let field = reference.path.first, Outcome.commonFields.contains(field) { continue }
      if !names.contains(reference.name) { names.append(reference.name) }
    }
    return names
  }
}

/// Where in a playbook the run is: the steps' shared names, and what stands before their paths.
final class Frame {
  let playbook: Playbook
  /// Empty, or ending in a dot: `post_incident.`, `each_region[2].`.
  let prefix: String
  var scope: Scope
  /// "4/9" of the top-level step that all within belongs to; empty at the top.
  var place: String

  init(playbook: Playbook, prefix: String, scope: Scope, place: String) {
    self.playbook = playbook
    self.prefix = prefix
    self.scope = scope
    self.place = place
  }

  func path(_ step: Step) -> String { prefix + step.name }
}
