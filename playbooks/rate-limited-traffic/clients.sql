-- Who is behind an address: users who logged in from it in the last day, and its requests of the last five minutes.
SELECT
  host(client) AS client,
  (SELECT count(DISTINCT actor_id) FROM audit_logs
    WHERE ip_address = client AND event_type = 'login_success' AND created_at > now() - interval '1 day') AS users,
  (SELECT count(*) FROM audit_logs
    WHERE ip_address = client AND event_type = 'login_success' AND created_at > now() - interval '1 day') AS logins,
  (SELECT count(*) FROM audit_logs
    WHERE ip_address = client AND event_type = 'login_failure' AND created_at > now() - interval '1 day') AS failures,
  (SELECT count(*) FROM request_log
    WHERE ip_address = client AND created_at > now() - interval '5 minutes') AS requests,
  (SELECT count(*) FROM request_log
    WHERE ip_address = client AND status = 429 AND created_at > now() - interval '5 minutes') AS refused
FROM (SELECT DISTINCT unnest(:clients::inet[]) AS client) AS limited
ORDER BY requests DESC, client
