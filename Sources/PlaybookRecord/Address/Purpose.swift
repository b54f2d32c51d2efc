/// What a question of a step is about. A new case does not compile until its safety is said: whether it is about a
/// change, a call in doubt, or an undo.
public enum Purpose: Hashable, Sendable {
  /// The step's own question: a decision, a field, the yes to a change or to one of its items.
  case answer
  /// Who approves a decision, and under which ticket.
  case approver, ticket
  /// Whether more items than the limit are meant.
  case limit
  /// Whether the loop goes on after its first items.
  case pace
  /// What becomes of a loop after too many errors.
  case errors
  /// Whether the run goes on after a verification that does not hold.
  case unverified
  /// The yes to what an earlier session approved and did not send.
  case rest
  /// Whether old evidence is taken again: of one query, or of the run.
  case fresh(query: String?)
  /// The yes to other servers than those approved; the number is that of the question, from 1.
  case server(Int)
  /// The yes to a call with other inputs, by the number of the decision.
  case edited(Int)
  /// A failure, by the number of the decision about it, and the questions that follow from its answer.
  case failure(Int, FailurePart)
  /// What became of a call in doubt, of the item at a position, by the number of the decision.
  case callInDoubt(item: Int, Int)
  /// The yes to sending a call again, of one item or of all that failed; without a number the place its digest names.
  case sendAgain(item: Int?, Int?)
  /// The yes to an undo, of one item or of all, by the number of the offer: 0 at the end of the run. Without a number
  /// it is the place that a digest names, and an answer given beforehand; of the run whether to undo its changes.
  case undo(offer: Int?, item: Int?)
  /// What became of an undo in doubt.
  case undoInDoubt(item: Int, Int)
  /// The yes to sending an undo again; without a number the place its digest names.
  case undoAgain(item: Int, Int?)
  /// A person's answer to a call, by how often it was sent.
  case done(Int)
  /// A person's answer to an undo, by how often it was sent.
  case undone(Int)
  /// A person's look at a change, or at its undo, after that many decisions, by the number of the look.
  case look(isUndo: Bool, item: Int, Int, look: Int)
  /// A person's answer to a query that is asked until its condition holds: by the poll, and how often that was asked.
  case poll(Int, time: Int)
  /// What another version asks, with its mark.
  case other(String)

  public enum FailurePart: String, Sendable, CaseIterable {
    case choice = ""
    case reason = "!reason"
    /// Which input is changed, and to which value.
    case edit = "!edit"
    case value = "!value"
  }
}

extension Purpose {
  /// As it stands behind the step's path in a key.
  public var text: String {
    switch self {
    case .answer: ""
    case .approver: "!approver"
    case .ticket: "!ticket"
    case .limit: "!limit"
    case .pace: "!pace"
    case .errors: "!errors"
    case .unverified: "!unverified"
    case .rest: "!rest"
    case .fresh(let query): "!fresh" + (query.map { "." + $0 } ?? "")
    case .server(let number): "!server" + Self.fromTwo(number)
    case .edited(let number): "!edit\(number)"
    case .failure(let number, let part): "!failure\(number)" + part.rawValue
    case .callInDoubt(let item, let number): "!cut\(item).\(number)"
    case .sendAgain(let item, let number): "!again" + (item.map(String.init) ?? "") + (number.map { ".\($0)" } ?? "")
    case .undo(let offer, let item): "!undo" + (offer.map(String.init) ?? "") + (item.map { "[\($0)]" } ?? "")
    case .undoInDoubt(let item, let number): "!undocut\(item).\(number)"
    case .undoAgain(let item, let number): "!undoagain\(item)" + (number.map { ".\($0)" } ?? "")
    case .done(let sending): "!done" + Self.fromTwo(sending)
    case .undone(let sending): "!undone" + Self.fromTwo(sending)
    case .look(let isUndo, let item, let number, let look):
      (isUndo ? "!undoverify" : "!verify") + "\(item).\(number)" + (look > 1 ? ".\(look)" : "")
    case .poll(let poll, let time): "!poll\(poll)." + Self.fromTwo(time)
    case .other(let text): text
    }
  }

  private static func fromTwo(_ number: Int) -> String { number > 1 ? "\(number)" : "" }

  /// Nil where this version has no such purpose.
  init?(_ text: some StringProtocol) {
    let word = text.prefix { $0 == "!" || $0.isLetter }
    let rest = text.dropFirst(word.count)
    let numbers = rest.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    // A number in another spelling than the program's own, such as `+1`, is none of its keys.
    guard let found = Self.known(String(word), String(rest), numbers), found.text == text else { return nil }
    self = found
  }

