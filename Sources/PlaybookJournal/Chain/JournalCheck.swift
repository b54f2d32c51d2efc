import CEL
public import PlaybookRecord

/// The findings of `playbook verify`: whether a journal is as it was written, and if not, the kind of change.
///
/// The chain shows every change within; a journal shortened at its end, or written again as a whole, shows only against
/// a hash that is kept elsewhere: one given, or the one that the last process left with the lock.
public struct JournalCheck: Sendable {
  public enum Kind: String, Sendable {
    /// The content of an event differs from the written one.
    case edited
    case removed
    case reordered
    case repeated
    /// Events at the end are gone.
    case truncated
    /// Events were put in that the run did not write.
    case added
    /// The chain fits, and is not the one whose hash is known.
    case rewritten
  }

  public struct Problem: Sendable {
    /// In `journal.jsonl`, from 1.
    public var line: Int
    public var kind: Kind
    public var message: String
  }

  /// How many events fit.
  public var count: Int { walk.count }
  /// The hash of the last line that fits.
  public var head: String { walk.head }
  public private(set) var problem: Problem?
  /// Remarks on things that are not faults.
  public private(set) var remarks: [String] = []
  /// The journal as it was gone through; nil of mere bytes.
  public let file: JournalFile?
  private let walk: Walk

  /// Checks a run's journal, of which one line is in memory at a time, and hands `body` each event that fits; `head` is
  /// a hash that was printed, or is in a transcript. Throws where it can't be read.
  /// - Parameter isExplained: whether the kind of change is found out for a chain that does not fit, for which all of
  ///   the journal is in memory; else only `file` says where it ends.
  public init(
    _ folder: RunFolder, head: String? = nil, isExplained: Bool = true, _ body: (Event) -> Void
  ) throws(FileError) {
    let left = folder.leftAt
    var walk = Walk(run: folder.id, left: left?.events, wanted: head?.lowercased())
    let journal = try folder.journal { event, hash in
      walk.take(event, hash)
      body(event)
    }
    // Somebody may have begun to write in between; then the lock says nothing of the lines that were read.
    let isSame = left?.head == folder.leftAt?.head
    self.walk = walk
    file = journal
    if let found = journal.problem {
      if !isExplained { return }
      problem = Self.explain(found, try folder.journalBytes())
    } else {
      judge(isTorn: journal.isTorn, left: isSame ? left : nil)
    }
  }

  /// The same of a journal's bytes; `left` is the last hash and the count of events that the lock knows.
  init(_ bytes: [UInt8], left: (head: String, events: Int)? = nil, head: String? = nil) {
    var walk = Walk(run: nil, left: left?.events, wanted: head?.lowercased())
    var chain = JournalChain()
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let isTorn = lines.popLast()?.isEmpty == false
    var found: JournalLine.Problem?
    for line in lines where found == nil {
      do throws(JournalLine.Problem) {
        let event = try chain.follow(Array(line))
        walk.take(event, chain.head)
      } catch {
        found = error
      }
    }
    self.walk = walk
    file = nil
    if let found {
      problem = Self.explain((walk.count + 1, found.message), bytes)
    } else {
      judge(isTorn: isTorn, left: left)
    }
  }

  /// The facts kept of a journal while its lines are read.
  private struct Walk {
    /// The run whose folder it lies in.
    let run: String?
    /// The number of the event whose hash the lock knows.
    let left: Int?
    /// The hash that was given.
    let wanted: String?
    var count = 0
    var head = JournalLine.start
    var leftHash: String?
    var wantedPlace: Int?
    var isEnded = false
    /// The first event but a remark after the end of the run.
    var late: (sequence: Int, type: EventType)?
    /// The run that the first event names, where it is another.
    var stranger: String?

    init(run: String?, left: Int?, wanted: String?) {
      self.run = run
      self.left = left
      self.wanted = wanted
    }

    mutating func take(_ event: Event, _ hash: String) {
      count += 1
      head = hash
      if count == left { leftHash = hash }
      if count == 1, let run, case .runStarted(let started) = event.body, started.run != run { stranger = started.run }
      if hash == wanted { wantedPlace = count }
      if isEnded, event.type != .noteAdded, late == nil { late = (event.sequence, event.type) }
      if event.type == .runFinished { isEnded = true }
    }
  }

