public import CEL

/// Something that happened in a run. The journal is a list of these; the screen, the transcript and a resumed run are
/// folds over it.
public struct Event: Sendable {
  /// Position in the journal, from 1. 0 before it is written.
  public var sequence: Int
  /// When, in UTC with microseconds.
  public var at: Timestamp
  /// The step's path: `spraying`, `block[3]` for an item of a loop, `post_incident.impact` in a used playbook. Empty
  /// for events of the run.
  public var path: StepPath
  public var type: EventType
  /// What there is to say, as `EventType` has it for each type.
  public var data: MapValue

  public init(sequence: Int = 0, at: Timestamp, path: StepPath = "", type: EventType, data: MapValue = MapValue()) {
    self.sequence = sequence
    self.at = at
    self.path = path
    self.type = type
    self.data = data
  }
}

/// The kinds of events and the fields of their data. A field marked ? may be missing. Where there is `by` there is
/// `uid`? as well: the user whose process recorded it, or whose file it was; journals of older versions have none.
public enum EventType: String, Sendable, CaseIterable {
  /// `run`, `playbook`, `title`, `severity`?, `environment`, `color`?, `operator`, `uid`?, `engine` (version), `inputs`
  /// (map), `sources` (list of `path`, `sha256`), `git`? (`commit`, `dirty`), `ticket`?, `alerted`? (timestamp),
  /// `contact`? (`contact`, `response` duration), `mode` (`run`, `plan`, `drill`), `steps` (count), `host`, `pid`,
  /// `boot`? (id of the machine's boot), `category`?, `section`?, `symptoms`, `path` (of the playbook),
  /// `environmentsFile`? (absolute path), `numbers`? (`exact`; missing in runs whose `number` inputs are doubles).
  case runStarted = "run.started"
  /// `operator`, `uid`?, `host`, `pid`, `boot`?, `tookOver`? (the process that died while it held the run: `operator`,
  /// `pid`, `host`, `since`), `reason`? (what the run was stopped by), `changed`? (which files on disk differ from the
  /// recorded ones, in words).
  case runResumed = "run.resumed"
  /// `reason`, `question`? (`key`, `text`, `options`?; of a change `target` and `servers`?), `how` (the command that
  /// goes on).
  case runPaused = "run.paused"
  /// `outcome` (`completed`, `failed`, `aborted`), `reason`?, `failed` (checks that were expected and did not hold:
  /// list of `path`, `text`), `changes` (count), `unverified` (list of paths).
  case runFinished = "run.finished"

  /// `kind`, `name`, `title`?, `why`?, `place` ("4/9"), `now` (timestamp: what `now` is for this attempt), `links`?; of
  /// a used playbook `inputs` (map of what it is given, nothing secret); it begins anew where that has become something
  /// else.
  case stepStarted = "step.started"
  /// `reason`, `kind`, `title`?, `state` (`skipped`).
  case stepSkipped = "step.skipped"
  /// The end of a step: `kind`, `state` (`done`, `failed`), `outcome` (the map that later steps see) or `evidence`
  /// (`sha256`, `bytes`, `size`? in bytes of what came, `counts`? by field; where the outcome lies in a file),
  /// `number`? (evidence number, for queries), `show`? (`style`, `columns`, `by`), `error`? (`code`, `message`),
  /// `text`? (what a check's answer means), `source`?, `stops`? (why the run ends with it).
  case stepFinished = "step.finished"
  /// The list of a loop, fixed: `items` (list of values), `labels`? (what the items are called, where the step says
  /// so), `leftOut`? (list of `item`, `reason`; of a change).
  case loopStarted = "loop.started"

  /// A read goes out: `call` (text as sent), `executor`, `target`?, `attempt`.
  case callSent = "call.sent"
  /// An attempt that did not work and is followed by another, or a poll whose condition does not hold: `attempt`,
  /// `error`? (`code`, `message`), `text`?, `wait`? (duration until the next; of one that did not work).
  case callRepeated = "call.repeated"