  private static func known(_ word: String, _ rest: String, _ numbers: [Int?]) -> Purpose? {
    let first = numbers.first ?? nil
    let second = numbers.count > 1 ? numbers[1] : nil
    switch word {
    case "": return rest.isEmpty ? .answer : nil
    case "!approver": return .approver
    case "!ticket": return .ticket
    case "!limit": return .limit
    case "!pace": return .pace
    case "!errors": return .errors
    case "!unverified": return .unverified
    case "!rest": return .rest
    case "!fresh": return .fresh(query: rest.isEmpty ? nil : String(rest.dropFirst()))
    case "!server": return .server(first ?? 1)
    case "!edit": return first.map { .edited($0) }
    case "!failure": return failure(rest)
    case "!cut": return both(first, second).map { .callInDoubt(item: $0, $1) }
    case "!again": return .sendAgain(item: first, second)
    case "!undo": return undo(rest)
    case "!undocut": return both(first, second).map { .undoInDoubt(item: $0, $1) }
    case "!undoagain": return first.map { .undoAgain(item: $0, second) }
    case "!done": return .done(first ?? 1)
    case "!undone": return .undone(first ?? 1)
    case "!verify", "!undoverify":
      let look = numbers.count > 2 ? numbers[2] : 1
      return both(first, second).flatMap { item, number in
        look.map { .look(isUndo: word == "!undoverify", item: item, number, look: $0) }
      }
    case "!poll": return first.map { .poll($0, time: second ?? 1) }
    default: return nil
    }
  }

  private static func failure(_ rest: String) -> Purpose? {
    guard let number = Int(rest.prefix { $0.isNumber }) else { return nil }
    return FailurePart(rawValue: String(rest.drop { $0.isNumber })).map { .failure(number, $0) }
  }

  private static func undo(_ rest: String) -> Purpose? {
    let path = StepPath(rest)
    return .undo(offer: Int(path.withoutItem.text), item: path.position)
  }

  private static func both(_ first: Int?, _ second: Int?) -> (Int, Int)? {
    guard let first, let second else { return nil }
    return (first, second)
  }
}

// MARK: Safety

extension Purpose {
  /// Whether a yes lets something be changed although the question shows no call: it is asked anew after a resume, and
  /// nothing typed ahead answers it.
  public var changesSomething: Bool {
    switch self {
    case .limit, .pace, .errors, .unverified, .fresh, .other: true
    // Their questions show the calls, and are changes by that.
    case .rest, .server, .edited, .sendAgain, .undoAgain, .undo(offer: _?, item: _): true
    // Whether to undo at all: the yes to each call follows.
    case .undo(offer: nil, item: _): false
    case .answer, .approver, .ticket, .failure, .callInDoubt, .undoInDoubt, .done, .undone, .look, .poll: false
    }
  }

  /// Whether it is about what became of a call or an undo: nothing typed before it could be seen answers it, and the
  /// word of somebody else sends nothing again.
  public var isAboutCall: Bool {
    switch self {
    case .failure, .callInDoubt, .undoInDoubt, .other: true
    case .answer, .approver, .ticket, .limit, .pace, .errors, .unverified, .rest, .fresh, .server, .edited, .sendAgain,
      .undo, .undoAgain, .done, .undone, .look, .poll:
      false
    }
  }

  /// Whether it asks about a call or an undo in doubt: asked nowhere else, so that nobody goes back from it.
  public var isInDoubt: Bool {
    switch self {
    case .callInDoubt, .undoInDoubt: true
    case .answer, .approver, .ticket, .limit, .pace, .errors, .unverified, .rest, .fresh, .server, .edited, .failure,
      .sendAgain, .undo, .undoAgain, .done, .undone, .look, .poll, .other:
      false
    }
  }

  /// Whether it is about a failure.
  public var isOfFailure: Bool {
    if case .failure = self { true } else { false }
  }

  /// Whether it belongs to the undo that is offered at the end of a run.
  var isOfLastUndo: Bool {
    switch self {
    case .undo(offer: nil, _), .undo(offer: 0, _): true
    default: false
    }
  }

  /// Whether it is about an undo.
  public var isAboutUndo: Bool {
    switch self {
    case .undo, .undoInDoubt, .undoAgain, .undone, .look(isUndo: true, _, _, _): true
    case .answer, .approver, .ticket, .limit, .pace, .errors, .unverified, .rest, .fresh, .server, .edited, .failure,
      .callInDoubt, .sendAgain, .done, .look, .poll, .other:
      false
    }
  }

  /// Whether a person answers a call by it.
  var isOfPerson: Bool {
    switch self {
    case .done, .undone, .look, .poll: true
    default: false
    }
  }
}
