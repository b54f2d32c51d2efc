/// The example of the language's reference.
enum MassLockout {
  static let text = #"""
    playbook: mass-lockout
    title: Mass account lockouts
    category: Account lockout
    section: 3
    severity: critical
    alerts: [AuthLockoutsHigh]
    summary: Many accounts are locked at once. Find out whether it is an attack, stop it, protect the accounts.
    symptoms:
      - Multiple users locked simultaneously
      - Spike in failed login attempts
    inputs:
      window: {type: duration, default: 1h, describe: How far back to look}
      spread: {type: integer, default: 5, minimum: 1, describe: More accounts than this from one address is suspicious}

    steps:
      - query: attempts
        title: Check for an attack pattern
        sql: |
          SELECT ip_address, COUNT(*) AS attempts
          FROM audit_logs
          WHERE event_type = 'login_failure' AND created_at > now() - :window::interval
          GROUP BY ip_address ORDER BY attempts DESC LIMIT 10
        show: {bars: attempts, by: ip_address}

      - query: spraying
        title: Does one address target many accounts?
        sql: {file: spraying.sql}
        show: {bars: accounts, by: ip_address}

      - check: attack
        that: spraying.rows.size() > 0
        yes: "${spraying.rows.size()} addresses each failed on more than ${inputs.spread} accounts"
        no: No address stands out. A botnet with one account an address looks like this too

      - confirm: verdict
        ask: What is this?
        suggest: "${attack.yes ? 'attack' : 'benign'}"
        options:
          benign: Ours or a partner's (NAT, load test, release); change nothing
          attack:
            text: An attack; block the addresses and protect the accounts
            steps:
              - act: block
                title: Block the attacking addresses at the firewall
                for_each: attacker in spraying.rows
                limit: 50
                pace: {first: 1, stop_after_errors: 2}
                shell: firewall block ${attacker.ip_address}
                undo: {shell: "firewall unblock ${attacker.ip_address}"}
                verify:
                  shell: firewall list
                  that: "attacker.ip_address in lines"

              - query: still_failing
                title: Did it stop?
                sql:
                  statement: |
                    SELECT count(*) AS attempts FROM audit_logs
                    WHERE event_type = 'login_failure' AND created_at > :since
                      AND ip_address = ANY(:addresses::inet[])
                  with:
                    since: "${now - duration('30s')}"
                    addresses: "${spraying.rows.map(r, r.ip_address)}"
                until: {that: "rows[0].attempts == 0", every: 5s, within: 5m}

      - document: impact
        ask: What did users experience, and how many were affected?

    finally:
      - use: post-incident
    """#

  static let reading = Reading(
    files: [
      "spraying.sql":
        "SELECT ip_address FROM audit_logs WHERE created_at > now() - :window::interval\n  AND n > :spread\n"
    ],
    playbooks: [
      "post-incident":
        "playbook: post-incident\ntitle: Afterwards\nsteps:\n  - document: lessons\n    ask: What went well?\n"
    ])
}
