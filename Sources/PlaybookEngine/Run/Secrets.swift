import CEL
public import PlaybookLanguage
import PlaybookRecord
import SourceText

/// Fetches a secret from where the environment says it is, as it is there. Throws a message that does not hold the
/// secret.
public protocol SecretFetcher: Sendable {
  func fetch(_ source: Environment.SecretSource) async throws(SecretError) -> String
}

/// A secret that can't be had.
public struct SecretError: Error, Sendable {
  public var message: String

  public init(message: String) {
    self.message = message
  }
}

/// The secrets of an environment during a run: fetched when first needed, again when expired, each made known to the
/// journal before anything is recorded that could show it.
actor SecretStore {
  /// Shorter ones would mask half of any text.
  static let minimumLength = InputDeclaration.shortestSecret

  private let sources: [String: Environment.SecretSource]
  private let fetcher: any SecretFetcher
  private let sink: any EventSink
  private let clock: any RunClock
  private var held: [String: (value: String, fetched: Timestamp)] = [:]
  /// What was made known to the journal.
  private var hidden: Set<String> = []
  /// What may be a mistake in them, a sentence each, and what of it has been said.
  private var findings: [String] = []
  private var known: Set<String> = []

  init(environment: Environment, fetcher: any SecretFetcher, sink: any EventSink, clock: any RunClock) {
    sources = Dictionary(environment.secrets.map { ($0.name, $0) }) { first, _ in first }
    self.fetcher = fetcher
    self.sink = sink
    self.clock = clock
  }

  /// The named secrets as a map.
  func values(for names: Set<String>) async throws(SecretError) -> MapValue {
    var map = MapValue()
    for name in names.sorted() { map[name] = .string(try await value(of: name)) }
    return map
  }

  private func value(of name: String) async throws(SecretError) -> String {
    guard let source = sources[name] else { throw SecretError(message: "the environment has no secret `\(name)`") }
    var isFresh = false
    if case .prompt(fresh: true) = source.origin { isFresh = true }
    if !isFresh, let (value, fetched) = held[name] {
      guard let expires = source.expires, let end = fetched.adding(expires), end < clock.now() else { return value }
    }
    let text = SecretText(try await fetcher.fetch(source))
    guard text.value.bare.unicodeScalars.count >= Self.minimumLength else {
      let finding = text.findings.first.map { "; it " + $0 } ?? ""
      throw SecretError(message: "the secret `\(name)` is shorter than \(Self.minimumLength) characters\(finding)")
    }
    for part in [text.value] + SecretText.parts(of: text.value) { await hide(part) }
    for finding in text.findings { note("the secret `\(name)` (\(source.origin.place)) \(finding)") }
    held[name] = (text.value, clock.now())
    return text.value
  }

  /// Makes the secrets known that were not asked for and that lie in variables and files: a program may print them all
  /// the same. Programs are not run for it, and nobody is asked. What is not there is missed when it is needed.
  func knowUnused() async {
    for source in sources.values.sorted(by: { $0.name < $1.name }) where held[source.name] == nil {
      switch source.origin {
      case .variable, .file: break
      case .command, .prompt: continue
      }
      guard let fetched = try? await fetcher.fetch(source) else { continue }
      let text = SecretText(fetched)
      guard text.value.bare.unicodeScalars.count >= Self.minimumLength else { continue }
      for part in [text.value] + SecretText.parts(of: text.value) { await hide(part) }
    }
  }

  /// Makes a text known as a secret to whatever is recorded from now on, where it is long enough to be taken out of
  /// texts.
  func hide(_ text: String) async {
    guard text.isLongEnough, hidden.insert(text).inserted else { return }
    await sink.redact(text)
  }

  /// Notes what may be a mistake, once.
  func note(_ finding: String) {
    if known.insert(finding).inserted { findings.append(finding) }
  }

  /// What is to be said of the secrets that has not been said yet.
  func takeFindings() -> [String] {
    defer { findings = [] }
    return findings
  }
}

extension Environment.SecretSource.Origin {
  /// Where it is, for messages.
  fileprivate var place: String {
    switch self {
    case .variable(let name): "from the variable \(name)"
    case .file(let path): "from the file \(path)"
    case .command(let words): "from `\(words.first ?? "")`"
    case .prompt: "as typed"
    }
  }
}

extension String {
  /// Whether it is long enough to be taken out of texts: a shorter one stands in too many of them.
  var isLongEnough: Bool { utf8.count >= SecretStore.minimumLength }
}

extension LocatedExpression {
  /// The secrets it names: `secrets.token` gives `token`.
  var secretNames: Set<String> {
    Set(expression.references.compactMap { $0.name == "secrets" ? $0.path.first : nil })
  }
}
