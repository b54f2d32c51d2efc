-- The last hour, 68,000 rows: 60,000 failures of an attack, its three successes, and honest traffic.

-- Eight addresses try passwords for 3,000 accounts, each with its own share; it began 47 minutes ago and goes on.
WITH attackers (ip_address, attempts, accounts) AS (
  VALUES
    (inet '203.0.113.7', 14200, 3000), (inet '203.0.113.42', 11900, 2800), (inet '203.0.113.101', 9800, 2500),
    (inet '198.51.100.203', 7600, 2200), (inet '198.51.100.150', 6100, 1900), (inet '203.0.113.77', 4700, 1600),
    (inet '2001:db8:bad::17', 3400, 1300), (inet '198.51.100.201', 2300, 900)
), honest (ip_address, event_type, actor, n) AS (
  -- A partner's office behind one address: many people, some of them mistype. More than five accounts fail from it.
  SELECT inet '198.51.100.20', 'login_failure', 9001 + n % 14, n FROM generate_series(1, 42) AS n
  UNION ALL SELECT inet '198.51.100.20', 'login_success', 9001 + n % 90, n FROM generate_series(1, 400) AS n
  -- Another office, of which only three mistype.
  UNION ALL SELECT inet '198.51.100.77', 'login_failure', 9201 + n % 3, n FROM generate_series(1, 9) AS n
  UNION ALL SELECT inet '198.51.100.77', 'login_success', 9201 + n % 60, n FROM generate_series(1, 300) AS n
  -- People at home.
  UNION ALL SELECT inet '192.0.2.0' + (n % 250 + 1), 'login_failure', 5001 + n % 500, n FROM generate_series(1, 500) AS n
  UNION ALL SELECT inet '192.0.2.0' + (n % 250 + 1), 'login_success', 4001 + n % 4000, n FROM generate_series(1, 6744) AS n
)
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT event_type, actor_id, ip_address, now() - ago, detail
FROM (
  SELECT
    'login_failure' AS event_type, 'user-' || 1001 + n % accounts AS actor_id, ip_address,
    interval '2 seconds' + n * (interval '47 minutes' / attempts) AS ago, jsonb '{"reason": "bad password"}' AS detail
  FROM attackers, generate_series(0, attempts - 1) AS n
  UNION ALL
  SELECT event_type, 'user-' || actor, ip_address, interval '3 seconds' + n * interval '3500 seconds' / 6744, jsonb '{}'
  FROM honest
  UNION ALL
  VALUES
    ('login_success', 'user-1417', inet '203.0.113.7', interval '31 minutes', jsonb '{}'),
    ('login_success', 'user-2290', inet '203.0.113.42', interval '22 minutes', jsonb '{}'),
    ('login_success', 'user-2088', inet '2001:db8:bad::17', interval '9 minutes', jsonb '{}'),
    -- Whoever chooses a user agent or a name chooses what lands in a log.
    ('login_failure', $$'; DROP TABLE audit_logs; --$$, inet '192.0.2.251', interval '12 minutes',
      jsonb '{"agent": "<script>alert(1)</script>"}'),
    ('login_failure', '$(touch pwned)', inet '192.0.2.252', interval '13 minutes',
      jsonb '{"agent": "\u001b[2J\u001b]0;pwned\u0007"}')
) AS events
ORDER BY ago DESC;
