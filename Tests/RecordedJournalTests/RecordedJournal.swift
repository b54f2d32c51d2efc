import CEL
import ExecutorKit
import Foundation
import PlaybookEngine
import PlaybookJournal
import PlaybookLanguage
import PlaybookRecord
import Testing

@testable import PlaybookCommands

/// A run as an earlier version of the program recorded it, read as `playbook resume` reads it.
struct RecordedJournal: CustomStringConvertible {
  let name: String
  let contents: JournalContents
  let folder: RunFolder
  /// A copy of the run's folder, under its id.
  private let copy: URL

  var events: [Event] { contents.events }
  /// Its first event.
  var beginning: RunStarted {
    if case .runStarted(let started) = events.first?.body { started } else { RunStarted() }
  }
  var description: String { name }
  /// Whether the run can be resumed.
  var isUnfinished: Bool { RunState(events).outcome == nil }

  /// `Tests/Journals/v1`.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Journals/v1")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []).sorted()

  init(_ name: String) throws {
    self.name = name
    copy = FileManager.default.temporaryDirectory.appending(path: "journals-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
    let recorded = Self.root.appending(path: name)
    let text = try String(contentsOf: recorded.appending(path: "journal.jsonl"), encoding: .utf8)
    let first = try #require(text.split(separator: "\n").first)
    let id = try #require(try Value(json: Array(first.utf8))["data"]?["run"]?.stringValue)
    try FileManager.default.copyItem(at: recorded, to: copy.appending(path: id))
    folder = try RunStore(root: copy.path).find(id)
    contents = try folder.journal()
  }

  /// The playbook and the environment that a resume reads.
  private func sources() async throws -> (Playbook, Environment) {
    var options = EnvironmentOptions()
    options.environments = folder.path + "/environments.yaml"
    options.name = beginning.environment
    let surroundings = try await Loading.surroundings(options)
    let environment = surroundings.environment
    let playbook = try RecordedSources(folder, beginning).playbook(
      named: beginning.playbook, executors: surroundings.schemas, commands: environment.commands)
    return (playbook, environment)
  }

  func remove() { try? FileManager.default.removeItem(at: copy) }

  /// What resumes the run in a world that is not there.
  func resumer() async throws -> Resumer {
    let (playbook, environment) = try await sources()
    return Resumer(journal: self, playbook: playbook, environment: environment)
  }

  /// The text that was recorded under a name beside the journal. With `PLAYBOOK_RECORD_EXPECTED` set, one that is not
  /// there yet is written from `now`; one that is there is never written again.
  func expected(_ file: String, now: String) throws -> String {
    let url = Self.root.appending(path: name).appending(path: file)
    let isWanted = ProcessInfo.processInfo.environment["PLAYBOOK_RECORD_EXPECTED"] != nil
    if isWanted, !FileManager.default.fileExists(atPath: url.path) {
      try now.write(to: url, atomically: true, encoding: .utf8)
    }
    return try String(contentsOf: url, encoding: .utf8)
  }

  /// The lines in which two texts differ, the first ten of them.
  static func differences(_ expected: String, _ now: String) -> String {
    let (old, new) = (expected.split(separator: "\n"), now.split(separator: "\n"))
    let lines = new.difference(from: old).prefix(10).map { change in
      switch change {
      case .remove(let offset, let line, _): "\(offset + 1) - \(line)"
      case .insert(let offset, let line, _): "\(offset + 1) + \(line)"
      }
    }
    return lines.joined(separator: "\n")
  }
}
