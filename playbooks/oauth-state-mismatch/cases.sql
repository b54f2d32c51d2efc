-- Each failed callback beside the flow that its state began. What the first line that fits says is the cause: without its
-- cookie a browser looks as if it had taken too long, too.
SELECT
  failed.created_at AS at, failed.actor_id, failed.detail ->> 'provider' AS provider,
  age.seconds AS seconds_since_start, flows.count AS flows,
  CASE
    WHEN started.created_at IS NULL THEN 'unexplained'
    WHEN failed.detail ->> 'cookie' = 'false' THEN 'cookies'
    WHEN age.seconds > extract(epoch FROM :lifetime::interval) THEN 'expired'
    WHEN flows.count > 1 THEN 'several_flows'
    WHEN failed.detail ->> 'state_found' = 'false' THEN 'vanished'
    ELSE 'unexplained'
  END AS cause
FROM audit_logs AS failed
LEFT JOIN LATERAL (
  SELECT started.created_at FROM audit_logs AS started
  WHERE started.event_type = 'oauth_started' AND started.detail ->> 'state' = failed.detail ->> 'state'
  ORDER BY started.created_at LIMIT 1
) AS started ON true
CROSS JOIN LATERAL (SELECT extract(epoch FROM failed.created_at - started.created_at)::int AS seconds) AS age
CROSS JOIN LATERAL (
  SELECT count(*) AS count FROM audit_logs AS other
  WHERE other.event_type = 'oauth_started' AND other.detail ->> 'browser' = failed.detail ->> 'browser'
    AND other.created_at BETWEEN failed.created_at - :lifetime::interval AND failed.created_at
) AS flows
WHERE failed.event_type = 'oauth_callback_failed' AND failed.created_at > now() - :window::interval
  AND (:user_id = 'all' OR failed.actor_id = :user_id)
ORDER BY failed.created_at DESC
