-- Tokens that were accepted and that we never issued: signed by somebody else who has the secret.
SELECT used.actor_id, used.detail ->> 'jti' AS jti, count(*) AS requests,
  array_agg(DISTINCT host(used.ip_address)) AS addresses, min(used.created_at) AS first_seen
FROM audit_logs AS used
WHERE used.event_type = 'token_accepted' AND used.created_at > now() - :window::interval
  AND NOT EXISTS (
    SELECT FROM audit_logs AS issued
    WHERE issued.event_type = 'token_issued' AND issued.detail ->> 'jti' = used.detail ->> 'jti'
  )
GROUP BY used.actor_id, used.detail ->> 'jti'
ORDER BY first_seen
