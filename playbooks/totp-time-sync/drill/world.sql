CREATE TABLE audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_type text NOT NULL,
  actor_id text NOT NULL,
  ip_address inet,
  created_at timestamptz NOT NULL DEFAULT now(),
  detail jsonb NOT NULL DEFAULT '{}'
);

-- How far PostgreSQL's clock is ahead. What is read from it is not the real one: `clock` comes first on the reader's path.
CREATE TABLE drill_clock (ahead interval NOT NULL);
INSERT INTO drill_clock VALUES ('0 s');
CREATE SCHEMA clock;
CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz LANGUAGE sql STABLE
  AS 'SELECT pg_catalog.clock_timestamp() + (SELECT ahead FROM public.drill_clock)';
GRANT USAGE ON SCHEMA clock TO reader;
ALTER ROLE reader SET search_path = clock, pg_catalog, public;
