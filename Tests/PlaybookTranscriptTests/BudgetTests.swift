import CEL
import PlaybookRecord
import Testing

@testable import PlaybookTranscript

@Suite struct BudgetTests {
  private let large = SmallRun.transcript(LargeRun.events(60, rows: 80, items: 60))

  @Test(arguments: ["github", "gitlab", "jira", "servicenow", "20000", "2000", "1200"])
  func `a transcript is never longer than its budget`(_ name: String) throws {
    let budget = try #require(Budget(name))
    let text = try large.markdown(within: budget)
    #expect(text.utf16.count <= budget.limit)
    #expect(text.contains("**completed**") && text.contains(large.runID))
    let isCut = large.text(.markdown).utf16.count > budget.limit
    #expect(text.contains("The whole: `playbook transcript \(large.runID)`") == isCut)
    #expect(text.contains("Cut to \(budget.limit) characters") == isCut)
    // Every table and fence that begins ends.
    #expect(text.split(separator: "\n").count { $0.hasPrefix("```") } % 2 == 0)
  }

  @Test func `what fits stays whole`() throws {
    let small = SmallRun.transcript(SmallRun.events)
    #expect(try small.markdown(within: #require(Budget("github"))) == small.text(.markdown))
  }

  @Test func `evidence shortens first, changes and decisions stay`() throws {
    let text = try large.markdown(within: #require(Budget("jira")))
    #expect(text.contains("## Changes") && text.contains("`item 59`"))
    #expect(text.contains("**What is this?** `attack`") && text.contains("reason: many accounts"))
    #expect(text.contains("Shortened: "))
    let tight = try large.markdown(within: #require(Budget("servicenow")))
    #expect(tight.contains("What is this?") && tight.contains("60 of 60 done"))
    #expect(!tight.contains("### E1") && tight.contains("Left out: "))
  }

  @Test func `what was decided, changed and left to be done outlives the rest`() throws {
    for limit in [1000, 1200, 4000] {
      let text = try large.markdown(within: #require(Budget(String(limit))))
      #expect(text.contains("**What is this?** `attack`") && text.contains("60 of 60 done"), "\(limit)")
      #expect(text.contains("Review the rule, due 2026-11-24"), "\(limit)")
    }
  }

  @Test func `reasons, undos and what was left out outlive the head's times`() throws {
    let run = SmallRun.transcript(SmallRun.events)
    for limit in stride(from: 900, to: 4000, by: 100) {
      let text = try run.markdown(within: #require(Budget(String(limit))))
      if text.contains("| In all |") || text.contains("| Decided |") {
        #expect(text.contains("reason: many accounts") && text.contains("firewall unblock"), "\(limit)")
        #expect(text.contains("10.0.0.4: protected"), "\(limit)")
      }
    }
    let tight = try run.markdown(within: #require(Budget("900")))
    #expect(tight.contains("reason: many accounts") && tight.contains("undo: `firewall unblock 203.0.113.7`"))
    #expect(tight.contains("left out as protected: 10.0.0.4: protected"))
  }

  @Test func `what is cut is named, in rows where there is much of it`() throws {
    let text = try large.markdown(within: #require(Budget("4000")))
    #expect(text.contains("E1–E") && !text.contains(" more."))
  }

  @Test func `what was cut comes back where there is room`() throws {
    // A table that does not fit whole takes the rest of the transcript with it, until it is shorter.
    let run = SmallRun.transcript(LargeRun.events(60, rows: 80, items: 400))
    for limit in [12_000, 32_767, 65_536] {
      let text = try run.markdown(within: #require(Budget(String(limit))))
      #expect(text.utf16.count > limit * 3 / 4, "\(limit)")
      #expect(text.contains("| In all |") && text.contains("the load fell"), "\(limit)")
    }
  }

  @Test func `a system is known in any case`() {
    #expect(Budget("GitHub") == Budget("github") && Budget("JIRA")?.limit == 32_767)
  }

  @Test func `names that grow when they are escaped break no budget`() throws {
    let name = String(repeating: "!a@", count: 14)
    let events =
      [SmallRun.start]
      + (1...30).flatMap { number in
        [
          SmallRun.event(
            .stepFinished, "\(name)\(number)", at: 69,
            ["kind": "query", "state": "failed", "error": ["message": .string(String(repeating: "no ", count: 60))]]),
          RetakenRun.answered("\(name)\(number)", "yes", String(repeating: "why ", count: 60), at: 70),
        ]
      }
    let transcript = SmallRun.transcript(events + SmallRun.rest)
    for limit in stride(from: 2000, to: 8000, by: 50) {
      let text = try transcript.markdown(within: #require(Budget(String(limit))))
      #expect(text.utf16.count <= limit)
    }
  }

  @Test func `a budget that nothing fits is an error that says how much it takes`() throws {
    let budget = try #require(Budget("40"))
    #expect(throws: Budget.TooSmall.self) { try large.markdown(within: budget) }
  }

  @Test(arguments: ["", "0", "-1", "slack", "git hub"]) func `anything else is no budget`(_ name: String) {
    #expect(Budget(name) == nil)
  }
}
