public import CEL
public import PlaybookLanguage

/// One way to act on the world. It knows its own kind of target, and neither the YAML nor the terminal.
///
/// An executor is made once a run, keeps its connections by target and mode, and keeps a query from changing anything:
/// no call of mode `.query` may change its target, whatever the author wrote.
public protocol Executor: Sendable {
  /// The form of its calls.
  var schema: ExecutorSchema { get }

  /// The call as an operator would type it, one or more lines, such as `GET login_protection:user-7`. Never a secret of
  /// the target (a password, a header); secrets in the arguments are masked by the caller that shows it.
  func display(_ call: ResolvedCall, on target: ResolvedTarget?) -> String

  /// The effects that performing the call would have, found out by reading only: lines for `playbook plan`. Throws
  /// where something would keep the call from working (target unreachable, command unknown, permission missing).
  func plan(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> [String]

  /// The one server that performing the call would reach, found without sending it: by the target's settings and the
  /// call's host, or, where those leave several open, by connecting; that connection is kept for the call. Nil where
  /// there is none. Throws where it can't be told.
  func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer?

  /// Sends the call and waits for its outcome, at most until `context.deadline`. When the task is cancelled the call is
  /// cancelled at its target, and `.cancelled` is thrown. An answer that means "it didn't work" by the executor's own
  /// terms (an exit code, a status, an error reply) is thrown as `.rejected` with the outcome's fields in `outcome`.
  func perform(_ call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallOutcome

  /// The work under way of a call that a killed process sent, found out by reading only: a phrase each, such as
  /// "process 4711 (backup) runs since 02:51:07Z"; none: nothing was found. Nil where the executor can't tell.
  func remains(of call: ResolvedCall, context: CallContext) async -> [String]?

  /// Closes every connection.
  func close() async
}

extension Executor {
  public var name: String { schema.name }
  public func server(of call: ResolvedCall, context: CallContext) async throws(ExecutorError) -> CallServer? { nil }
  public func remains(of call: ResolvedCall, context: CallContext) async -> [String]? { nil }
  public func close() async {}
}

/// A call whose values are known. It is approved, journalled and sent.
public struct ResolvedCall: Sendable {
  public var executor: String
  public var mode: CallMode
  /// The target's full name; nil where the executor has none.
  public var target: String?
  /// A host found at run time that the call is moved to.
  public var host: String?
  /// Field name to value, as the executor's schema types them: `words` is a list of scalars, `wordLists` a list of
  /// those, `text`, `literal` and `urlPath` are strings, `duration` a duration.
  public var arguments: MapValue
  /// The command of the environment that the call comes from, where that says `writes: false`: the team vouches that
  /// the call only reads. Executors that can tell by themselves keep their own rules.
  public var readingCommand: String?

  public init(
    executor: String, mode: CallMode, target: String? = nil, host: String? = nil, arguments: MapValue
  ) {
    self.executor = executor
    self.mode = mode
    self.target = target
    self.host = host
    self.arguments = arguments
  }
}

/// A target with its secrets filled in. It must not be journalled or shown.
public struct ResolvedTarget: Sendable {
  public var name: String
  /// As the environment has it, templates resolved. `act`, where given, holds the settings that an act uses instead.
  public var settings: MapValue
  /// The environment's name, for messages.
  public var environment: String

  public init(name: String, settings: MapValue, environment: String) {
    self.name = name
    self.settings = settings
    self.environment = environment
  }
}

/// The surroundings of a call.
public struct CallContext: Sendable {
  public var target: ResolvedTarget?
  public var deadline: ContinuousClock.Instant
  /// Names the run and the step to the target (`application_name`, `User-Agent`): "playbook 7f3k spraying".
  public var label: String
  /// Names the call among all runs, and stays the same when it is sent again or the run is resumed:
  /// "20261123T171500Z-mass-lockout-7f3k block[3]".
  public var callID: String
  public var limits: Limits
  /// Of an act the server that the yes was given for, where one was named. A call that would reach another is not sent:
  /// `.otherServer`.
  public var server: CallServer?
  /// Why an act may not go on to a host that neither the call nor its target names, such as one that a cluster names:
  /// it is protected. Nil where it may.
  public var objection: @Sendable (_ host: String) -> String? = { _ in nil }
  /// A line on how far a long call has come; shown in place, not journalled.
  public var progress: @Sendable (String) -> Void
  /// Asks the operator (`manual` alone uses it). Throws when nobody answers.
  public var ask: @Sendable (PersonQuestion) async throws(Unanswered) -> PersonAnswer

  public init(
    target: ResolvedTarget?, deadline: ContinuousClock.Instant, label: String, callID: String = "",
    limits: Limits = Limits(), server: CallServer? = nil,
    progress: @escaping @Sendable (String) -> Void = { _ in },
    ask: @escaping @Sendable (PersonQuestion) async throws(Unanswered) -> PersonAnswer = { _ throws(Unanswered) in
      throw Unanswered(reason: "nobody to ask")
    }
  ) {
    self.target = target
    self.deadline = deadline
    self.label = label
    self.callID = callID
    self.limits = limits
    self.server = server
    self.progress = progress
    self.ask = ask
  }

  /// How much of a result is kept; the rest is dropped and the outcome marked truncated.
  public struct Limits: Sendable {
    public var rows = 10_000
    public var bytes = 16 << 20
    public init() {}
  }
}

/// The result of a call.
public struct CallOutcome: Sendable {
  /// The executor's fields, as its schema's `outcome` types them.
  public var fields: MapValue
  /// Whether something was left out: by a cap on rows, size or count.
  public var isTruncated: Bool
  /// Which server answered, in a few words for the operator: "db:5432 (replica, lag 0s)".
  public var source: String?

  public init(fields: MapValue, isTruncated: Bool = false, source: String? = nil) {
    self.fields = fields
    self.isTruncated = isTruncated
    self.source = source
  }
}

/// We could not do it, or the target said no.
public struct ExecutorError: Error, Sendable {
  public enum Code: String, Sendable {
    /// The call is against the rules (a query that could write, a forbidden command); nothing was sent.
    case refused
    /// The call's arguments make no sense to the executor; nothing was sent.
    case invalid
    /// No connection could be made: refused, unresolvable, TLS, authentication.
    case unreachable
    case unauthorized
    /// Another server would be reached than the yes was given for; nothing was sent.
    case otherServer = "other-server"
    case timedOut = "timed-out"
    case cancelled
    /// The connection broke while the call was under way.
    case disconnected
    /// The target answered that it did not work.
    case rejected
    /// The answer makes no sense.
    case malformed
  }

  public var code: Code
  /// One sentence that names the target and holds no secret. A target's words in it may be long: it is bounded.
  public var message: String { didSet { message = message.said(atMost: Self.longest) } }
  /// Whether the target may have done it all the same: a call that was sent and whose answer never came. Of an act this
  /// is `unknown` and a human is asked.
  public var mayHaveTakenEffect: Bool
  /// The outcome's fields as far as there are any: exit code and output, status and body.
  public var outcome: MapValue?
  /// How long the target asks to be left alone before the call is sent again; `message` says it as well.
  public var retryAfter: Duration?
  private static let longest = 64 << 10

  public init(
    _ code: Code, _ message: String, mayHaveTakenEffect: Bool = false, outcome: MapValue? = nil,
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message.said(atMost: Self.longest)
    self.mayHaveTakenEffect = mayHaveTakenEffect
    self.outcome = outcome
    self.retryAfter = retryAfter
  }
}
