import PlaybookLanguage
import SourceText
import Testing

@Suite struct `The page of a playbook` {
  private static let text = #"""
    playbook: mass-lockout
    title: Mass account lockouts <3
    category: Account lockout
    section: 3
    severity: critical
    alerts: [AuthLockoutsHigh]
    summary: Many accounts are locked at once.
    symptoms:
      - Multiple users locked
    inputs:
      window: {type: duration, default: 1h, describe: How far back to look}
    steps:
      - query: attempts
        title: Check for an attack
        why: "Look *first*."
        sql: |
          SELECT ip, count(*)
          FROM audit_logs
      - check: attack
        that: attempts.rows.size() > 0
        yes: "${attempts.rows.size()} addresses"
        no: Nothing stands out
      - confirm: verdict
        ask: What is this?
        suggest: "${attack.yes ? 'attack' : 'benign'}"
        options:
          benign: Ours
          attack:
            text: An attack
            steps:
              - act: block
                title: Block them
                for_each: a in attempts.rows
                limit: 50
                shell: firewall block ${a.ip}
                undo: {shell: "firewall unblock ${a.ip}"}
                verify: {shell: firewall list, that: a.ip in lines}
      - document: impact
        ask: Who was affected?
    """#

  private func page() throws -> PlaybookPage {
    let (playbook, diagnostics) = Playbook.decode(
      PlaybookSource(SourceFile(path: "playbook.yaml", text: Self.text)), executors: SampleExecutors.all, commands: nil,
      loadPlaybook: { _ in nil })
    #expect(diagnostics.map(\.message) == [])
    return PlaybookPage(
      try #require(playbook), executors: SampleExecutors.all,
      contacts: [EscalationContact(severity: .critical, contact: "On-call engineer", responseTime: .seconds(900))])
  }

  @Test func `as Markdown it reads like the runbook`() throws {
    #expect(
      try page().markdown == #"""
        # Mass account lockouts \<3

        `mass-lockout` · **critical** · Account lockout · section 3

        **On-call engineer** answers within 15m.

        Many accounts are locked at once.

        ## Symptoms

        - Multiple users locked

        ## Alerts

        - `AuthLockoutsHigh`

        ## Inputs

        - `window` (duration, default 1h): How far back to look

        ## Steps

        1. **Check for an attack** (query `attempts`)

           Look *first*.

           ```sql
           SELECT ip, count(*)
           FROM audit_logs
           ```

        2. **attack** (check)

           ```cel
           attempts.rows.size() > 0
           ```

           - **Yes**: ${attempts.rows.size()} addresses
           - **No**: Nothing stands out

        3. **What is this?** (confirm `verdict`)

           Suggested: `${attack.yes ? 'attack' : 'benign'}`

           - **benign**: Ours

           - **attack**: An attack

             1. **Block them** (act `block`)

                For each `a` in `attempts.rows`

                ```shell
                firewall block ${a.ip}
                ```

                Limits: asks once for all; at most 50 items

                Undo:

                ```shell
                firewall unblock ${a.ip}
                ```

                Verified by:

                ```shell
                firewall list
                ```

                which must show that `a.ip in lines`

        4. **Who was affected?** (document `impact`)

        """#)
  }

  @Test func `as text it fits the width, code aside`() throws {
    let text = try page().text(width: 40)
    #expect(text.hasPrefix("MASS ACCOUNT LOCKOUTS <3\n"))
    #expect(text.contains("    SELECT ip, count(*)\n"))
    #expect(text.contains("1. Check for an attack (query attempts)"))
  }

  @Test func `as HTML it is one file in which nothing of the author's is markup`() throws {
    let html = try page().html
    #expect(html.contains("<h1>Mass account lockouts &lt;3</h1>"))
    #expect(html.contains("<pre><code class=\"sql\">SELECT ip, count(*)\nFROM audit_logs</code></pre>"))
    #expect(!html.contains("<script") && !html.contains("http://") && !html.contains("https://"))
  }

  @Test func `hostile text marks nothing up and moves no cursor`() throws {
    let hostile = """
      playbook: x
      title: "</title><script>alert(1)</script> \\e[2J `*_[a](b)"
      summary: "```"
      steps:
        - query: q
          shell: "echo ```` </code><b> \\e]0;x"
      """
    let playbook = try #require(
      Playbook.decode(
        PlaybookSource(SourceFile(path: "p", text: hostile)), executors: SampleExecutors.all, commands: nil,
        loadPlaybook: { _ in nil }
      ).playbook)
    let page = PlaybookPage(playbook, executors: SampleExecutors.all)
    #expect(!page.html.contains("<script>") && !page.html.contains("<b>"))
    #expect(!page.text().unicodeScalars.contains("\u{1B}"))
    #expect(page.markdown.contains("\\<script\\>"))
    #expect(page.markdown.contains("`````shell"))
  }
}
