-- Requests of the last five minutes and how many got 429, by the minute.
SELECT
  date_trunc('minute', created_at) AS minute,
  count(*) AS requests,
  count(*) FILTER (WHERE status = 429) AS refused,
  round(100.0 * count(*) FILTER (WHERE status = 429) / count(*))::int AS per_cent
FROM request_log
WHERE created_at > now() - interval '5 minutes'
GROUP BY 1 ORDER BY 1 DESC
