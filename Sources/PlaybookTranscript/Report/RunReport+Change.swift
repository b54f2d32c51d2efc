import CEL
import PlaybookRecord

extension RunReport {
  /// What an act sent, or would send: its calls, the yes to them, and what became of each.
  struct Change {
    var calls: [String] = []
    var target: String?
    /// The servers that the yes was given for, by position; nil: not known. Empty: older records name none.
    var servers: [String?] = []
    var digest = ""
    var undo: [String?] = []
    /// Whether the playbook says that it can't be undone.
    var isIrreversible = false
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
    /// Whether the journal can't be read from some point on while the change was under way: what else was sent is not
    /// known.
    var isEndUnknown = false
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
      static let declined = "not approved"
      static let planned = "would be sent"

      var position: Int
      var label: String
      /// What was sent for it, and what became of that.
      var sent: Sendings
      var started: Timestamp?
      var took: Duration?
      /// What its outcome says it did, in a word: `2 rows`.
      var effect: String?
      /// What the target said beside its answer, and the lines that it said: standard error, the body of a refusal.
      var notices: [String] = []
      var said: [CallAnswer.Said] = []
      var verified: Bool?
      /// What the verification said.
      var verification: String?
      /// Its undo; nil: nobody tried.
      var undo: Undo?

      init(position: Int, label: String, state: String) {
        (self.position, self.label) = (position, label)
        sent = Sendings(state: state)
      }

      var state: String { sent.state }
      var isUndone: Bool { undo?.state == "done" }
      var isUnsent: Bool { [Self.unsent, Self.declined, Self.planned].contains(state) }
      /// Whether there is or may be something to undo.
      var isTakeable: Bool { !isUndone && ["done", "unknown", Sendings.unheard].contains(state) }

      /// What became of it: `done, 2 rows`.
      var result: String {
        guard state == "done", let effect, !effect.isEmpty else { return sent.result }
        return sent.result + ", " + effect
      }

      /// What was said beside the result, a line or a few each; of long texts the first and last lines.
      var remarks: [String] {
        notices.map { "notice: " + EvidenceBody.shortened($0) }
          + said.map { "\($0.name): " + EvidenceBody.shortened($0) }
      }

      /// What its verification said, where the word whether it holds does not say it.
      var verificationText: String? {
        guard let verification, verification != "holds" else { return nil }
        return verified == true && verification.hasSuffix("` holds") ? String(verification.dropLast(6)) : verification
      }
    }

    /// The last attempt to undo a call.
    struct Undo {
      var sent: Sendings
      /// Whether what was verified of the change holds no more.
      var verified: Bool?
      var verification: String?

      var state: String { sent.state }

      /// Whether the change may still be there.
      var isOpen: Bool { state != "done" || verified == false }

      /// `done, verified: the change shows no more`, `failed: no such rule`, `done, but the change still shows: deny is
      /// 3`.
      var text: String {
        switch verified {
        case true?: sent.result + ", verified: the change shows no more"
        case false?: sent.result + ", but the change still shows" + (verification.map { ": " + $0 } ?? "")
        case nil: sent.result
        }
      }
    }

    /// Whether the yes to it was complete, so that it was to be sent.
    var isIntended: Bool { intended != nil || isPlanned }

    /// Whether it is only what a plan would send.
    var isPlanned: Bool { items.contains { $0.state == Item.planned } }

    /// The call as it went out last, or as it was approved.
    func call(of item: Item) -> String { item.sent.call ?? approvedCall(of: item) ?? item.label }

    /// The server of a call: that which it went out to last, or the one that was approved.
    func server(of item: Item) -> String? {
      item.sent.server ?? (servers.indices.contains(item.position) ? servers[item.position] : nil)
    }

    /// Where it was made, or would be: `redis 10.0.0.7:6379`; nil: not known.
    var place: String? {
      let place = ServerText.named(target, items.isEmpty ? servers : items.map(server))
      return place.isEmpty ? nil : place
    }

    /// The same where a server is on record; older records name none.
    var serverPlace: String? {
      servers.contains { $0 != nil } || items.contains { $0.sent.server != nil } ? place : nil
    }

    /// Whether its calls go to several servers, so that each is named with its own.
    var isSpread: Bool { ServerText.distinct(items.map(server)).count > 1 }

    func approvedCall(of item: Item) -> String? {
      calls.indices.contains(item.position) ? calls[item.position] : nil
    }

