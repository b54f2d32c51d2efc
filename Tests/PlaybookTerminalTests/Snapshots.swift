/// What the fixture's run looks like, colours aside, at 40, 80 and 200 columns.
enum Snapshots {
  static let run40 = #"""

    CRITICAL  Mass account lockouts
      PRODUCTION   run 7f3k
      git 4f2a91c clean
    On-call engineer answers within 15m:
      6m left   (alerted 02:51Z)
      playbooks/mass-lockout/playbook.yaml
    inputs: window 1h, spread 5

     1  query    Check for an attack pattern
        [E1] sql db (replica, lag 0s)
          10 rows  0.31s
          203.0.113.7   ██████████████ 22500
          203.0.113.8   ████████████▌ 20100
          203.0.113.9   ███████████ 17700
          203.0.113.10  █████████▌ 15300
          203.0.113.11  ████████ 12900
          203.0.113.12  ██████▌ 10500
          203.0.113.13  █████ 8100
          203.0.113.14  ███▌ 5700
          … 2 more rows: /all
     2  query
        Does one address target many
        accounts?
        [E2] sql db (replica, lag 0s)
          2 rows  0.02s  cut: there is more
          - ip_address: 203.0.113.7
            accounts: 3000
            first_seen: 2026-11-23T02:00:00Z
            country: 利用者の国
          - ip_address: 203.0.113.8
            accounts: 12
            first_seen: 2026-11-23T02:41:07Z
            country: NULL
     3  check
        attack: YES  2 addresses each failed
        on more than 5 accounts
        query
        Who owns the address?: skipped,
        `when` is no
     5  act
        Block the attacking addresses at the
        firewall
          firewall block 203.0.113.7
          firewall block 203.0.113.8
        left out: 10.0.0.4: in the protected
                  network 10.0.0.0/8
          ✓ done     203.0.113.7  0.02s
          ✓ verified 203.0.113.7  it is on
                     the list
          ? unknown  203.0.113.8  timed-out:
                     firewall did not answer
                     within 30s
        ✗ failed
        chosen: by_hand  (blocked at the
                router)
        note: CDN team is informed  (alice)
        done outside: Opened a bridge call
                      (alice)
        warning: the replica lags 42s
        interrupted: SIGINT  (go on)
        follow-up: Hold the review  (due
                   2026-11-30 02:51Z, bob)

    FAILED  Mass account lockouts
      PRODUCTION   run 7f3k   took 16m
      an expected check did not hold
    Changed
      - Block the attacking addresses at the
        firewall at shell: 1 of 2 done, 1 of
        2 unknown, 1 verified
        undo: firewall unblock 203.0.113.7
              … 1 more like it
    Expected and did not hold
      ✗ stopped
    Not verified
      ? block[2]
    Follow-ups
      - Hold the review  (due 2026-11-30
        02:51Z, bob)
    """#

  static let run80 = #"""

    CRITICAL  Mass account lockouts   PRODUCTION   run 7f3k   git 4f2a91c clean
    On-call engineer answers within 15m: 6m left   (alerted 02:51Z)
      playbooks/mass-lockout/playbook.yaml
    inputs: window 1h, spread 5

