import CEL
import PlaybookLanguage
import SourceText
import Testing

@Suite struct MassLockoutTests {
  @Test func `the example of the reference has no diagnostic`() {
    let (playbook, diagnostics) = MassLockout.reading.load(MassLockout.text, folder: "playbooks/mass-lockout")
    #expect(diagnostics.rendered == "")
    #expect(playbook?.steps.map(\.name) == ["attempts", "spraying", "attack", "verdict", "impact"])
    #expect(playbook?.finally.map(\.name) == ["post_incident"])
    #expect(playbook?.severity == .critical)
    #expect(playbook?.inputs.map(\.name) == ["window", "spread"])
    #expect(playbook?.sources.map(\.path) == ["playbook.yaml", "spraying.sql"])
    #expect(playbook?.used["post-incident"]?.steps.map(\.name) == ["lessons"])
  }

  @Test func `calls are in the long form and take their parameters from the inputs`() throws {
    let playbook = try #require(MassLockout.reading.decode(MassLockout.text).playbook)
    guard case .query(let attempts) = playbook.steps[0].kind, case .query(let spraying) = playbook.steps[1].kind else {
      Issue.record("no queries")
      return
    }
    #expect(attempts.call.form.literal("statement")?.hasPrefix("SELECT ip_address, COUNT(*)") == true)
    #expect(attempts.call.form.fields["with"]?["window"]?.expressions.map(\.expression.source) == ["inputs.window"])
    #expect(attempts.call.form.fields["with"]?["window"]?.span.location == "playbook.yaml:21:67")
    #expect(spraying.call.form.fields["with"]?["spread"]?.span.location == "spraying.sql:2:11")
    #expect(playbook.steps[0].show?.style == .bars("attempts", by: "ip_address"))
  }

  @Test func `an act has its loop, pace, undo and verify`() throws {
    let playbook = try #require(MassLockout.reading.decode(MassLockout.text).playbook)
    let place = try #require(playbook.places.first { $0.step.name == "block" })
    guard case .act(let act) = place.step.kind else {
      Issue.record("no act")
      return
    }
    #expect(place.step.forEach?.item == "attacker")
    #expect(place.step.forEach?.list.expression.source == "spraying.rows")
    #expect(act.limit == 50)
    #expect(act.pace?.first == 1)
    #expect(act.pace?.stopAfterErrors == 2)
    guard case .list(let words, _) = act.call.form.fields["args"] else {
      Issue.record("no words")
      return
    }
    #expect(words.count == 3)
    #expect(act.undos.first?.call.form.fields["args"]?.expressions.map(\.expression.source) == ["attacker.ip_address"])
    #expect(act.verify?.that.expression.source == "attacker.ip_address in lines")
    #expect(place.number == "4/5")
    #expect(place.path == "verdict.block")
    #expect(place.options == ["verdict": "attack"])
  }

  @Test func `evidence is followed through checks and loops but not through decisions`() throws {
    let playbook = try #require(MassLockout.reading.decode(MassLockout.text).playbook)
    func evidence(_ name: String) -> [String] {
      playbook.places.filter { $0.step.name == name }.flatMap { playbook.evidence(for: $0.step) }.map(\.name)
    }
    #expect(evidence("block") == ["spraying"])
    #expect(evidence("attack") == ["spraying"])
    #expect(evidence("impact").isEmpty)
  }
}
