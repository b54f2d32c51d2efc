-- The backend's tables. Run once and kept; what depends on the time is in now.sql.

CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  actor_id text NOT NULL,
  ip_address inet,
  created_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_logs_address ON audit_logs (ip_address, created_at);

CREATE TABLE request_log (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ip_address inet NOT NULL,
  path text NOT NULL,
  status int NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX request_log_created_at ON request_log (created_at);
