public import CEL

/// A step begins.
public struct StepStarted: Sendable {
  /// `query`, `check`, `confirm`, `act`, `document`, `group`, `use`.
  public var kind: String
  public var name: String?
  public var title: String?
  public var why: String?
  public var text: String?
  /// `4/9`: the fourth of nine.
  public var place: String?
  /// What `now` is for this attempt.
  public var now: Timestamp?
  /// Of a used playbook: what it is given, nothing secret.
  public var inputs: MapValue?
  public var links: [Link]?

  package init(
    kind: String, name: String? = nil, title: String? = nil, why: String? = nil, text: String? = nil,
    place: String? = nil, now: Timestamp? = nil, inputs: MapValue? = nil, links: [Link]? = nil
  ) {
    (self.kind, self.name, self.title, self.why, self.text) = (kind, name, title, why, text)
    (self.place, self.now, self.inputs, self.links) = (place, now, inputs, links)
  }

  public struct Link: Sendable {
    public var title: String
    public var url: String

    package init(title: String, url: String) {
      (self.title, self.url) = (title, url)
    }
  }
}

/// A step does not run.
public struct StepSkipped: Sendable {
  public var kind: String?
  public var name: String?
  public var title: String?
  public var state: StepState?
  public var reason: String?
  public var place: String?

  package init(kind: String?, name: String? = nil, title: String? = nil, reason: String?, place: String? = nil) {
    (self.kind, self.name, self.title, self.reason, self.place) = (kind, name, title, reason, place)
    state = .skipped
  }
}

/// A step ends.
public struct StepFinished: Sendable {
  public var kind: String?
  public var name: String?
  public var state = StepState.done
  public var place: String?
  public var error: ErrorTold?
  /// What a check's answer means; why something was done by hand.
  public var text: String?
  /// The server that answered.
  public var source: String?
  /// Why the run ends with it; nil: it goes on.
  public var stops: String?
  public var evidence = EvidenceTold()
  public var check = CheckTold()
  /// Of an act in a plan.
  public var planned: PlannedCalls?
  public var recorded = RecordedOutcome()

  package init() {}

  /// Of a query.
  public struct EvidenceTold: Sendable {
    /// The evidence number.
    public var number: Int?
    public var took: Duration?
    public var show: ShowTold?
    /// The earlier query that it asks again.
    public var repeats: String?

    package init(number: Int? = nil, took: Duration? = nil, show: ShowTold? = nil, repeats: String? = nil) {
      (self.number, self.took, self.show, self.repeats) = (number, took, show, repeats)
    }
  }

  /// Of a check.
  public struct CheckTold: Sendable {
    public var verdict: Verdict?
    /// Whether it came to what was expected.
    public var held: Bool?
    public var expected: Verdict?

    package init(verdict: Verdict? = nil, held: Bool? = nil, expected: Verdict? = nil) {
      (self.verdict, self.held, self.expected) = (verdict, held, expected)
    }
  }

  /// The calls that a plan shows.
  public struct PlannedCalls: Sendable {
    public var calls: [String]
    public var digest: String?
    public var target: String?
    public var servers: [String?]?
    public var leftOut: [String]?
    public var undo: String?
    /// What the target says it would do.
    public var plan: [String]?

    package init(
      calls: [String], digest: String? = nil, target: String? = nil, servers: [String?]? = nil,
      leftOut: [String]? = nil, undo: String? = nil, plan: [String]? = nil
    ) {
      (self.calls, self.digest, self.target, self.servers) = (calls, digest, target, servers)
      (self.leftOut, self.undo, self.plan) = (leftOut, undo, plan)
    }
  }
}

/// The list of a loop is fixed.
public struct LoopStarted: Sendable {
  public var items: [Value]?
  /// What the items are called, where the step says so.
  public var labels: [String]?
  /// Of a change: what is left out.
  public var leftOut: [LeftOutItem]?

