-- The last day. Somebody in another country acts as user-417, user-230, user-355 and user-404; user-300 is on a journey within
-- their country.
INSERT INTO audit_logs (event_type, actor_id, ip_address, created_at, detail)
SELECT event_type, actor_id, ip_address, now() - ago, detail
FROM (
  SELECT 'api_request' AS event_type, actor_id, ip_address, interval '2 minutes' + n * interval '3 minutes' AS ago,
    jsonb '{"country": "KP", "agent": "curl/8.5"}' AS detail
  FROM generate_series(0, 9) AS n,
    (VALUES ('user-417', inet '203.0.113.66'), ('user-230', inet '203.0.113.66'), ('user-355', inet '203.0.113.67'),
      ('user-404', inet '203.0.113.68')) AS stolen (actor_id, ip_address)
  UNION ALL
  VALUES
    ('email_changed', 'user-417', inet '203.0.113.66', interval '4 minutes', jsonb '{"country": "KP", "agent": "curl/8.5"}'),
    ('login_success', 'user-300', inet '192.0.2.251', interval '2 hours', jsonb '{"country": "DE", "agent": "iPhone"}')
  UNION ALL
  SELECT 'api_request', actor_id, inet '198.51.100.77', n * interval '25 minutes',
    jsonb '{"country": "DE", "agent": "Firefox 140"}'
  FROM generate_series(1, 12) AS n, unnest(ARRAY['user-417', 'user-230', 'user-355', 'user-404', 'user-300']) AS actor_id
) AS events
ORDER BY ago DESC;