  /// A change is about to be made; synced to disk before it is: `calls` (texts as sent), `executor`, `target`?,
  /// `servers`? (the one that each call would reach, null where it is not known; missing where the executor has none),
  /// `digest` (32 digits; 16 in journals of older versions), `items`?, `undo`? (texts), `leftOut`?, `typed`?,
  /// `idempotent`, `irreversible`? (true), `approved` (positions). An undo has one of its own under `PATH!undoN`:
  /// `undoes` (path), `positions`, `calls`, `servers`?, `items`?, `executor`, `digest`. So have calls that would reach
  /// other servers than approved, under `PATH!serverN`: `moves` (path), `positions`, `calls`, `servers`, `executor`,
  /// `digest`; and calls whose first yes was somebody else's or of an older version, under `PATH!rest`: `renews`
  /// (path), `positions`, `calls`, `servers`?, `executor`, `digest`. So has one call that is sent with other inputs,
  /// under `PATH!editN`: `edits` (path), `position`, `inputs` (map of name to value), `calls`, `servers`? and `undo` of
  /// that call alone, `replaces`? (map of `call` and `undo`: what was sent before and may have taken effect).
  case actIntended = "act.intended"
  /// One item (or the only call) goes out: `position`, `item`?, `label`? (what the item is called), `call`, `server`?.
  case actStarted = "act.started"
  /// What became of it: `position`, `item`?, `label`?, `state` (`done`, `failed`, `unknown`, `skipped`), `outcome`?,
  /// `error`?, `took` (duration), `source`? (the server that answered), `left` (true where it failed or is unknown and
  /// the operator left it so); where a human says what became of it: `word` (`happened`, `by_hand`, `skip`), `by`,
  /// `reason`?.
  case actFinished = "act.finished"
  /// `position`?, `item`?, `label`?, `held` (boolean), `outcome`?, `text`.
  case actVerified = "act.verified"
  /// A call that takes a change back goes out: `position`, `item`?, `label`?, `call`, `server`?.
  case undoStarted = "undo.started"
  /// A change taken back: `position`?, `item`?, `label`?, `call`, `state` (`done`, `failed`, `unknown`, `skipped`),
  /// `error`?, `word`? (as of `act.finished`), `by`? and `reason`? (where a human says so), `verified`? (whether what
  /// was verified of the change holds no more), `text`?, `source`? (the server that answered), `unseen`? (true where it
  /// is yet to be looked at; another event says what the look showed, unless the run ends before).
  case actUndone = "act.undone"

  /// `key`, `kind`, `text`, `options`? (list of `name`, `text`), `suggested`?, `digest`?; before a change `approval`:
  /// the first 50 `calls`, their `count`, `target`, `servers`?, `undo` (texts), `leftOut`?, `warnings`?.
  case questionAsked = "question.asked"
  /// `key`, `value`, `reason`?, `by`, `ticket`?, `source`, `took`?, `suggested`?.
  case questionAnswered = "question.answered"

  /// Steps that are walked again, with what was recorded of them forgotten: `paths`, `containers` (of which only the
  /// end is forgotten), `word` (`redo`, `back`, `fresh`), `target` (what was named), `by`. Changes that were sent stay.
  case stepsReopened = "steps.reopened"
  /// What the operator chose when a step failed: `choice`, `reason`?, `position`?, `inputs`? (those edited, name to
  /// value), `by`, `undo`? (true where it is about taking back), `rest`? (true where nothing more of the loop is to be
  /// sent), `positions`? (of a loop's items that are to be sent again).
  case failureHandled = "failure.handled"
  /// A remark: `text`, `by`, `when`? (timestamp, for one that comes late), `id`? and `made`? (timestamp; both for one
  /// from another process), `closes`? (the number of the event that added the follow-up which is done now). The only
  /// event that may stand after `run.finished`.
  case noteAdded = "note.added"
  /// Something done outside playbook: `text`, `by`.
  case doneOutside = "outside.done"
  /// `text`, `due`? (timestamp), `owner`?, `from` (the step).
  case followUpAdded = "followup.added"
  /// Something the operator must know: `text`, `slip`? (true where it only says what was wrong with something typed at
  /// a prompt, which is nothing to know of later).
  case warning = "warning"
  /// The run was asked to stop: `signal` (`SIGINT`, `SIGTERM`, `/abort`, …), `choice`? (`go on`, `finish step`,
  /// `pause`, `abort`, `cancel call`; none: the operator is being asked, and another event says what was chosen), `by`.
  case interrupted = "interrupted"
}
