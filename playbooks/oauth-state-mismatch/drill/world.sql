CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  actor_id text NOT NULL,
  ip_address inet,
  created_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_logs_state ON audit_logs ((detail ->> 'state')) WHERE event_type = 'oauth_started';
CREATE INDEX audit_logs_browser ON audit_logs ((detail ->> 'browser')) WHERE event_type = 'oauth_started';
