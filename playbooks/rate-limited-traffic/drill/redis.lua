-- The rate limiter's sorted sets, cybervpn:rate_limit:<client>:<path>: one entry a request, its time as the score.
local now = tonumber(redis.call('TIME')[1])
local function client(address, path, recent, old)
  local key = 'cybervpn:rate_limit:' .. address .. ':' .. path
  for n = 1, recent do redis.call('ZADD', key, now - 10 + n * 5 / recent, 'r' .. n) end
  -- Left over from before; they count no more.
  for n = 1, old do redis.call('ZADD', key, now - 300 - n, 'o' .. n) end
  redis.call('EXPIRE', key, 3600)
end
client('198.51.100.77', '/api/v1/servers', 100, 40)
client('198.51.100.140', '/api/v1/servers', 100, 0)
-- Much traffic a while ago, hardly any now.
client('192.0.2.10', '/api/v1/servers', 40, 90)
client('2001:db8::77', '/api/v1/servers', 12, 0)
for n = 20, 219 do client('192.0.2.' .. n, '/api/v1/profile', n % 17 + 1, 0) end
