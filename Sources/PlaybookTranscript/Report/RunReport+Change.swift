import CEL

extension RunReport {
  /// What an act sent, or would send: its calls, the yes to them, and what became of each.
  struct Change {
    var calls: [String] = []
    var target: String?
    var digest = ""
    var undo: [String?] = []
    var leftOut: [String] = []
    /// What an executor says that its first call would do; of a plan only.
    var plan: [String] = []
    var approvedBy: String?
    var approvedAt: Timestamp?
    var intended: Timestamp?
    /// When the first of its calls went out for the first time.
    var sent: Timestamp?
    /// Whether the yes is one to an intent that is on record; the next yes is another's.
    var isApprovalUsed = false
    var items: [Item] = []
    /// Reads taken before its first call and asked again after it.
    var comparisons: [Comparison] = []

    /// One read before and after a change, by the numbers of the evidence.
    struct Comparison {
      var before: Int
      var after: Int
    }

    /// One call.
    struct Item {
      static let unsent = "not sent"
      static let planned = "would be sent"

      var position: Int
      var label: String
      var state = "started"
      var error: String?
      var started: Timestamp?
      var took: Duration?
      var verified: Bool?
      /// What the verification said.
      var verification: String?
      /// How taking it back went; nil: nobody tried.
      var undo: Undo?

      var isUndone: Bool { undo?.state == "done" }
      var isUnsent: Bool { [Self.unsent, Self.planned].contains(state) }
    }

    /// The last attempt to take a call back.
    struct Undo {
      /// `sent, nothing heard`, `done`, `failed`, `unknown`, `skipped`.
      var state: String
      /// As it was sent.
      var call: String?
      var error: String?
      /// Why it counts as it does, where a human said so.
      var reason: String?
      /// Whether what was verified of the change holds no more.
      var verified: Bool?
      var verification: String?

      /// Whether the change may still be there.
      var isOpen: Bool { state != "done" || verified == false }

      /// `done`, `failed: no such rule`, `done, but the change still shows: deny is 3`.
      var text: String {
        let cause = [error, reason].compactMap { $0 }.joined(separator: "; ")
        let shows = verified == false ? ", but the change still shows" + (verification.map { ": " + $0 } ?? "") : ""
        return state + (cause.isEmpty ? "" : ": " + cause) + shows
      }
    }

    /// Whether it is only what a plan would send.
    var isPlanned: Bool { items.contains { $0.state == Item.planned } }

    func call(of item: Item) -> String { calls.indices.contains(item.position) ? calls[item.position] : item.label }

    /// The call that took it back, or else the one that would.
    func undo(of item: Item) -> String? {
      item.undo?.call ?? (undo.indices.contains(item.position) ? undo[item.position] : nil)
    }

    /// What is said where no undo is known: a plan shows that of the first call only.
    func missingUndo(of item: Item) -> String {
      isPlanned && item.position > 0 && undo.first ?? nil != nil ? "" : "none"
    }

    /// What an item is called besides its call; nil where that is all.
    func label(of item: Item) -> String? { item.label == call(of: item) ? nil : item.label }
  }
}

extension RunReport.Change {
  /// `8 of 8 done, 8 verified, 1 taken back`.
  var tally: String {
    if isPlanned { return items.count == 1 ? "1 call would be sent" : "\(items.count) calls would be sent" }
    if items.isEmpty { return "nothing was sent" }
    var parts = ["\(items.count { $0.state == "done" }) of \(items.count) done"]
    func add(_ word: String, _ matches: (Item) -> Bool) {
      let count = items.count(where: matches)
      if count > 0 { parts.append("\(count) \(word)") }
    }
    for (state, word) in [("failed", "failed"), ("unknown", "unknown"), ("sent, nothing heard", "without an answer")] {
      add(word) { $0.state == state }
    }
    add("verified") { $0.verified == true }
    add("not as expected after it") { $0.verified == false }
    add("taken back", \.isUndone)
    add("of them still showing") { $0.isUndone && $0.undo?.verified == false }
    for (state, word) in [
      ("failed", "not taken back: the undo failed"), ("unknown", "with an undo of which it is not known"),
      ("sent, nothing heard", "with an undo without an answer"), ("skipped", "not taken back: the undo was skipped"),
    ] { add(word) { $0.undo?.state == state } }
    return parts.joined(separator: ", ")
  }
}
