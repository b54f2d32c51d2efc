-- Who fails on more accounts than one person has. Logins that succeeded tell an office behind one address, where most do,
-- from an attack, where hardly any do.
SELECT
  ip_address,
  count(DISTINCT actor_id) FILTER (WHERE event_type = 'login_failure') AS accounts,
  count(*) FILTER (WHERE event_type = 'login_failure') AS failures,
  count(*) FILTER (WHERE event_type = 'login_success') AS successes
FROM audit_logs
WHERE event_type IN ('login_failure', 'login_success')
  AND created_at > now() - :window::interval
GROUP BY ip_address
HAVING count(DISTINCT actor_id) FILTER (WHERE event_type = 'login_failure') > :spread
ORDER BY failures DESC
