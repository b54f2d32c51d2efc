import CEL
import PlaybookRecord

/// What the screen knows of a run: the sum of the events so far.
struct ScreenState: Sendable {
  /// How the run began; nil: its beginning is not known yet.
  var begun: RunStarted?
  var startedAt: Timestamp?
  /// By path.
  var steps: [StepPath: StepState] = [:]
  var evidence: [Evidence] = []
  var changes: [Change] = []
  var followUps: [FollowUp] = []

  struct StepState: Sendable {
    var kind = ""
    var title = ""
    var why: String?
    var place = ""
    /// Whether its line has been printed.
    var isShown = false
    var call: Call?
    /// Items of an act by how they ended, for the line that sums them up.
    var done = 0
    var shownItems = 0
    /// What those that are done answered in a word, with how often; empty: nothing.
    var effects: [String: Int] = [:]
    /// How many of them said something besides.
    var remarked = 0

    /// `; answers: 2990 × 1 row, 10 × 0 rows; 3 said more`, or nothing.
    var answers: String {
      let most = 4
      let known = effects.filter { !$0.key.isEmpty }.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      let isTold = !known.isEmpty && known.count <= most
      let list = known.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
      return (isTold ? "; answers: " + list : "") + (remarked > 0 ? "; \(remarked) said more" : "")
    }
  }

  /// A call as it was sent.
  struct Call: Sendable {
    var text: String
    var executor: String
    var target: String?
    /// The server that answered, once one did.
    var source: String?
  }

  /// What a query found, as far as it is held in memory.
  struct Evidence: Sendable {
    var number: Int
    var path: StepPath
    var call: Call?
    var show: ShowTold?
    var outcome: MapValue?
    /// Where the outcome lies in a file of the run instead.
    var sha256: String?
  }

  /// An act that was sent.
  struct Change: Sendable {
    var path: StepPath
    var title: String
    var target: String?
    /// The servers that the calls went to, by position; nil: not known.
    var servers: [String?] = []
    /// The calls as sent, by position.
    var calls: [String] = []
    /// The undo of each, by position; empty: there is none.
    var undo: [String]
    var total: Int
    /// By position: the state of each item.
    var states: [Int: SendingState] = [:]
    var undone: Set<Int> = []
    /// By position: the state of its undo where that was begun and is not done.
    var openUndoStates: [Int: UndoState] = [:]
    /// By position: how often it was sent, with other inputs too.
    var sends: [Int: Int] = [:]
    /// What was sent again while nobody knew what had become of it: it may be there, whatever the last sending came to.
    var doubled: Set<Int> = []
    /// What is done on a human's word.
    var onWord: Set<Int> = []
    /// What went out with other inputs and may have taken effect, with its undo.
    var replaced: [String] = []
    /// What a human has done instead of the call.
    var byHand: Set<Int> = []
    /// By position: what the last look at it said.
    var verifications: [Int: Bool] = [:]

    var verified: Int { verifications.values.count { $0 } }
    var unverified: Int { verifications.count - verified }

    /// Where it was made: `redis 10.0.0.7:6379`.
    var place: String {
      let sent = states.keys.sorted().map { servers.indices.contains($0) ? servers[$0] : nil }
      return ServerText.named(target, sent.isEmpty ? servers : sent)
    }

    mutating func move(_ positions: [Int], to known: [String?]) {
      for (position, server) in zip(positions, known) {
        while servers.count <= position { servers.append(nil) }
        servers[position] = server
      }
    }

    /// The undos of changes that are not undone yet.
    var openUndos: [String] {
      states.keys.sorted().filter { isThere($0) && !undone.contains($0) }
        .compactMap { undo.indices.contains($0) && !undo[$0].isEmpty ? undo[$0] : nil }
    }

    /// Whether it is or may be there.
    func isThere(_ position: Int) -> Bool {
      [.done, .unknown, .started].contains(states[position]) || doubled.contains(position)
    }

    func count(_ state: SendingState) -> Int { states.values.count { $0 == state } }
  }

  struct FollowUp: Sendable {
    var text: String
    var due: Timestamp?
    var owner: String?
  }

  var run: String { begun?.run ?? "" }
  var title: String { begun?.title ?? begun?.playbook ?? "" }
  var severity: String? { begun?.severity }
  var environment: String { begun?.environment ?? "" }
  var isRed: Bool { begun?.color == "red" }
  var environmentStyle: Style { begun?.color.map { .environment($0) } ?? .strong }

  /// How long until someone must have answered; nil where no one must.
  func left(at now: Timestamp) -> Duration? {
    guard let response = begun?.contact?.response, let start = begun?.alerted ?? startedAt else { return nil }
    return response - now.since(start)
  }

  /// The evidence called `E2`, `2` or by its step's name; the last one for nil.
  func evidence(named name: String?) -> Evidence? {
    guard let name else { return evidence.last }
    let digits = name.lowercased().hasPrefix("e") ? name.dropFirst() : name[...]
    if let number = Int(digits) { return evidence.last { $0.number == number } }
    return evidence.last { $0.path.text == name }
  }
}
