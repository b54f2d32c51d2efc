-- The backend's tables, and what was in them before today. Run once and kept; the last day is in now.sql.

CREATE TABLE users (
  id text PRIMARY KEY,
  email text NOT NULL,
  password_reset_required boolean NOT NULL DEFAULT false,
  password_reset_at timestamptz
);

CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  actor_id text NOT NULL,
  ip_address inet,
  created_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_logs_actor ON audit_logs (actor_id, created_at);

INSERT INTO users (id, email)
SELECT 'user-' || n, 'user-' || n || '@example.com' FROM generate_series(101, 600) AS n;

-- A month of logins: each user from home (192.0.2.x) and, on working days, from one of two offices.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT
  CASE WHEN n % 12 = 0 THEN 'login_failure' ELSE 'login_success' END,
  'user-' || actor,
  CASE WHEN n % 3 = 0 THEN inet '198.51.100.20' + actor % 2 * 57 ELSE inet '192.0.2.0' + (actor % 250 + 1) END,
  now() - interval '25 hours' - n * interval '26 hours',
  jsonb '{"agent": "Firefox 140"}'
FROM generate_series(101, 600) AS actor, generate_series(1, 25) AS n;
