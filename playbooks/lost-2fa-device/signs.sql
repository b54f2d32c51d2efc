-- What happened to the account lately that an attacker would do before ringing support.
SELECT sign, count, last_seen, addresses
FROM (
  SELECT
    CASE event_type
      WHEN 'email_changed' THEN 'the e-mail address was changed'
      WHEN 'phone_changed' THEN 'the phone number was changed'
      WHEN 'password_changed' THEN 'the password was changed'
      WHEN '2fa_failure' THEN count(*) || ' wrong codes'
      ELSE count(*) || ' logins from an address never seen before'
    END AS sign,
    count(*) AS count, max(created_at) AS last_seen, array_agg(DISTINCT host(ip_address)) AS addresses,
    event_type
  FROM audit_logs AS event
  WHERE actor_id = :user_id AND created_at > now() - :lately::interval
    AND (
      event_type IN ('email_changed', 'phone_changed', 'password_changed', '2fa_failure')
      OR event_type = 'login_success' AND NOT EXISTS (
        SELECT FROM audit_logs AS earlier
        WHERE earlier.actor_id = :user_id AND earlier.event_type = 'login_success'
          AND earlier.ip_address = event.ip_address AND earlier.created_at < now() - :lately::interval
      )
    )
  GROUP BY event_type
) AS signs
-- Two wrong codes are a typing mistake.
WHERE event_type <> '2fa_failure' OR count > 2
ORDER BY last_seen
