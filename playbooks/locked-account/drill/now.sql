-- The last hours. user-101 mistypes, user-417 and user-502 are being guessed at, user-203's lock is over.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT event_type, actor_id, ip_address, now() - ago, detail
FROM (
  -- A new phone, the old password: six times from home.
  SELECT 'login_failure' AS event_type, 'user-101' AS actor_id, inet '192.0.2.102' AS ip_address,
    interval '5 minutes' + n * interval '20 seconds' AS ago,
    jsonb '{"reason": "bad password", "agent": "Android 16"}' AS detail
  FROM generate_series(0, 5) AS n
  UNION ALL
  SELECT 'login_failure', 'user-203', inet '192.0.2.204', interval '3 hours' + n * interval '15 seconds',
    jsonb '{"reason": "bad password", "agent": "Firefox 140"}'
  FROM generate_series(0, 4) AS n
  UNION ALL
  -- Three addresses in turns, all night long, and somebody in the protected office who mistyped a colleague's name.
  SELECT 'login_failure', 'user-417',
    (ARRAY['203.0.113.9', '203.0.113.61', '2001:db8:bad::9']::inet[])[1 + n % 3],
    interval '15 seconds' + n * interval '4 minutes', jsonb '{"reason": "bad password", "agent": "python-requests/2.32"}'
  FROM generate_series(0, 59) AS n
  UNION ALL
  SELECT 'login_failure', 'user-417', inet '198.51.100.21', interval '40 minutes' + n * interval '9 seconds',
    jsonb '{"reason": "bad password", "agent": "Firefox 140"}'
  FROM generate_series(0, 3) AS n
  UNION ALL
  -- Here the thirty-first guess was right.
  SELECT 'login_failure', 'user-502', inet '203.0.113.61', interval '20 minutes' + n * interval '1 minute',
    jsonb '{"reason": "bad password", "agent": "python-requests/2.32"}'
  FROM generate_series(0, 30) AS n
  UNION ALL
  VALUES ('login_success', 'user-502', inet '203.0.113.61', interval '18 minutes',
    jsonb '{"agent": "python-requests/2.32"}')
) AS events
ORDER BY ago DESC;
