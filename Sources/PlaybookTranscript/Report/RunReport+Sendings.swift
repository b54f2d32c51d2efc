import PlaybookRecord

extension RunReport {
  /// A call that changes something, as often as it was sent, and what became of it: by itself, or on a human's word.
  struct Sendings {
    /// `sent, nothing heard`, `done`, `failed`, `unknown`; older records have `skipped` as well.
    var state: String
    /// As it went out last; nil: it did not, or the record does not have it.
    var call: String?
    /// The server that it went out to, and the one that answered; nil: the record does not have it.
    var server: String?
    var source: String?
    /// What was heard of the last sending that went wrong.
    var error: String?
    /// What a human said became of it; nil: the call itself told.
    var word: Word?
    /// The sendings that what became of it is not about: all but the last, and all where a human did it otherwise.
    var earlier: [Sending] = []
    /// The call that would undo it where it may have taken effect and is sent no more in this form; empty: nothing
    /// that is known. Nil: nothing of it is left behind.
    var leftBehind: String?

    /// One sending that another followed.
    struct Sending {
      var call: String
      var state: String
      var error: String?
      /// As of the sendings: the call that would undo it by hand.
      var leftBehind: String?

      /// `failed: exited with 4`, `failed: no; may have taken effect, undo by hand: allow 10.0.0.1`.
      var result: String {
        let undo = leftBehind.map { $0.isEmpty ? "no undo is known" : "undo by hand: \($0)" }
        return state + (error.map { ": " + EvidenceBody.shortened($0) } ?? "")
          + (undo.map { "; may have taken effect, " + $0 } ?? "")
      }
    }

    /// What a human said.
    struct Word {
      var kind: Resolution
      var by: String?
      var reason: String?
    }

    static let unheard = "sent, nothing heard"
  }
}

extension RunReport.Sendings {
  /// The call goes out, for the first time or again. `call` is its text, `known` what it was approved as.
  mutating func start(_ sent: SendingStarted, known: String?, wasSent: Bool) {
    if wasSent { setAside(known: known) }
    self = RunReport.Sendings(state: Self.unheard, call: sent.call, server: sent.server, earlier: earlier)
  }

  /// What became of it.
  mutating func finish(
    _ state: String, _ resolution: ResolutionTold?, _ error: ErrorTold?, source: String?, isLeft: Bool, known: String?
  ) {
    word = resolution.map { Word(kind: $0.word, by: $0.author?.name, reason: $0.reason) }
    if word == nil, isLeft { word = Word(kind: .skip) }
    // Done by hand is done in another way: what the call came to is what was before it.
    if word?.kind == .byHand { setAside(known: known) }
    self.state = state
    self.source = source ?? (word == nil ? nil : self.source)
    // A word that follows a failure says nothing of its cause.
    if word == nil || error != nil { self.error = error?.message }
    if word?.kind == .byHand { self.error = nil }
  }

  private mutating func setAside(known: String?) {
    earlier.append(Sending(call: call ?? known ?? "", state: state, error: error, leftBehind: leftBehind))
  }

  /// `done`, `failed: no such chain`, `done by hand, by bob: restarted it`, `unknown, left so by bob`.
  var result: String {
    guard let word else { return state + (error.map { ": " + EvidenceBody.shortened($0) } ?? "") }
    let reason = word.reason.flatMap { $0.isEmpty ? nil : ": " + EvidenceBody.shortened($0) } ?? ""
    let cause = error.map { "; the call: " + EvidenceBody.shortened($0) } ?? ""
    switch word.kind {
    case .happened: return "\(state), on \(word.by.map { $0 + "'s" } ?? "the operator's") word" + reason + cause
    case .byHand: return "\(state) by hand" + (word.by.map { ", by " + $0 } ?? "") + reason + cause
    case .skip: return "\(state), left so by \(word.by ?? "the operator")" + reason + cause
    }
  }

  /// How often it was sent, where that is more than once or a human's word is about something else: what begins the
  /// list of the earlier sendings.
  var count: String? {
    if earlier.isEmpty { return nil }
    let isByHand = word?.kind == .byHand
    let count = earlier.count + (isByHand ? 0 : 1)
    return count == 1 ? "sent once before" : "sent \(count) times; before"
  }

  /// The earlier sendings as they are listed, each as `text` writes it; nil: there are none.
  func history(_ text: (Sending) -> String) -> String? {
    guard let count else { return nil }
    let most = 10
    let list = earlier.suffix(most).map(text).joined(separator: "; ")
    return count + ": " + (earlier.count > most ? "\(earlier.count - most) more; " : "") + list
  }

  var isDoneByHand: Bool { state == "done" && word?.kind == .byHand }
  var isDoneOnWord: Bool { state == "done" && word?.kind == .happened }
}
