public import SourceText

/// A step of a playbook: the part that every kind shares, and the kind's own part.
public struct Step: Sendable {
  public var name: String
  public var nameSpan: SourceSpan
  /// The whole step.
  public var span: SourceSpan
  public var kind: Kind
  public var title: Template?
  /// The name of an item of the step's loop; nil: its first text.
  public var label: Template?
  /// Markdown, shown to the operator.
  public var why: Template?
  public var when: LocatedExpression?
  public var forEach: ForEach?
  /// Per attempt; nil: 30 seconds.
  public var timeout: Duration?
  public var until: Until?
  public var retry: Retry?
  public var onError: OnError?
  public var isSecret = false
  /// How old this evidence may be when an act depends on it; nil: 10 minutes.
  public var fresh: Duration?
  public var show: Show?
  public var links: [Link] = []
  /// `partial: ok`: truncated evidence may feed acts and checks.
  public var allowsPartial = false

  public init(name: String, nameSpan: SourceSpan, span: SourceSpan, kind: Kind) {
    self.name = name
    self.nameSpan = nameSpan
    self.span = span
    self.kind = kind
  }

  public indirect enum Kind: Sendable {
    case query(Query)
    case check(Check)
    case confirm(Confirm)
    case act(Act)
    case document(Document)
    case group([Step])
    case use(Use)

    /// The key that names it.
    public var keyword: String {
      switch self {
      case .query: "query"
      case .check: "check"
      case .confirm: "confirm"
      case .act: "act"
      case .document: "document"
      case .group: "group"
      case .use: "use"
      }
    }
  }

  /// `for_each: NAME in EXPR`.
  public struct ForEach: Sendable {
    public var item: String
    public var list: LocatedExpression
  }

  /// A condition on an outcome, polled until it holds.
  public struct Until: Sendable {
    public var that: LocatedExpression
    public var every: Duration
    public var within: Duration
  }

  public struct Retry: Sendable {
    /// Attempts after the first.
    public var times: Int
    public var wait: Duration
  }

  public enum OnError: String, Sendable, CaseIterable {
    case ask, `continue`, stop
  }

  /// How an outcome is shown.
  public struct Show: Sendable {
    public enum Style: Sendable, Equatable {
      case table, fields, text, json, none
      /// One bar a row: the column that gives its length, the column that names it.
      case bars(String, by: String)
    }
    /// Nil: the outcome's own.
    public var style: Style?
    /// Only these, in this order; empty: all.
    public var columns: [String]
  }
}

/// A text and where it leads.
public struct Link: Sendable {
  public var title: String
  public var url: String

  public init(title: String, url: String) {
    self.title = title
    self.url = url
  }
}

/// Evidence: a read that its executor keeps from writing.
public struct Query: Sendable {
  public var call: Call
  /// The query that this one asks again, to show the differences.
  public var repeats: String?

  public init(call: Call, repeats: String? = nil) {
    self.call = call
    self.repeats = repeats
  }
}

/// A question that evidence answers.
public struct Check: Sendable {
  /// The conditions that must all hold; a single one has no name.
  public var conditions: [(name: String?, that: LocatedExpression)]
  public var yes: Template?
  public var no: Template?
  /// The expected answer, where the check is an assertion.
  public var expect: Bool?
  /// Whether an assertion that does not hold ends the run.
  public var stopsOnFailure: Bool
}

/// A human decision.
public struct Confirm: Sendable {
  public var ask: Template
  /// Empty: a gate, yes or no, and "no" ends its list of steps.
  public var options: [Option]
  public var suggest: Template?
  /// Whether the approver's name and a ticket are recorded.
  public var needsApprover: Bool

  public struct Option: Sendable {
    public var name: String
    public var nameSpan: SourceSpan
    public var text: Template
    public var when: LocatedExpression?
    public var steps: [Step]
  }
}

/// A change, with its own yes.
public struct Act: Sendable {
  public var call: Call
  public var approvesEach: Bool
  /// The most items that one yes may cover.
  public var limit: Int?
  public var pace: Pace?
  /// The calls that undo it, of which the first counts whose `when` holds; empty: none is known.
  public var undos: [Undo]
  public var verify: Verify?
  public var isIdempotent: Bool
  public var isIrreversible: Bool
  /// The text to type for an irreversible act; nil: the count or the target.
  public var typed: Template?

  /// How a loop of changes is driven.
  public struct Pace: Sendable {
    /// Do so many, then look and ask.
    public var first: Int?
    /// How many run side by side; nil: one.
    public var atOnce: Int?
    /// Between two items.
    public var wait: Duration?
    public var stopAfterErrors: Int?
  }

  /// A call that undoes the change where its condition holds.
  public struct Undo: Sendable {
    public var call: Call
    /// Nil: always. It sees the same names as the call.
    public var when: LocatedExpression?
  }

  /// A call and a condition on its outcome after the change.
  public struct Verify: Sendable {
    public var call: Call
    public var that: LocatedExpression
    public var every: Duration?
    public var within: Duration?
  }
}

/// A record by a human.
public struct Document: Sendable {
  public var text: Template?
  public var ask: Template?
  public var fields: [InputDeclaration]
  public var checklist: [(name: String, text: Template)]
  public var followUps: [FollowUp]

  public struct FollowUp: Sendable {
    public var text: Template
    /// A date, a timestamp or a duration from now.
    public var due: Template?
    public var owner: Template?
  }
}

/// Another playbook as a step.
public struct Use: Sendable {
  public var playbook: String
  public var playbookSpan: SourceSpan
  public var inputs: [TemplateTree.Entry]
}
