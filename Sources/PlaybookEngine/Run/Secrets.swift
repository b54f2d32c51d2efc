import CEL
public import PlaybookLanguage

/// Fetches a secret from where the environment says it is. Throws a message that does not hold the secret.
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
    let value = try await fetcher.fetch(source)
    guard value.unicodeScalars.count >= Self.minimumLength else {
      throw SecretError(message: "the secret `\(name)` is shorter than \(Self.minimumLength) characters")
    }
    await sink.redact(value)
    held[name] = (value, clock.now())
    return value
  }
}

extension LocatedExpression {
  /// The secrets it names: `secrets.token` gives `token`.
  var secretNames: Set<String> {
    Set(expression.references.compactMap { $0.name == "secrets" ? $0.path.first : nil })
  }
}
