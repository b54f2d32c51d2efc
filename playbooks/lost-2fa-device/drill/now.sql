-- user-417 lost the device and has no backup codes; user-418 has codes left; somebody prepares to take over user-419;
-- user-420 has no 2FA; admin-2 may do more than others.
INSERT INTO users (id, email, phone, created_at, last_login_at, two_factor_enabled, two_factor_enrolled_at)
SELECT 'user-' || n, 'user-' || n || '@example.com', '+4930555' || n, now() - interval '400 days' - n * interval '1 day',
  now() - interval '2 days', n <> 420, CASE WHEN n <> 420 THEN date_trunc('day', now()) - interval '300 days' END
FROM generate_series(400, 440) AS n;
INSERT INTO users (id, email, phone, role, created_at, last_login_at, two_factor_enabled, two_factor_enrolled_at)
VALUES ('admin-2', 'admin-2@example.com', '+49305550002', 'admin', now() - interval '900 days', now() - interval '1 day',
  true, date_trunc('day', now()) - interval '800 days');
UPDATE users SET contact_changed_at = now() - interval '19 hours' WHERE id = 'user-419';

INSERT INTO backup_codes (user_id, code_hash, used_at)
SELECT id, encode(sha256((id || n)::bytea), 'hex'), CASE WHEN id <> 'user-418' OR n < 3 THEN now() - n * interval '9 days' END
FROM users, generate_series(1, 8) AS n WHERE id IN ('user-417', 'user-418');

-- A year of logins from home.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at)
SELECT 'login_success', id, inet '192.0.2.0' + length(id) + ascii(right(id, 1)), now() - interval '2 days' - n * interval '6 days'
FROM users, generate_series(0, 60) AS n WHERE two_factor_enabled;

INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail) VALUES
  ('2fa_failure', 'user-417', '192.0.2.63', now() - interval '2 hours', '{}'),
  ('password_changed', 'user-419', '203.0.113.9', now() - interval '20 hours', '{}'),
  ('phone_changed', 'user-419', '203.0.113.9', now() - interval '19 hours', '{}'),
  ('2fa_failure', 'user-419', '203.0.113.9', now() - interval '1 hour', '{}'),
  ('2fa_failure', 'user-419', '203.0.113.9', now() - interval '59 minutes', '{}'),
  ('2fa_failure', 'user-419', '203.0.113.9', now() - interval '58 minutes', '{"agent": "\u001b[2J<script>"}');
