CREATE TABLE kinds (
  id int PRIMARY KEY, price numeric(20, 4), ratio float8, big bigint, flag boolean, day date, at timestamptz, local timestamp,
  took interval, raw bytea, doc jsonb, tags text[], one uuid, ip inet, net cidr, nothing text, word text
);
INSERT INTO kinds VALUES
  (1, 1.5, 0.1, 9007199254740993, true, '2026-11-29', '2026-11-29 02:51:07.123456+00', '2026-11-29 03:51:07',
   '90 minutes', '\x00ff10', '{"a": 1.10, "b": [1, 2.50, "x"], "c": null}', '{x,"y z"}',
   '11111111-2222-3333-4444-555555555555', '203.0.113.7', '203.0.113.0/24', NULL, 'naïve'),
  (2, 100.0000, 1e21, -1, false, '1999-12-31', '1999-12-31 23:59:59+00', '2000-01-01 00:00:00',
   '1 day 2 seconds', '', '{"a": 18446744073709551615}', '{}', NULL, '2001:db8::1', NULL, NULL, E'tab\there');
CREATE TABLE effects (tag text NOT NULL, act text NOT NULL);
CREATE TABLE many AS SELECT n, md5(n::text) AS digest, n / 8.0 AS eighth FROM generate_series(1, 1500) AS n;
