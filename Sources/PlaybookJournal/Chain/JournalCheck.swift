import CEL
import PlaybookEngine

/// What `playbook verify` finds: whether a journal is as it was written, and if not, what was done to it.
///
/// The chain shows every change within; a journal cut at its end, or written again as a whole, shows only against a hash
/// that is kept elsewhere: one given, or the one that the last process left with the lock.
public struct JournalCheck: Sendable {
  public enum Kind: String, Sendable {
    /// The content of an event differs from what was written.
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

  public let contents: JournalContents
  public private(set) var problem: Problem?
  /// What is no fault and worth knowing.
  public private(set) var remarks: [String] = []

  /// Checks a run's journal; `head` is a hash that was printed, or is in a transcript. Throws where it can't be read.
  public init(_ folder: RunFolder, head: String? = nil) throws(FileError) {
    let left = folder.leftAt
    let bytes = try folder.journalBytes()
    // Somebody may have begun to write in between; then the lock says nothing of what was read.
    let isSame = left?.head == folder.leftAt?.head
    self.init(bytes, left: isSame ? left : nil, head: head)
  }

  /// The same of a journal's bytes; `left` is the last hash and the count of events that the lock knows.
  init(_ bytes: [UInt8], left: (head: String, events: Int)? = nil, head: String? = nil) {
    contents = JournalReader.read(bytes)
    if let found = contents.problem {
      problem = Self.explain(found, bytes)
      return
    }
    if contents.isTorn { remarks.append("the last line was cut while it was written, by a crash, and is left out") }
    if let end = contents.events.firstIndex(where: { $0.type == .runFinished }),
      let late = contents.events[(end + 1)...].first(where: { $0.type != .noteAdded })
    {
      problem = Problem(
        line: late.sequence, kind: .added,
        message: "event \(late.sequence) (\(late.type.rawValue)) follows the end of the run, where only remarks may")
      return
    }
    if let left { compare(left) }
    if problem == nil, let head { compare(head.lowercased()) }
  }

  private mutating func compare(_ left: (head: String, events: Int)) {
    let count = contents.events.count
    if left.events > count {
      problem = Problem(
        line: count + 1, kind: .truncated,
        message: "\(Self.range(count + 1, left.events)) at the end: the journal had \(left.events) events when the "
          + "last process left it")
    } else if left.events > 0, contents.hashes[left.events - 1] != left.head {
      problem = Problem(
        line: left.events, kind: .rewritten,
        message: "event \(left.events) is not the one that the last process left: the journal was written again")
    } else if left.events < count {
      problem = Problem(
        line: left.events + 1, kind: .added,
        message: "the last process left \(left.events) events; what follows was not written by playbook")
    }
  }

  private mutating func compare(_ head: String) {
    if head == contents.head { return }
    if let place = contents.hashes.firstIndex(of: head) {
      let more = contents.events.count - place - 1
      remarks.append(
        "the hash given is that of event \(place + 1), and all up to it is as it was; "
          + (more == 1 ? "1 event" : "\(more) events") + " came after it")
      return
    }
    problem = Problem(
      line: contents.events.count + 1, kind: contents.events.last?.type == .runFinished ? .rewritten : .truncated,
      message: "no event has the hash \(head.prefix(16))…; the journal ends with \(contents.head.prefix(16))…: "
        + (contents.events.last?.type == .runFinished
          ? "it was written again, or the hash is another run's" : "it was cut at its end, or written again"))
  }

  // MARK: What was done to a chain that does not fit

  /// As much of a line as can be read, fitting or not.
  private struct Loose {
    var sequence: Int
    var previous: String
    var hash: String
    var bytes: ArraySlice<UInt8>

    init?(_ bytes: ArraySlice<UInt8>) {
      guard let content = try? Value(json: Array(bytes)), let sequence = content["seq"]?.intValue,
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
