import PlaybookLanguage
import SourceText
import Testing

@Suite struct UseTests {
  @Test func `a circle is named with its chain`() {
    let reading = Reading(playbooks: [
      "b": "playbook: b\ntitle: B\nsteps:\n  - use: c\n",
      "c": "playbook: c\ntitle: C\nsteps:\n  - use: b\n",
    ])
    #expect(
      reading.findings("steps:\n  - use: b\n") == """
        c/playbook.yaml:4:10: error: a playbook can't use itself: `b` uses `c` uses `b` [use-cycle]
          4 |   - use: b
            |          ^

        """)
  }

  @Test func `inputs of a used playbook are checked`() {
    let reading = Reading(playbooks: [
      "b": """
      playbook: b
      title: B
      inputs: {user: {type: string}, count: {type: integer}, window: {type: duration, default: 1h}}
      steps:
        - document: told
          text: "${inputs.user} ${inputs.count} ${inputs.window}"
      """
    ])
    #expect(
      reading.findings("steps:\n  - use: b\n    with: {usr: x, count: many}\n") == """
        playbook.yaml:4:10: error: `b` needs the input `user` [missing-input]
          4 |   - use: b
            |          ^
          help: add `with: {user: …}`
        playbook.yaml:5:12: error: `b` has no input `usr` [unknown-input]
          5 |     with: {usr: x, count: many}
            |            ^~~
          help: did you mean `user`?
        playbook.yaml:5:27: error: `count` is a whole number such as `5`, not `many` [wrong-value]
          5 |     with: {usr: x, count: many}
            |                           ^~~~

        """)
  }

  @Test func `a used playbook's outcomes stand under its name, and its own problems are told once`() {
    let reading = Reading(playbooks: [
      "post-incident":
        """
      playbook: post-incident
      title: P
      steps:
        - document: told
          ask: What?
        - check: c
          that: tld.answer == ''
      """
    ])
    let findings = reading.findings(
      """
      steps:
        - use: post-incident
        - use: post-incident
          as: again
        - check: a
          that: post_incident.told.answer == again.told.answer
        - check: b
          that: post_incident.tolt.answer == ''
      """)
    #expect(
      findings == """
        playbook.yaml:10:11: error: the outcome of `post_incident` has no field `tolt` [unknown-field]
          10 |     that: post_incident.tolt.answer == ''
             |           ^~~~~~~~~~~~~~~~~~~~~~~~~
          help: did you mean `told`?
        post-incident/playbook.yaml:7:11: error: nothing is called `tld` [unknown-name]
          7 |     that: tld.answer == ''
            |           ^~~
          help: did you mean `told`?

        """)
  }

  @Test func `the name is the folder's`() {
    let text = "playbook: mass-lockout\ntitle: T\nsteps:\n  - document: a\n    text: b\n"
    #expect(Reading().decode(text, folder: "playbooks/mass-lockout").diagnostics.isEmpty)
    #expect(Reading().decode(text, folder: "playbooks/lockout").diagnostics.codes == ["wrong-folder"])
    let odd = Reading().decode(text, folder: "playbooks/My Lockout").diagnostics
    #expect(odd.codes == ["wrong-folder"] && odd[0].help?.hasPrefix("rename the folder to `") == true)
  }
}
