import CEL
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal
import PlaybookRecord
#if canImport(Glibc)
import Glibc
#endif

/// Brings a remark into a run's journal: by the process that holds the run, or, where none does, itself.
struct RemarkDelivery {
  private let folder: RunFolder

  init(_ folder: RunFolder) {
    self.folder = folder
  }

  /// A remark of this process's user.
  static func remark(_ text: String, when: Timestamp? = nil, closes: Int? = nil) -> Remark {
    let now = Timestamp.now()
    let stamp = now.description.filter { $0.isNumber || $0 == "T" }
    return Remark(
      id: "\(stamp)-\(ProcessInfo.processInfo.processIdentifier)", text: text, by: RunSession.operatorName,
      uid: getuid(),
      when: when, made: now, closes: closes)
  }

  /// Leaves the remark and waits until it is on record, a few seconds at most; tells the result.
  func deliver(_ remark: Remark) async throws {
    let inbox = RunInbox(folder)
    do {
      try inbox.leave(remark)
    } catch {
      throw CommandFailure.failed("the remark can't be left: \(error.description)")
    }
    // The holder of the run records it within a second; where there is none, it is recorded here.
    for _ in 0..<50 {
      let holder = folder.holder
      if !inbox.holds(remark) {
        Output.operatorLines("recorded in \(folder.id)\(holder.map { " by \(RunLock.text(of: $0))" } ?? "")\n")
        return
      }
      if holder == nil, let taken = try await record() {
        Output.operatorLines("recorded in \(folder.id)\nhead  \(taken)\n")
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    Output.operatorText(
      "left for \(RunLock.text(of: folder.holder)), and not recorded yet; it is not lost\n")
  }

  /// Records the inbox of a run that nobody holds; the new head hash, or nil where somebody was quicker.
  private func record() async throws -> String? {
    let journal: JournalWriter
    do {
      let lock = try RunLock(folder)
      let contents = try folder.journal()
      if let problem = contents.problem {
        throw CommandFailure.failed(
          "the journal of \(folder.id) does not fit (line \(problem.line)), so nothing is added to it; "
            + "the remark lies in \(folder.path)/inbox")
      }
      guard !contents.events.isEmpty else { throw CommandFailure.wrong("the run \(folder.id) has not begun") }
      journal = try JournalWriter(folder, continuing: contents, lock: lock, holder: RunSession.holder)
      let known = RunState(contents.events).remarks
      for (name, found) in RunInbox(folder).look() {
        guard case .remark(let remark) = found else { continue }
        if !known.contains(remark.id) { _ = try await journal.record(remark.event, synced: true) }
        RunInbox(folder).remove(name)
      }
    } catch is RunLock.Held {
      return nil
    } catch let error as FileError {
      throw CommandFailure.failed(error.description)
    } catch let error as EventSinkError {
      throw CommandFailure.failed("the remark can't be recorded: \(error.message)")
    }
    await journal.close(isVisitor: true)
    if FileManager.default.fileExists(atPath: folder.path + "/transcript.md") {
      _ = try? RunSession.writeTranscript(of: folder)
    }
    return await journal.head
  }
}

/// Takes remarks of other processes into a run under way.
struct RemarkWatch {
  private let inbox: RunInbox

  init(_ folder: RunFolder) {
    inbox = RunInbox(folder)
  }

  /// Looks a few times a second until the task is cancelled.
  func follow(_ runner: Runner) async {
    var refused: Set<String> = []
    while !Task.isCancelled {
      for (name, found) in inbox.look() {
        switch found {
        case .remark(let remark):
          if await runner.take(remark) { inbox.remove(name) }
        case .refused(let reason):
          if refused.insert(name).inserted, refused.count <= 20 {
            await runner.warn("the file \(name) in the run's inbox is left out: \(reason)")
          }
        }
      }
      try? await Task.sleep(for: .milliseconds(300))
    }
  }
}
