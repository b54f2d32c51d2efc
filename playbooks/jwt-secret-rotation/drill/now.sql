-- 1,200 tokens issued in the last days, each used five times.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT
  CASE WHEN use = 0 THEN 'token_issued' ELSE 'token_accepted' END, 'user-' || 1001 + n % 400,
  inet '192.0.2.0' + (n % 250 + 1), now() - interval '6 days' + n * interval '7 minutes' + use * interval '1 minute',
  jsonb_build_object('jti', 'jti-' || n)
FROM generate_series(1, 1200) AS n, generate_series(0, 5) AS use;

-- Somebody who has the secret makes tokens for three accounts, one of them an administrator's.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT 'token_accepted', actor, address, now() - ago - use * interval '20 seconds', jsonb_build_object('jti', jti)
FROM (
  VALUES
    ('user-1007', inet '203.0.113.9', interval '3 hours', 'f00d-1'),
    ('user-1180', inet '203.0.113.9', interval '2 hours', 'f00d-2'),
    ('admin-2', inet '203.0.113.61', interval '25 minutes', $$f00d-3'; --$$)
) AS forged (actor, address, ago, jti), generate_series(0, 8) AS use;
