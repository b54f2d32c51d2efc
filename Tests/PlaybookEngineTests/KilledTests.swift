import CEL
import ExecutorKit
import PlaybookEngine
import PlaybookRecord
import Testing

/// Promise 6, over whole playbooks: killed after each event in turn, the run comes to the same end.
@Suite struct KilledTests {
  struct Story: Sendable, CustomTestStringConvertible {
    var name: String
    var text: String
    var human: [String: [Reply]]
    var script: [String: FakeExecutor.Reply] = [:]
    var testDescription: String { name }
  }

  static let stories = [
    Story(
      name: "acts in a looped group, verified",
      text: """
        steps:
          - group: each
            for_each: host in ["a", "b"]
            steps:
              - query: look
                shell: look ${host}
              - act: fix
                shell: fix ${look.value}
                verify: {shell: "check ${host}", that: value != ""}
          - check: good
            that: each.items.all(i, i.fix.verified)
            expect: yes
        """, human: ["each[0].fix": [.yes], "each[1].fix": [.yes]]),
    Story(
      name: "a loop with a pace and a failing item",
      text: """
        steps:
          - act: block
            for_each: host in ["a", "b", "c"]
            on_error: continue
            pace: {first: 1}
            shell: block ${host}
          - query: after
            shell: after ${block.items.filter(i, !i.ok).size()}
        """, human: ["block": [.yes], "block!pace": [.yes]], script: ["block b": .rejected()]),
    Story(
      name: "a failure, then finally",
      text: """
        steps:
          - query: q
            on_error: stop
            shell: q
          - act: never
            shell: never
        finally:
          - act: tidy
            shell: tidy
          - document: why
            ask: Why?
        """, human: ["tidy": [.yes], "never": [.yes]], script: ["q": .rejected()]),
    Story(
      name: "a failed assertion that stops, then finally",
      text: """
        steps:
          - query: q
            shell: q
          - check: c
            that: q.value == "no"
            expect: yes
            on_fail: stop
          - act: never
            shell: never
        finally:
          - query: last_look
            shell: look
        """, human: ["never": [.yes]]),
    Story(
      name: "a loop that ends after errors",
      text: """
        steps:
          - act: block
            for_each: host in ["a", "b", "c"]
            pace: {stop_after_errors: 1}
            shell: block ${host}
          - act: never
            shell: never
        """, human: ["block": [.yes], "never": [.yes], "block!errors": [.said("abort")]],
      script: ["block b": .rejected()]),
    Story(
      name: "a gate and skipped steps",
      text: """
        steps:
          - group: part
            steps:
              - confirm: sure
                ask: Sure?
              - act: never
                shell: never
          - act: always
            shell: always ${never.ok}
        """, human: ["sure": [.no], "never": [.yes], "always": [.yes]]),
  ]

  private func run(_ story: Story, _ sink: MemorySink) throws -> TestRun {
    let run = try TestRun(story.text, sink: sink)
    for (call, reply) in story.script { run.executor.script(call, reply) }
    return run
  }

  @Test(arguments: stories) func `killed after any event a run comes to the same end`(_ story: Story) async throws {
    let whole = try run(story, MemorySink())
    let result = await whole.sit(FakeOperator(story.human))
    let events = whole.sink.events
    #expect(events.last?.type == .runFinished)
    #expect(!whole.executor.calls.contains { $0.contains("never") })
    for count in 1..<events.count {
      let sink = MemorySink()
      for event in events.prefix(count) { _ = try await sink.record(event, synced: true) }
      let again = try run(story, sink)
      var human = story.human
      let last = events[count - 1]
      if last.type == .actStarted {
        let position = last.data["position"]?.intValue ?? 0
        let handled = events.prefix(count).count { $0.type == .failureHandled }
        let fails = story.script[last.data["call"]?.stringValue ?? ""] != nil
        human["\(last.path)!cut\(position).\(handled + 1)"] = [.said(fails ? "again" : "happened")]
      }
      #expect(await again.sit(FakeOperator(human)) == result, "after event \(count)")
      #expect(!again.executor.calls.contains { $0.contains("never") }, "after event \(count)")
      let heard = Set(
        events.prefix(count).filter { $0.type == .actFinished && $0.data["state"]?.stringValue == "done" }
          .compactMap { done in
            events.last {
              $0.type == .actStarted && $0.path == done.path
                && $0.data["position"]?.intValue == done.data["position"]?.intValue
            }?
            .data["call"]?.stringValue
          })
      #expect(again.executor.acts.allSatisfy { !heard.contains(String($0.dropFirst())) }, "after event \(count)")
      for path: StepPath in ["each", "after", "always", "good"] {
        let kind = { (run: TestRun) in run.outcome(path)?["state"]?.stringValue }
        #expect(kind(again) == kind(whole), "\(path) after event \(count)")
      }
      #expect(again.outcome("after")?["value"]?.stringValue == whole.outcome("after")?["value"]?.stringValue)
    }
  }
}
