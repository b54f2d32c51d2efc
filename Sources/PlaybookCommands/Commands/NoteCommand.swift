import ArgumentParser
import CEL
import FoundationEssentials
import PlaybookEngine
import PlaybookJournal

/// `playbook note RUN TEXT`.
struct NoteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "note", abstract: "Puts a remark into a run's timeline, from another terminal or afterwards.",
    discussion: """
      The process that holds the run records it and shows it to the operator. A run that nobody holds, an ended one too, is
      given it at once. A remark changes nothing of a run's outcome.

      Examples:
        playbook note last "the CDN team sees the same addresses"
        playbook note 7f3k "customers began to call" --at 02:40
      """)

  @Argument(
    help: ArgumentHelp("The run: its id, a unique part of it, or `last`.", valueName: "run"),
    completion: .custom(Completions.runs))
  var name: String

  @Argument(help: "The remark.")
  var text: String

  @Option(
    name: .long, help: "What time it is about, where it comes late: RFC 3339, or HH:MM (UTC): the last time it was so.")
  var at: String?

  @OptionGroup var runs: RunsOptions

  func run() async throws {
    if let problem = Remark.problem(with: text) { throw CommandFailure.wrong(problem) }
    let when = try Loading.time(at, option: "--at")
    let folder = try runs.open(name).folder
    let now = Timestamp.now()
    let stamp = now.description.filter { $0.isNumber || $0 == "T" }
    let remark = Remark(
      id: "\(stamp)-\(ProcessInfo.processInfo.processIdentifier)", text: text, by: RunSession.operatorName, when: when,
      made: now)
    let inbox = RunInbox(folder)
    do {
      try inbox.leave(remark)
    } catch {
      throw CommandFailure.failed("the remark can't be left: \(error.description)")
    }
    // Whoever holds the run takes it up within a second; where nobody does, it is recorded here.
    for _ in 0..<50 {
      let holder = folder.holder
      if !inbox.holds(remark) {
        Output.operatorText("recorded in \(folder.id)\(holder.map { " by \(RunLock.text(of: $0))" } ?? "")\n")
        return
      }
      if holder == nil, let taken = try await record(in: folder) {
        Output.operatorText("recorded in \(folder.id)\nhead  \(taken)\n")
        return
      }
      try await Task.sleep(for: .milliseconds(100))
    }
    Output.operatorText(
      "left for \(RunLock.text(of: folder.holder)), who has not taken it up yet; it is not lost\n")
  }

  /// Records what lies in the inbox of a run that nobody holds; the new head hash, or nil where somebody was quicker.
  private func record(in folder: RunFolder) async throws -> String? {
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

/// Takes remarks of other processes into a run that is going on.
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
