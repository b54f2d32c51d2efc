public import CEL

extension RunState {
  /// One call of an act.
  public struct Item: Sendable {
    public var state: SendingState
    public var outcome: MapValue?
    /// The SHA-256 of the file that holds the whole outcome.
    public var evidence: String?
    /// The server that answered.
    public var source: String?
    /// How often it was sent, with other inputs too.
    public var sends = 0
    /// How often it had been sent when the operator last changed its inputs: those sendings made another call.
    package var earlierSends = 0
    /// How often its call went out as it is now.
    package var callSends: Int { sends - earlierSends }
    /// Whether the call went out once more while it was not known what became of it: it may have taken effect more than
    /// once.
    package var isDoubled = false
    /// How often its undo was sent.
    public var undoSends = 0
    /// How often that had been when the change was made last.
    package var earlierUndoSends = 0
    /// The count of events at its first sending: what its call was made of is what was known then.
    package var firstSent: Int?
    /// When it, or its undo, was last sent.
    public var lastSent: Timestamp?
    /// The machine's boot in which it, or its undo, was last sent.
    package var sentIn: String?
    public var verified: Bool?
    /// A human said that it is to be sent again, and it was not yet.
    public var isToSendAgain = false
    /// Unknown, and left so on the operator's word.
    public var isLeft = false
    /// The state of its undo; nil: not tried.
    public var undo: UndoState?
    /// What `undo` was before the undo was approved once more.
    package var undoBefore: UndoState?
    /// Whether a stop came before the undo had been looked at.
    package var isUndoUnseen = false
    public var isUndone: Bool { undo == .done }
    /// Whether it was sent and neither the target nor a human has said what became of it.
    package var isOpen: Bool { state == .started || (state == .unknown && !isLeft) }
    /// Whether it may be sent once more: it failed or was not heard of, and nobody has said that it is left so.
    package var isUnsettled: Bool { isOpen || (state == .failed && !isLeft) }
    /// Whether there is or may be something to undo; where it failed in the end, by a sending before.
    package var isTakeable: Bool {
      !isUndone && ([.done, .unknown, .started].contains(state) || isDoubled || isPartly)
    }
    /// Whether it failed, and some of its commands were done all the same: its outcome says `partly`.
    package var isPartly: Bool { state == .failed && outcome?["partly"]?.boolValue == true }
    /// Whether it is not even certain that it was sent: the machine was started anew since, and the record of it may be
    /// lost.
    public var isDoubtful = false
  }

  /// A call that may have taken effect and that was sent no more: the operator changed its inputs.
  public struct Replaced: Sendable {
    public var call: String
    /// Its undo; empty: none is known.
    public var undo: String

    package init(call: String, undo: String) {
      (self.call, self.undo) = (call, undo)
    }
  }

  /// A change that was approved.
  public struct Act: Sendable {
    /// The calls' texts, by position.
    public var calls: [String]
    public var undo: [String]
    /// The servers that the yes was given for, by position; nil: not known then. Empty: older records name none.
    public var servers: [String?] = []
    /// The servers that the yes to an undo was given for, by position.
    public var undoServers: [Int: String] = [:]
    /// What the yes was bound to.
    public var digest: String?
    /// Inputs that the operator changed, by position.
    public var edits: [Int: MapValue] = [:]
    /// What the yes to such an item's call was bound to: its digest, and the place in it.
    package var editDigests: [Int: (digest: String, place: QuestionKey)] = [:]
    /// Positions whose yes holds in this session, and of those with another yes whose it was: "by an older version".
    package var held: Set<Int> = []
    package var doubted: [Int: String] = [:]
    /// Positions of which the yes to the undo holds.
    package var heldUndos: Set<Int> = []
    /// Why the yes to a call does not hold: whose it was; nil: it holds.
    package func doubt(about position: Int) -> String? {
      held.contains(position) ? nil : doubted[position] ?? "by nobody that the record names"
    }
    /// Whether the yes was bound to a digest of another form.
    package var isOlder: Bool { digest?.utf8.count != Approval.digestLength }
    /// The positions that were approved; nil: all.
    public var approved: Set<Int>?
    public var items: [Int: Item] = [:]
    /// Calls that may have taken effect before the operator changed their inputs, by position.
    public var replaced: [Int: [Replaced]] = [:]
    /// Failures after which the operator said that the loop goes on, by position.
    package var forgiven: Set<Int> = []
    /// Why nothing more of it is to be sent, as the operator said at one of its items; nil: nobody did.
    package var rest: String?
    /// Positions whose undo was approved.
    package var takenBack: Set<Int> = []
    /// Whether something of it is there, or may be; else it can be made like a new one.
    package var isInPlace: Bool {
      !replaced.isEmpty
        || items.values.contains { $0.isTakeable || $0.isOpen || [.started, .unknown].contains($0.undo) }
    }
    /// Notes whose yes it was where that does not hold in this session; nil: it holds.
    package mutating func note(_ positions: some Sequence<Int>, approvedBy doubt: String?) {
      for position in positions { doubted[position] = doubt }
      if doubt == nil { held.formUnion(positions) } else { held.subtract(positions) }
    }

    /// Notes a yes that was given for other servers.
    package mutating func move(_ positions: [Int], to known: [String?]) {
      for (position, server) in zip(positions, known) {
        while servers.count <= position { servers.append(nil) }
        servers[position] = server
      }
    }

    /// Those of them that were not come to.
    package var toTakeBack: Set<Int> { takenBack.filter { items[$0]?.undo == nil && items[$0]?.isTakeable == true } }
  }
}
