-- 120 flows under way, each good for what is left of its ten minutes.
for n = 1, 120 do redis.call('SET', 'oauth_state:s-' .. n, '{"provider":"github","browser":"b-' .. n .. '"}', 'EX', 120 + n * 4) end
