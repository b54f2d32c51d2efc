extension SmallRun {
  /// The transcript of `events`.
  static let markdown = #"""
    # Account lockout

    | | |
    | --- | --- |
    | Outcome | **completed** |
    | Severity | high |
    | Contact | On call, answers within 15m00s |
    | Playbook | `playbooks/lockout/playbook.yaml` |
    | Run | `20261123T025200Z-lockout-7f3k` |
    | Mode | run |
    | Environment | staging |
    | Operators | alice |
    | Inputs | `window = 3600s` |
    | Alerted | 2026-11-23 02:51:00Z |
    | Started | 2026-11-23 02:52:00Z |
    | First evidence | 2026-11-23 02:52:02Z |
    | Decided | 2026-11-23 02:52:30Z |
    | First change | 2026-11-23 02:52:40Z |
    | Last verified | 2026-11-23 02:52:42Z |
    | Ended | 2026-11-23 02:52:46Z |
    | Engine | 0.1.0 |
    | Journal head | `b75f2d727f65cb4e4c6e39cf90e1812073d2bb0525f8e86cac7719a7503e5f79` |

    ## Summary

    - attack: **yes**. 1 address stands out
    - Changed: Block it, 1 of 1 done

    ## Timeline

    UTC; offsets from the alert.

    | Time | Offset | Kind | What |
    | --- | --- | --- | --- |
    | 02:52:00 | +1m00s | run | started by alice |
    | 02:52:02 | +1m02s | query | Who fails?: 2 rows (E1) |
    | 02:52:02 | +1m02s | check | attack: yes. 1 address stands out |
    | 02:52:30 | +1m30s | answer | What is this? attack, by alice |
    | 02:52:40 | +1m40s | answer | Block it yes, by alice |
    | 02:52:40 | +1m40s | act | block: 1 call approved |
    | 02:52:41 | +1m41s | act | 203.0.113.7: done |
    | 02:52:42 | +1m42s | verify | 203.0.113.7: holds |
    | 02:52:43 | +1m43s | note | the load fell |
    | 02:52:44 | +1m44s | outside | called the provider |
    | 02:52:46 | +1m46s | run | completed |

    ## Decisions

    - **What is this?** attack, by alice at 02:52:30 after 28s. offered: attack, benign; suggested: attack; reason: many accounts
    - **Block it** yes, by alice at 02:52:40 after 10s

    ## Changes

    ### Block it

    Target `shell`, calls `abcd`, approved by alice at 02:52:40.

    | # | Call | Result | Verified | Undo |
    | --- | --- | --- | --- | --- |
    | 1 | `firewall block 203.0.113.7` | done | holds | `firewall unblock 203.0.113.7` |

    Left out as protected: 10.0.0.4: protected.

    ## Evidence

    ### E1 Who fails?

    ```
    SELECT ip, n
    FROM logs
    ```

    sql db (replica, lag 0s), 2 rows, 0.31s

    | ip | n |
    | --- | --- |
    | `203.0.113.7` | `22500` |
    | `203.0.113.8` | `3` |

    ## Skipped

    - unlock: \`verdict\` was attack

    ## Done outside the playbook

    - 02:52:44 alice: called the provider

    ## Notes

    - 02:52:43 bob: the load fell

    ## Follow-ups

    - [ ] Review the rule, due 2026-11-24, owner net

    ## Impact

    ## Root cause

    ## Trigger

    ## What went well

    ## What went badly

    ## Where we were lucky

    ## What the playbook did not tell

    ## Action items


    """#
}
