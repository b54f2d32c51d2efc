CREATE TABLE users (
  id text PRIMARY KEY,
  email text NOT NULL,
  phone text NOT NULL,
  contact_changed_at timestamptz,
  role text NOT NULL DEFAULT 'user',
  created_at timestamptz NOT NULL,
  last_login_at timestamptz,
  two_factor_enabled boolean NOT NULL DEFAULT false,
  two_factor_enrolled_at timestamptz
);

CREATE TABLE backup_codes (
  user_id text NOT NULL REFERENCES users,
  code_hash text NOT NULL,
  used_at timestamptz
);

CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  actor_id text NOT NULL,
  ip_address inet,
  created_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE notifications (
  id text NOT NULL,
  user_id text NOT NULL REFERENCES users,
  subject text NOT NULL,
  body text NOT NULL,
  PRIMARY KEY (id, user_id)
);
