-- Two offices of customers, behind one address each: many users, and since this morning more requests than the limit.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at)
SELECT CASE WHEN n % 15 = 0 THEN 'login_failure' ELSE 'login_success' END, 'user-' || 1000 + n % users, ip_address,
  now() - n * interval '9 minutes'
FROM (VALUES (inet '198.51.100.77', 84), (inet '198.51.100.140', 37), (inet '192.0.2.10', 3)) AS c (ip_address, users),
  generate_series(1, 150) AS n;

INSERT INTO request_log (ip_address, path, status, created_at)
SELECT ip_address, '/api/v1/servers', CASE WHEN n % 8 < refused THEN 429 ELSE 200 END, now() - n * interval '400 milliseconds'
FROM (VALUES (inet '198.51.100.77', 3), (inet '198.51.100.140', 2), (inet '192.0.2.10', 0)) AS c (ip_address, refused),
  generate_series(1, 700) AS n;