  /// A chain that fits, held against facts from elsewhere.
  private mutating func judge(isTorn: Bool, left: (head: String, events: Int)?) {
    if let stranger = walk.stranger {
      problem = Problem(
        line: 1, kind: .rewritten, message: "it is another run's journal, that of \(stranger), and does not belong here"
      )
      return
    }
    if isTorn, let left, left.events <= count {
      problem = Problem(
        line: count + 1, kind: .added,
        message:
          "the lines behind event \(count) are not playbook's: the last process left \(left.events) events")
      return
    }
    if isTorn { remarks.append("the last line was torn by a crash while it was written, and is left out") }
    if left == nil, walk.isEnded {
      remarks.append(
        "nothing is known of how the run was left (no `lock`): remarks removed from the end would not show")
    }
    if let late = walk.late {
      problem = Problem(
        line: late.sequence, kind: .added,
        message: "event \(late.sequence) (\(late.type.rawValue)) follows the end of the run, where only remarks may")
      return
    }
    if let left { compare(left) }
    if problem == nil, let wanted = walk.wanted { compare(wanted) }
  }

  private mutating func compare(_ left: (head: String, events: Int)) {
    if left.events > count {
      problem = Problem(
        line: count + 1, kind: .truncated,
        message: "\(Self.range(count + 1, left.events)) at the end: the journal had \(left.events) events when the "
          + "last process left it")
    } else if left.events > 0, walk.leftHash != left.head {
      problem = Problem(
        line: left.events, kind: .rewritten,
        message: "event \(left.events) is not the one that the last process left: the journal was written again")
    } else if left.events < count {
      problem = Problem(
        line: left.events + 1, kind: .added,
        message: "the last process left \(left.events) events; the following ones are not playbook's")
    }
  }

  private mutating func compare(_ wanted: String) {
    if wanted == head { return }
    if let place = walk.wantedPlace {
      let more = count - place
      remarks.append(
        "the hash given is that of event \(place), and all up to it is as it was; "
          + (more == 1 ? "1 event" : "\(more) events") + " came after it")
      return
    }
    let isEnded = walk.isEnded
    problem = Problem(
      line: count + 1, kind: isEnded ? .rewritten : .truncated,
      message: "no event has the hash \(wanted.prefix(16))…; the journal ends with \(head.prefix(16))…: "
        + (isEnded
          ? "it was written again, or the hash is another run's" : "it was shortened at its end, or written again"))
  }

  // MARK: The kind of change of a chain that does not fit

  /// As much of a line as can be read, fitting or not.
  private struct Loose {
    var sequence: Int
    var previous: String
    var hash: String
    var bytes: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
      guard let content = try? Value(json: Array(bytes), numbers: .recorded), let sequence = content["seq"]?.intValue,
        let previous = content["prev"]?.stringValue, let hash = content["hash"]?.stringValue
      else { return nil }
      self.sequence = Int(sequence)
      self.previous = previous
      self.hash = hash
      self.bytes = bytes
    }
  }

  private static func explain(_ found: (line: Int, message: String), _ bytes: [UInt8]) -> Problem {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = found.line - 1
    let expected = found.line
    let later = lines[(index + 1)...].enumerated().lazy.compactMap { offset, line in
      Loose(line).map { (line: index + 2 + offset, it: $0) }
    }
    func problem(_ kind: Kind, _ message: String) -> Problem {
      Problem(line: found.line, kind: kind, message: message)
    }
    guard let line = Loose(lines[index]) else {
      return problem(.edited, "event \(expected) can't be read (\(found.message)): edited or damaged")
    }
    if (try? JournalLine(reading: Array(lines[index]))) == nil {
      let isNamed = later.first.map { $0.it.previous == line.hash } ?? false
      return problem(
        .edited,
        "event \(line.sequence) was edited: \(found.message)"
          + (isNamed ? ", by which the next event still knows it" : ""))
    }
    if line.sequence == expected {
      return problem(
        .edited,
        expected == 1
          ? "event 1 names a predecessor: it is not the beginning of this journal"
          : "event \(expected - 1) is not the one that event \(expected) was written after: edited or put in, with a hash "
            + "of its own")
    }
    if line.sequence > expected {
      if let place = later.first(where: { $0.it.sequence == expected }) {
        return problem(
          .reordered,
          "event \(line.sequence) stands where event \(expected) should, which is in line \(place.line): reordered")
      }
      return problem(.removed, "\(range(expected, line.sequence - 1)) before event \(line.sequence): removed")
    }
    let isCopy = lines[..<index].contains { $0.elementsEqual(line.bytes) }
    return isCopy
      ? problem(.repeated, "event \(line.sequence) stands here a second time: repeated")
      : problem(.added, "a second event \(line.sequence) stands where event \(expected) should: put in or reordered")
  }

  private static func range(_ first: Int, _ last: Int) -> String {
    first == last ? "event \(first) is gone" : "events \(first) to \(last) are gone"
  }
}
