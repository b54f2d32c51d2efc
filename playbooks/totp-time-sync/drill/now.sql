-- For 20 minutes the API's clock has been ahead: codes come three windows too late. Before, one in thirty was mistyped.
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
SELECT
  CASE WHEN ago < 400 OR ago % 30 = 0 THEN 'totp_rejected' ELSE 'totp_accepted' END, 'user-' || 1001 + ago % 300,
  now() - ago * interval '3 seconds',
  CASE WHEN ago < 400 THEN jsonb '{"steps_off": -3, "scene": "api clock"}' ELSE jsonb '{}' END
FROM generate_series(1, 1800) AS ago;
-- One user's phone is four minutes slow, whatever our clocks say.
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
SELECT 'totp_rejected', 'user-1777', now() - ago * interval '4 minutes', '{"steps_off": -8}'
FROM generate_series(1, 9) AS ago;