    /// The call that undid it, or else the one that would.
    func undo(of item: Item) -> String? {
      item.undo?.sent.call ?? (undo.indices.contains(item.position) ? undo[item.position] : nil)
    }

    /// What is said where no undo is known: a plan shows that of the first call only, and one that is made of what the
    /// call returns is known only then.
    func missingUndo(of item: Item) -> String {
      if isIrreversible { return "can't be taken back" }
      if isPlanned { return item.position > 0 && undo.first ?? nil != nil ? "" : "no undo is known" }
      return undo.isEmpty
        ? "the playbook knows no undo" : item.isUnsent ? "known once it is sent" : "no undo is on record"
    }

    /// What an item is called besides its call; nil where that is all.
    func label(of item: Item) -> String? {
      [call(of: item), approvedCall(of: item)].contains(item.label) ? nil : item.label
    }
  }
}

extension RunReport.Change {
  /// `8 of 8 done, 8 verified, 1 taken back`.
  var tally: String {
    if isPlanned { return items.count == 1 ? "1 call would be sent" : "\(items.count) calls would be sent" }
    if items.isEmpty {
      return isEndUnknown
        ? "what was sent of it is not known" : isIntended ? "nothing was sent" : "not approved yet: nothing was sent"
    }
    var parts = done
    func add(_ word: String, _ matches: (Item) -> Bool) { parts += counted(word, matches) }
    for (state, word) in [
      ("failed", "failed"), ("unknown", "unknown"), (RunReport.Sendings.unheard, "without an answer"),
      ("skipped", "skipped"), (Item.declined, "not approved"),
      (Item.unsent, isEndUnknown ? "of which it is not known whether they were sent" : "not sent"),
    ] { add(word) { $0.state == state } }
    add("verified") { $0.verified == true }
    add("not as expected after it") { $0.verified == false }
    add("taken back", \.isUndone)
    add("of them still showing") { $0.isUndone && $0.undo?.verified == false }
    for (state, word) in [
      ("failed", "not taken back: the undo failed"), ("unknown", "with an undo of which it is not known"),
      (RunReport.Sendings.unheard, "with an undo without an answer"),
      ("skipped", "not taken back: the undo was skipped"),
    ] { add(word) { $0.undo?.state == state } }
    return parts.joined(separator: ", ")
  }

  /// What of it may not be as it should be, for somebody to look at: `2 unknown, 1 not as expected`; empty: nothing.
  var doubts: String {
    func isOpen(_ item: Item, _ states: [String]) -> Bool {
      guard let undo = item.undo else { return false }
      return states.contains(undo.state)
    }
    let unheard = RunReport.Sendings.unheard
    // What was undone is in question only where it still shows.
    let parts =
      counted("unknown") { !$0.isUndone && ["unknown", unheard].contains($0.state) }
      + counted("failed and maybe there by a sending before") { item in
        let isUnheard = item.sent.earlier.contains { $0.leftBehind == nil && ["unknown", unheard].contains($0.state) }
        return !item.isUndone && item.state == "failed" && isUnheard
      }
      + counted("sent before with other inputs and maybe there") { item in
        item.sent.earlier.contains { $0.leftBehind != nil }
      }
      + counted("not as expected") { !$0.isUndone && $0.verified == false }
      + counted("with an undo of which it is not known") { isOpen($0, ["unknown", unheard]) }
      + counted("of which the undo failed") { isOpen($0, ["failed"]) }
      + counted("taken back and still showing") { $0.isUndone && $0.undo?.verified == false }
    return parts.joined(separator: ", ")
  }

  private func counted(_ word: String, _ matches: (Item) -> Bool) -> [String] {
    let count = items.count(where: matches)
    return count > 0 ? ["\(count) \(word)"] : []
  }

  /// How many are done, by the calls and by what people did or said: `2 of 3 done`, `1 done by hand`.
  private var done: [String] {
    let byHand = items.count { $0.sent.isDoneByHand }
    let onWord = items.count { $0.sent.isDoneOnWord }
    let byCall = items.count { $0.state == "done" } - byHand - onWord
    let counts = [(byCall, "done"), (byHand, "done by hand"), (onWord, "done on a human's word")]
    let known = counts.filter { $0.0 > 0 }
    return (known.isEmpty ? [counts[0]] : known).enumerated().map { place, part in
      "\(part.0)" + (place == 0 ? " of \(items.count)" : "") + " \(part.1)"
    }
  }
}
