import FoundationEssentials
import Testing

@testable import PlaybookTranscript

/// Each format of a small, a large and a failed run, of one that is going on, of one with steps taken again, and of a plan. A snapshot that is missing is written and
/// fails; `PLAYBOOK_RECORD=1` writes all of them again.
@Suite struct SnapshotTests {
  private static let folder = String(#filePath.dropLast("SnapshotTests.swift".count)) + "Snapshots/"

  private static let runs = [
    "small": SmallRun.transcript(SmallRun.events), "failed": SmallRun.transcript(FailedRun.events),
    "going-on": SmallRun.transcript(Array(SmallRun.events.prefix(8))),
    "retaken": SmallRun.transcript(RetakenRun.events), "plan": SmallRun.transcript(PlannedRun.events),
    "large": SmallRun.transcript(LargeRun.events(6, rows: 40, items: 30)),
  ]

  private static let names = ["small", "failed", "going-on", "retaken", "plan", "large"]

  private static let extensions: [TranscriptFormat: String] = [
    .markdown: "md", .html: "html", .json: "json", .text: "txt",
  ]

  @Test(arguments: names, TranscriptFormat.allCases)
  func `a run reads as it should`(_ name: String, _ format: TranscriptFormat) throws {
    let transcript = try #require(Self.runs[name])
    var text = transcript.text(format)
    // The sheet is one for all, and has its own tests: `StyleSheetTests`.
    if format == .html { text = text.replacing(StyleSheet.html.text, with: "") }
    try compare(text, with: "\(name).\(Self.extensions[format] ?? "")")
    if format == .html { #expect(PageCheck(transcript.text(.html)).problems == []) }
  }

  @Test(arguments: names) func `its sitrep does`(_ name: String) throws {
    let sitrep = try #require(Self.runs[name]).sitrep()
    #expect(sitrep.split(separator: "\n").count == 5)
    try compare(sitrep, with: "\(name).sitrep.txt")
  }

  private func compare(_ text: String, with name: String) throws {
    let path = Self.folder + name
    let isRecording = ProcessInfo.processInfo.environment["PLAYBOOK_RECORD"] == "1"
    guard !isRecording, let known = FileManager.default.contents(atPath: path) else {
      try FileManager.default.createDirectory(atPath: Self.folder, withIntermediateDirectories: true)
      try Data(text.utf8).write(to: URL(filePath: path))
      Issue.record("\(name) was written; look at it")
      return
    }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let expected = String(decoding: known, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    // By bytes: texts that Unicode holds for equal are not the same file.
    for (number, (line, other)) in zip(lines, expected).enumerated() where !line.utf8.elementsEqual(other.utf8) {
      Issue.record("\(name):\(number + 1): \(line) was \(other)")
      return
    }
    #expect(lines.count == expected.count, "\(name)")
    #expect(Array(text.utf8) == Array(known), "\(name)")
  }
}
