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
  /// The paths of the steps that gave the names.
  var origins: [String: String] = [:]
  /// Steps whose evidence was cut and does not allow that.
  var truncated: Set<String> = []

  func bindings(now: Timestamp, adding extra: [String: Value] = [:]) -> Bindings {
    var all = values
    all["now"] = .timestamp(now)
    all.merge(extra) { $1 }
    return Bindings(all, now: now)
  }

  /// Puts values in the place of others: a name with the fields selected from it, such as `attacker.ip_address`.
  mutating func change(_ edits: MapValue) {
    for (name, value) in edits.entries {
      let path = name.rendered.split(separator: ".").map(String.init)
      guard let first = path.first else { continue }
      values[first] = Self.changed(values[first], path.dropFirst(), to: value)
    }
  }

  private static func changed(_ value: Value?, _ path: ArraySlice<String>, to new: Value) -> Value {
    guard let field = path.first, case .map(var map)? = value else { return new }
    map[field] = changed(map[field], path.dropFirst(), to: new)
    return .map(map)
  }

  /// The value of a name with the fields selected from it; nil where there is none.
  func value(of reference: Expression.Reference) -> Value? {
    var value = values[reference.name]
    for field in reference.path { value = value?.mapValue?[field] }
    return value
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
