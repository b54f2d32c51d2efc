-- Flows of the last hour: most come back and work. A flow is its start and, some seconds later, its callback.
WITH flows (actor, began, took, browser, cookie, found, result) AS (
  SELECT 'user-' || 1001 + n % 300, now() - interval '57 minutes' + n * interval '5 seconds', interval '20 seconds',
    'b-' || n, true, true, 'oauth_login'
  FROM generate_series(1, 640) AS n
  -- Twelve went for a coffee at the provider's page.
  UNION ALL SELECT 'user-' || 1501 + n % 4, now() - interval '50 minutes' + n * interval '2 minutes',
    interval '11 minutes' + n * interval '9 seconds', 'slow-' || n, true, false, 'oauth_callback_failed'
  FROM generate_series(1, 12) AS n
  -- Five come without our cookie.
  UNION ALL SELECT 'user-1601', now() - interval '40 minutes' + n * interval '3 minutes', interval '30 seconds',
    'private-' || n, false, true, 'oauth_callback_failed'
  FROM generate_series(1, 5) AS n
  -- One has four tabs; the callbacks of all but the last fail.
  UNION ALL SELECT 'user-1701', now() - interval '20 minutes' + n * interval '5 seconds', interval '40 seconds',
    'tabs', true, true, CASE WHEN n = 4 THEN 'oauth_login' ELSE 'oauth_callback_failed' END
  FROM generate_series(1, 4) AS n
), numbered AS (SELECT *, row_number() OVER () AS n FROM flows)
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
SELECT 'oauth_started', actor, began,
  jsonb_build_object('state', 'st-' || n, 'browser', browser, 'provider', 'github')
FROM numbered
UNION ALL
SELECT result, actor, began + took,
  jsonb_build_object('state', 'st-' || n, 'browser', browser, 'provider', 'github', 'cookie', cookie, 'state_found', found)
FROM numbered;

-- A callback whose state we never made: somebody tries out what happens.
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
VALUES ('oauth_callback_failed', 'user-1801', now() - interval '15 minutes',
  '{"state": "''; DROP TABLE audit_logs; --", "browser": "<script>", "provider": "\u001b[2J", "cookie": true, "state_found": false}');