     1  query    Check for an attack pattern
        [E1] sql db (replica, lag 0s)  10 rows  0.31s
          203.0.113.7   ████████████████████ 22500
          203.0.113.8   █████████████████▉ 20100
          203.0.113.9   ███████████████▊ 17700
          203.0.113.10  █████████████▋ 15300
          203.0.113.11  ███████████▌ 12900
          203.0.113.12  █████████▍ 10500
          203.0.113.13  ███████▎ 8100
          203.0.113.14  █████▏ 5700
          … 2 more rows: /all
     2  query    Does one address target many accounts?
        [E2] sql db (replica, lag 0s)  2 rows  0.02s  cut: there is more
          ip_address   accounts  first_seen            country
          203.0.113.7      3000  2026-11-23T02:00:00Z  利用者の国
          203.0.113.8        12  2026-11-23T02:41:07Z  NULL
     3  check    attack: YES  2 addresses each failed on more than 5 accounts
        query    Who owns the address?: skipped, `when` is no
     5  act      Block the attacking addresses at the firewall
          firewall block 203.0.113.7
          firewall block 203.0.113.8
        left out: 10.0.0.4: in the protected network 10.0.0.0/8
          ✓ done     203.0.113.7  0.02s
          ✓ verified 203.0.113.7  it is on the list
          ? unknown  203.0.113.8  timed-out: firewall did not answer within 30s
        ✗ failed
        chosen: by_hand  (blocked at the router)
        note: CDN team is informed  (alice)
        done outside: Opened a bridge call  (alice)
        warning: the replica lags 42s
        interrupted: SIGINT  (go on)
        follow-up: Hold the review  (due 2026-11-30 02:51Z, bob)

    FAILED  Mass account lockouts   PRODUCTION   run 7f3k   took 16m
      an expected check did not hold
    Changed
      - Block the attacking addresses at the firewall at shell: 1 of 2 done, 1 of 2
        unknown, 1 verified
        undo: firewall unblock 203.0.113.7
              … 1 more like it
    Expected and did not hold
      ✗ stopped
    Not verified
      ? block[2]
    Follow-ups
      - Hold the review  (due 2026-11-30 02:51Z, bob)
    """#

  static let run200 = #"""

    CRITICAL  Mass account lockouts   PRODUCTION   run 7f3k   git 4f2a91c clean
    On-call engineer answers within 15m: 6m left   (alerted 02:51Z)   playbooks/mass-lockout/playbook.yaml
    inputs: window 1h, spread 5

     1  query    Check for an attack pattern
        [E1] sql db (replica, lag 0s)  10 rows  0.31s
          203.0.113.7   ████████████████████ 22500
          203.0.113.8   █████████████████▉ 20100
          203.0.113.9   ███████████████▊ 17700
          203.0.113.10  █████████████▋ 15300
          203.0.113.11  ███████████▌ 12900
          203.0.113.12  █████████▍ 10500
          203.0.113.13  ███████▎ 8100
          203.0.113.14  █████▏ 5700
          … 2 more rows: /all
     2  query    Does one address target many accounts?
        [E2] sql db (replica, lag 0s)  2 rows  0.02s  cut: there is more
          ip_address   accounts  first_seen            country
          203.0.113.7      3000  2026-11-23T02:00:00Z  利用者の国
          203.0.113.8        12  2026-11-23T02:41:07Z  NULL
     3  check    attack: YES  2 addresses each failed on more than 5 accounts
        query    Who owns the address?: skipped, `when` is no
     5  act      Block the attacking addresses at the firewall
          firewall block 203.0.113.7
          firewall block 203.0.113.8
        left out: 10.0.0.4: in the protected network 10.0.0.0/8
          ✓ done     203.0.113.7  0.02s
          ✓ verified 203.0.113.7  it is on the list
          ? unknown  203.0.113.8  timed-out: firewall did not answer within 30s
        ✗ failed
        chosen: by_hand  (blocked at the router)
        note: CDN team is informed  (alice)
        done outside: Opened a bridge call  (alice)
        warning: the replica lags 42s
        interrupted: SIGINT  (go on)
        follow-up: Hold the review  (due 2026-11-30 02:51Z, bob)

    FAILED  Mass account lockouts   PRODUCTION   run 7f3k   took 16m
      an expected check did not hold
    Changed
      - Block the attacking addresses at the firewall at shell: 1 of 2 done, 1 of 2 unknown, 1 verified
        undo: firewall unblock 203.0.113.7
              … 1 more like it
    Expected and did not hold
      ✗ stopped
    Not verified
      ? block[2]
    Follow-ups
      - Hold the review  (due 2026-11-30 02:51Z, bob)
    """#
}
