-- Each place that this user acted from, with what is unusual about it: nothing of the kind was seen before the window.
WITH trail AS (
  SELECT ip_address, coalesce(detail->>'country', '?') AS country, created_at FROM audit_logs WHERE actor_id = :user_id
), known_countries AS (
  SELECT DISTINCT country FROM trail WHERE created_at <= now() - :window::interval
)
SELECT
  ip_address, country,
  CASE
    WHEN min(created_at) <= now() - :window::interval THEN ''
    WHEN country IN (SELECT country FROM known_countries) THEN 'new address'
    ELSE 'new country'
  END AS unusual,
  count(*) AS events, min(created_at) AS first_seen, max(created_at) AS last_seen
FROM trail
GROUP BY ip_address, country
ORDER BY first_seen DESC
