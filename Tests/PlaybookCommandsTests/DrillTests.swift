import Foundation
import Testing

@Suite struct DrillTests {
  @Test func `the drill of mass-lockout blocks eight addresses and leaves a journal that verifies`() throws {
    let program = try Program()
    defer { program.remove() }
    let playbooks = Program.root.appending(path: "playbooks").path
    let result = try program.run(
      "drill", "mass-lockout", "--playbooks", playbooks, "--answers",
      playbooks + "/mass-lockout/tests/attack-is-blocked.yaml")
    #expect(result.code == 0, "\(result.errors.suffix(3000))")
    let transcript = try program.run("transcript", "last").output
    let addresses = [
      "203.0.113.7", "203.0.113.42", "203.0.113.101", "198.51.100.203", "198.51.100.150", "203.0.113.77",
      "2001:db8:bad::17", "198.51.100.201",
    ]
    for address in addresses {
      #expect(transcript.contains("`firewall block \(address)` | done, block "))
    }
    #expect(transcript.components(separatedBy: " done | holds").count == 1 + addresses.count)
    #expect(transcript.contains("Left out as protected: 198.51.100.20:"))
    #expect(try program.run("verify", "last").code == 0)
    // The same journal gives the same bytes.
    #expect(try program.run("transcript", "last").output == transcript)
    let evaluated = try program.run("eval", "block.items.size()", "--run", "last")
    #expect(evaluated.output == "8\n")
  }

  @Test func `what is not answered pauses the run with 3 and says how to go on`() throws {
    let program = try Program()
    defer { program.remove() }
    let playbooks = Program.root.appending(path: "playbooks").path
    let result = try program.run("drill", "mass-lockout", "--playbooks", playbooks)
    #expect(result.code == 3)
    #expect(result.errors.contains("playbook drill mass-lockout --answer 'verdict="))
    #expect(result.errors.contains("its world ended with this run"))
    let resumed = try program.run("resume", "last")
    #expect(resumed.code == 2)
    #expect(resumed.errors.contains("was a drill and its world is gone"))
  }

  @Test func `a test given as the answers changes the world first, and what it does not answer is asked`() throws {
    let program = try Program()
    let playbooks = Program.root.appending(path: "playbooks").path
    defer { program.remove() }
    let text = """
      test: nobody is locked any more
      inputs: {user_id: user-417}
      world_before:
        - redis: DEL login_protection:${inputs.user_id}
      """
    try program.write(text, to: "state.yaml")
    // A pipe can be read once.
    for path in ["state.yaml", "-"] {
      let result = try program.run(
        "drill", "locked-account", "--playbooks", playbooks, "--answers", path, input: path == "-" ? text : "")
      #expect(result.code == 3)
      #expect(result.errors.contains("locked: NO"), "\(result.errors)")
      #expect(result.errors.contains("Who failed to log in?"))
    }
    try program.write("test: wrong\nworld_before: [{redis: DEL}, {http: GET /}]\n", to: "wrong.yaml")
    let wrong = try program.run("drill", "locked-account", "--playbooks", playbooks, "--answers", "wrong.yaml")
    #expect(wrong.code == 2)
    #expect(wrong.errors.contains("wrong.yaml:2:") && wrong.errors.contains("nothing was started"), "\(wrong.errors)")
  }
}
