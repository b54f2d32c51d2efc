import CEL
import PlaybookRecord

/// What a run's journal says, gathered by what a reader looks for: a pure fold over the events. Holds no evidence: a
/// step knows the number of the event that has its outcome.
struct RunReport {
  /// How the run began, and the fields of that event.
  var begun: RunStarted?
  var facts = MapValue()
  var started: Timestamp?
  var ended: Timestamp?
  /// The time of the last event, and its number.
  var last: Timestamp?
  var events = 0
  /// `completed`, `failed`, `aborted`, `paused`, or `unfinished` where the journal just ends.
  var outcome = "unfinished"
  var reason: String?
  /// The command that resumes a paused run.
  var how: String?
  var operators: [String] = []
  /// In the order in which they began.
  var steps: [Step] = []
  /// Readings that were taken again later, as they were: of a step that is retaken only the last is in `steps`.
  var superseded: [Step] = []
  var timeline: [Moment] = []
  var decisions: [Decision] = []
  var followUps: [FollowUp] = []
  var outside: [Remark] = []
  var notes: [Remark] = []
  var warnings: [Remark] = []
  /// Paths of the checks that were expected to hold and did not.
  var failedChecks: [StepPath] = []
  /// How many of the playbook's own steps the run came to.
  var reached = 0
  /// When the present session began, and the last event that was no remark.
  var sessionBegan: Timestamp?
  var mark: Timestamp?
  /// When calls were under way, and when people were being waited for, in the order of their ends.
  var machine: [Span] = []
  var human: [Span] = []
  /// When questions stood open, also while calls were under way for another.
  var standing: [Span] = []
  var index: [StepPath: Int] = [:]
  /// The items of loops by the paths of their steps.
  var loops: [StepPath: [Value]] = [:]
  var asked: [QuestionKey: Asked] = [:]
  /// When questions that were left unanswered in this session were asked first.
  var firstAsked: [QuestionKey: Timestamp] = [:]
  /// The answers to each change, by its key and theirs, since its last intent.
  var answers: [QuestionKey: [QuestionKey: Int]] = [:]
  /// The number of the event that began the present session.
  var sessionEvent = 0
  /// When something that was changed or undone was last looked at and was as it should be.
  var lastVerified: Timestamp?
  /// Where a run that failed or was aborted ended: the step whose question stood open.
  var endedAt: StepPath?
  /// The intents to undo something, by their keys (`block!undo1`), in order.
  var undoIntents: [(key: QuestionKey, path: StepPath, sequence: Int)] = []
  /// The calls that undid something: the step, the item's position, the event.
  var undoCalls: [(path: StepPath, position: Int, sequence: Int)] = []
  var isOutOfOrder = false
  /// The line of the journal from which on it can't be read; nil: all of it was.
  var damagedLine: Int?
  /// Why, in a clause.
  var damageCause = ""

  struct Step {
    var path: StepPath
    var kind = ""
    var title: String?
    /// Of a step in a group that goes round: which item it is about.
    var item: String?
    var why: String?
    var links: [(title: String, url: String)] = []
    var place: String?
    var began: Timestamp
    var state = "begun"
    var reason: String?
    var text: String?
    var error: String?
    var source: String?
    /// The evidence number.
    var number: Int?
    /// Whether the run ended with it.
    var isEnd = false
    /// Whether it was taken again later.
    var isSuperseded = false
    /// Whether it was a read of the operator's own, by `/query` at a prompt.
    var isAdHoc: Bool { path.isAdHoc }
    /// The event with the call as last sent; of a loop over reads, its first.
    var call: Int?
    /// When its first call was sent.
    var called: Timestamp?
    var attempts = 0
    /// The outcome in a few words.
    var summary = "no outcome"
    /// What must be known of it.
    var notices: [String] = []
    /// The number of the event that holds the outcome.
    var finished: Int?
    /// SHA-256 of the file with the whole outcome, and how many bytes came; of journals that don't say, the file's.
    var evidence: (digest: String, bytes: Int)?
    /// Whether `summary` is of the beginning that the journal's line has, and says less than there is.
    var isSummaryPartial = false
    var show: ShowTold?
    /// The step whose call this one repeats.
    var repeats: String?
    var took: Duration?
    var verdict: String?
    var held: Bool?
    /// How often was asked for what did not come true in time (`until`); nil: it did, or was not waited for.
    var unmetPolls: Int?
    var change: Change?

    /// `Look inside (one)`.
    var name: String {
      guard let item else { return title ?? path.text }
      return "\(title ?? path.nameInItem) (\(item))"
    }

    /// Why it was skipped, as the journal has it.
    var skipReason: String? { [reason, text, error].lazy.compactMap { $0 }.first { !$0.isEmpty } }

    /// Whether a reader finds it among the evidence: a piece of it, or a read that failed.
    var isReading: Bool { number != nil || (kind == "query" && state == "failed") }
  }

  /// One line of the timeline.
  struct Moment {
    var at: Timestamp
    var path: StepPath
    /// `run`, `group`, `query`, `check`, `answer`, `act`, `verify`, `undo`, `note`, `outside`, `warning`, `slip`,
    /// `failure`, `interrupt`.
    var kind: String
    var who: String?
    var what: String
    var result: String?
    /// The number of the evidence that it is about.
    var number: Int?
    /// The number of its event.
    var sequence: Int
    /// One of the calls of a change, or its verification.
    var isItem = false
    /// Whether `what` is a call, which is copied as it is.
    var isCall = false

    /// Whether `what` stands as code: a call, or what people said.
    var isCode: Bool { isCall || ["note", "outside"].contains(kind) }

    var text: String { what + (result.map { ": " + $0 } ?? "") }

