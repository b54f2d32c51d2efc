-- 100,000 keys with those of redis.txt: what the backend keeps in Redis.
local function put(key, value, seconds) redis.call('SET', key, value, 'EX', seconds) end

-- The accounts that the attack locked, each for at most half an hour.
for n = 1001, 4000 do
  local failures = 5 + n % 37
  put('login_protection:user-' .. n, '{"failures":' .. failures .. ',"reason":"too_many_failures"}', 300 + n % 1500)
end
for n = 1001, 13000 do
  for device = 1, 3 do put('session:user-' .. n .. ':' .. device, 'active', 3600 + n) end
end
for n = 1, 19000 do put('profile:user-' .. 1000 + n, '{"locale":"en","plan":"basic"}', 86400) end
for n = 1, 41998 do put('cybervpn:rate_limit:client-' .. n, tostring(n % 40), 60 + n % 600) end
