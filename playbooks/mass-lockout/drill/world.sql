-- The backend's tables, and what was in them before the incident. Run once and kept: the rows of the last hour, which depend
-- on the time, are in now.sql.

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
CREATE INDEX audit_logs_created_at ON audit_logs USING brin (created_at);

INSERT INTO users (id, email)
SELECT 'user-' || n, 'user-' || n || '@example.com' FROM generate_series(1001, 13000) AS n;

-- 132,000 ordinary events of the days before: one login in twelve fails, always alone.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at)
SELECT
  CASE WHEN n % 12 = 0 THEN 'login_failure' WHEN n % 5 = 0 THEN 'logout' ELSE 'login_success' END,
  'user-' || 1001 + n * 7 % 12000,
  inet '192.0.2.0' + (n * 7 % 250 + 1),
  now() - interval '61 minutes' - (132000 - n) * interval '4 seconds'
FROM generate_series(1, 132000) AS n;