    /// Whether `what` is the playbook's own or a sentence of the run's: `code` in it is code. What people and the world
    /// say is not, and a call keeps its own marks.
    var isProse: Bool { !isItem && !isCode && kind != "interrupt" }
    /// The same of `result`.
    var isResultProse: Bool { ["check", "run"].contains(kind) }
    /// Whether `result` is what people said.
    var isResultSaid: Bool { ["answer", "note", "outside", "interrupt"].contains(kind) }
  }

  struct Asked {
    var key: QuestionKey
    var kind: String
    var text: String
    var options: [String]
    /// What each of `options` means.
    var optionTexts: [String]
    var at: Timestamp
    var sequence: Int
    /// Since when it stands open; nil: the run is at work again, and asks it later.
    var shown: Timestamp?
    /// When it was asked for the first time of those that nobody answered.
    var first: Timestamp
    /// The call that it is about, of one about one item.
    var call: String?
  }

  /// When what was said counted no more, by which word and whose.
  struct Withdrawal {
    var at: Timestamp
    /// `back`, `redo`, `fresh`; `again` where the same was asked anew before anything was sent.
    var word: String
    static let again = "again"
    var by: String?
  }

  struct Decision {
    var at: Timestamp
    var path: StepPath
    var key: QuestionKey
    /// The kind of its question: `option`, `yesNo`, `approval`, `item`, `checkpoint`, `text`, `value`; empty where none
    /// was shown.
    var kind: String
    var question: String
    /// Which of several calls it is about; nil: all of them, or none.
    var item: String?
    var options: [String]
    /// What each of `options` means.
    var optionTexts: [String]
    var suggested: String?
    var chosen: String
    /// What `chosen` means, where its word says something else to a reader: `done` at an item is no word on the item.
    var meaning: String?
    var reason: String?
    var by: String
    var ticket: String?
    var source: String
    var took: Duration?
    var sequence: Int
    /// Who approves it, where somebody else than who answered must.
    var approver: String?
    /// Nil: it stands.
    var withdrawn: Withdrawal?
    /// Whether it is a yes to an undo that was never sent.
    var isUnused = false

    var said: String { meaning ?? chosen }

    /// Whether it ends the questions about items.
    var isStop: Bool { kind == "item" && chosen == "done" }

    /// What is to be known of it besides: `withdrawn at 17:20:00 by /back (alice)`, as `clock` writes times.
    func standing(_ clock: (Timestamp) -> String) -> String? {
      if isUnused { return "never carried out" }
      return withdrawn.map { gone in
        if gone.word == Withdrawal.again { return "superseded at \(clock(gone.at)): it was asked again" }
        let word = gone.word == "fresh" ? "fresh evidence" : "/" + gone.word
        return "withdrawn at \(clock(gone.at)) by \(word)" + (gone.by.map { " (\($0))" } ?? "")
      }
    }

    /// Whether it is a point of a document, which shows it itself.
    var isRecord: Bool { ["checkpoint", "text", "value"].contains(kind) }
    /// The run's end on somebody's word, which no question asked for.
    static let abort = "abort"
    var isGivenBeforehand: Bool { source != "terminal" }
    /// What the option at `position` means, where its name does not say it.
    func text(ofOption position: Int) -> String? {
      guard optionTexts.indices.contains(position) else { return nil }
      let text = optionTexts[position]
      return text.isEmpty || text == options[position] ? nil : EvidenceBody.shortened(text)
    }

    /// `Block them (203.0.113.7)`.
    var title: String { question + (item.map { " (\($0))" } ?? "") }
  }

  struct FollowUp {
    /// The number of the event that added it.
    var event: Int
    var text: String
    var due: Timestamp?
    var owner: String?
    var path: StepPath
    /// The remark that says it is done.
    var done: Remark?
  }

  struct Remark {
    var at: Timestamp
    var path: StepPath
    var text: String
    var by: String
  }

  struct Span {
    var from: Timestamp
    var to: Timestamp
  }

  init(_ events: [Event] = []) {
    for event in events { apply(event) }
    close()
  }

  func step(_ path: StepPath) -> Step? { index[path].map { steps[$0] } }

  /// Steps that changed something, or may have.
  var changes: [Step] { steps.filter { $0.change != nil } }

  /// Steps with evidence, and reads that failed; those that were taken again as well. In the order of their numbers.
  var readings: [Step] {
    (superseded + steps.filter(\.isReading)).sorted { ($0.finished ?? 0) < ($1.finished ?? 0) }
  }

  /// How it ended, in a word: of a run whose journal is damaged before its end that is not known.
  var outcomeWord: String { damagedLine != nil && ["unfinished", "paused"].contains(outcome) ? "not known" : outcome }

  /// Steps that did not run; not one of which something was sent, whatever became of that.
  var skipped: [Step] {
    steps.filter { step in step.state == "skipped" && step.change?.items.contains { !$0.isUnsent } != true }
  }

  /// How many of the playbook's steps the run ended before; nil where there is none, or that is not known.
  var unreached: Int? {
    guard ["failed", "aborted"].contains(outcome), reached > 0, let count = begun?.steps,
      count > reached
    else { return nil }
    return count - reached
  }

  /// The same in words.
  var unreachedText: String? {
    unreached.map { "\($0) of \(reached + $0) steps \($0 == 1 ? "was" : "were") not reached: the run \(outcome)" }
  }

  var documents: [Step] { steps.filter { $0.kind == "document" && $0.finished != nil } }

  /// The question that nobody has answered yet: the last one asked.
  var openQuestion: Asked? {
    damagedLine != nil || ["completed", "failed", "aborted"].contains(outcome)
      ? nil : asked.values.max { $0.sequence < $1.sequence }
  }
}