  package init(items: [Value], labels: [String]? = nil, leftOut: [LeftOutItem]? = nil) {
    (self.items, self.labels, self.leftOut) = (items, labels, leftOut)
  }
}

// MARK: Fields

extension StepStarted: FieldGroup {
  package init() { self.init(kind: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("kind", &kind, .own, "`query`, `check`, `confirm`, `act`, `document`, `group`, `use`")
    try visitor.field("name", &name, .own, "name of the step")
    try visitor.field("title", &title, "its title")
    try visitor.field("why", &why, "why it is there")
    try visitor.field("text", &text, "of a document: its text")
    try visitor.field("place", &place, .own, "`4/9`: the fourth of nine")
    try visitor.field("now", &now, "value of `now` for this attempt")
    try visitor.field("inputs", &inputs, "of a used playbook: its inputs, nothing secret")
    try visitor.groups("links", &links, "links of the step")
  }
}

extension StepStarted.Link: FieldGroup {
  package init() { self.init(title: "", url: "") }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("title", &title, "text of the link")
    try visitor.field("url", &url, "its address")
  }
}

extension StepSkipped: FieldGroup {
  package init() { self.init(kind: nil, reason: nil) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("kind", &kind, .own, "as of `step.started`")
    try visitor.field("name", &name, .own, "name of the step")
    try visitor.field("title", &title, "its title")
    try visitor.field("state", &state, "`skipped`")
    try visitor.field("reason", &reason, "why")
    try visitor.field("place", &place, .own, "as of `step.started`")
  }
}

extension StepFinished: FieldGroup {
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("kind", &kind, .own, "as of `step.started`")
    try visitor.field("name", &name, .own, "name of the step")
    try visitor.field("state", &state, "how it ended")
    try visitor.field("place", &place, .own, "as of `step.started`")
    try visitor.group("error", &error, "why it failed")
    try visitor.field("text", &text, "meaning of a check's answer; why something was done by hand")
    try visitor.field("source", &source, "server that answered")
    try visitor.field("stops", &stops, "why the run ends with it")
    try visitor.field("number", &evidence.number, "of a query: number of the evidence")
    try visitor.field("took", &evidence.took, "of a query: time of its calls")
    try visitor.group("show", &evidence.show, "of a query: how it is shown")
    try visitor.field("repeats", &evidence.repeats, .own, "of a query: name of the query that it asks again")
    try visitor.field("verdict", &check.verdict, "of a check: its answer")
    try visitor.field("held", &check.held, "of a check: whether it is the expected answer")
    try visitor.field("expected", &check.expected, "of a check: the expected answer")
    try planned(&visitor)
    try visitor.outcome(&recorded)
  }

  private mutating func planned(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    var calls = planned?.calls
    var rest = planned ?? PlannedCalls(calls: [])
    try visitor.field("calls", &calls, .call, "of an act in a plan: its calls")
    try visitor.field("digest", &rest.digest, .own, "of an act in a plan: its digest")
    try visitor.field("target", &rest.target, "of an act in a plan: the target")
    try visitor.field("servers", &rest.servers, "of an act in a plan: the server of each call, null where not known")
    try visitor.field("leftOut", &rest.leftOut, "of an act in a plan: items that are left out, each with its reason")
    try visitor.field("undo", &rest.undo, .call, "of an act in a plan: undo of the first call")
    try visitor.field("plan", &rest.plan, "of an act in a plan: what the target would do")
    rest.calls = calls ?? []
    planned = calls == nil ? nil : rest
  }
}

extension LoopStarted: FieldGroup {
  package init() { self.init(items: []) }
  package mutating func visit(_ visitor: inout some FieldVisitor) throws(FieldProblem) {
    try visitor.field("items", &items, "items of the list")
    try visitor.field("labels", &labels, "names of the items, where the step names them")
    try visitor.groups("leftOut", &leftOut, "of a change: items that are left out")
  }
}
