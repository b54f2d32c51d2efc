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
SELECT 'user-' || n, 'user-' || n || '@example.com' FROM generate_series(201, 500) AS n;
INSERT INTO users (id, email) VALUES ('admin-1', 'admin-1@example.com');

-- A month of everybody's use, from home and from the office.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT
  CASE WHEN n % 5 = 0 THEN 'login_success' ELSE 'api_request' END,
  'user-' || actor,
  CASE WHEN n % 3 = 0 THEN inet '198.51.100.77' ELSE inet '192.0.2.0' + (actor % 250 + 1) END,
  now() - interval '25 hours' - n * interval '13 hours',
  jsonb '{"country": "DE", "agent": "Firefox 140"}'
FROM generate_series(201, 500) AS actor, generate_series(1, 50) AS n;
