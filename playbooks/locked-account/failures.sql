-- The addresses that failed on this account, and whether the user has ever logged in from there before.
SELECT
  ip_address,
  count(*) FILTER (WHERE event_type <> 'login_success' AND created_at > now() - :window::interval) AS failures,
  count(*) FILTER (WHERE event_type = 'login_success' AND created_at > now() - :window::interval) AS successes,
  bool_or(event_type = 'login_success' AND created_at <= now() - :window::interval) AS familiar,
  max(created_at) AS last_seen
FROM audit_logs
WHERE actor_id = :user_id AND event_type IN ('login_attempt', 'login_failure', 'login_success')
GROUP BY ip_address
HAVING count(*) FILTER (WHERE event_type <> 'login_success' AND created_at > now() - :window::interval) > 0
ORDER BY failures DESC, ip_address
