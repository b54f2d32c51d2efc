-- An hour of logins with Telegram, one every four seconds; for 25 minutes none has worked.
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
SELECT
  CASE WHEN ago < 375 THEN 'login_failure' ELSE 'login_success' END, 'user-' || 1001 + ago % 400,
  now() - ago * interval '4 seconds',
  CASE WHEN ago < 375 THEN jsonb '{"method": "telegram", "reason": "invalid signature"}'
    ELSE jsonb '{"method": "telegram"}' END
FROM generate_series(1, 899) AS ago;
-- Logins with a password go on.
INSERT INTO audit_logs (event_type, actor_id, created_at, detail)
SELECT 'login_success', 'user-' || 1001 + ago % 400, now() - ago * interval '3 seconds', jsonb '{"method": "password"}'
FROM generate_series(1, 1199) AS ago;
