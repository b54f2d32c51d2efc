import PlaybookRecord
import Synchronization
#if canImport(Glibc)
import Glibc
#endif

/// The yeses that this user gave in a run, by the hashes of their lines in its journal.
///
/// A hash is on disk here before its line is in the journal: a person who can write to the journal can add a line to
/// it, and can't add a hash. A kill between the two leaves a hash of a line that is nowhere, which says nothing.
public final class OwnYeses: Sendable {
  private let state: OwnState
  private let name: String
  private let found = Mutex<FileError?>(nil)

  /// - Parameter id: The run's id.
  public init(_ state: OwnState, run id: String) {
    self.state = state
    name = "\(id).yeses"
  }

  /// Why a line could not be noted; nil: all were.
  public var problem: FileError? { found.withLock { $0 } }

  /// Notes the line that is about to be written. A yes that can't be noted is asked for again after a resume.
  func note(_ line: JournalLine) {
    guard line.event.isYes else { return }
    do {
      let file = try state.folder(isMade: true).file(name, O_RDWR | O_CREAT | O_APPEND)
      try OwnState.checkOwn(file)
      try file.write(Array((line.hash + "\n").utf8))
      try file.sync()
    } catch {
      found.withLock { $0 = $0 ?? error }
    }
  }

  /// The numbers of the events whose yes is not known to be this user's.
  public func foreign(in contents: JournalContents) -> Set<Int> {
    let own = Set(hashes)
    var foreign: Set<Int> = []
    for (event, hash) in zip(contents.events, contents.hashes) where event.isYes && !own.contains(hash) {
      foreign.insert(event.sequence)
    }
    return foreign
  }

  /// How many of this user's yeses are missing at the journal's end: a kill leaves one at most.
  public func missing(in contents: JournalContents) -> Int {
    let known = Set(contents.hashes)
    return hashes.reversed().prefix { !known.contains($0) }.count
  }

  /// Forgets the hash that a kill left, so that the next kill is told from a shortened journal.
  public func reconcile(with contents: JournalContents) {
    guard missing(in: contents) > 0 else { return }
    let known = Set(contents.hashes)
    let kept = hashes.filter(known.contains).map { $0 + "\n" }.joined()
    guard let folder = try? state.folder(isMade: false),
      let file = try? folder.file(".\(name).new", O_WRONLY | O_CREAT | O_TRUNC),
      (try? file.write(Array(kept.utf8))) != nil, (try? file.sync()) != nil
    else { return }
    unsafe renameat(folder.descriptor, ".\(name).new", folder.descriptor, name)
  }

  private var hashes: [String] {
    guard let file = try? state.folder(isMade: false).file(name, O_RDONLY), (try? OwnState.checkOwn(file)) != nil,
      let bytes = try? file.read()
    else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension Event {
  /// Whether it can let something be sent: an intent, an answer, a word about a failure or a call in doubt, and
  /// the beginning, which says whether the run is a drill.
  fileprivate var isYes: Bool { [.runStarted, .actIntended, .questionAnswered, .failureHandled].contains(type) }
}
