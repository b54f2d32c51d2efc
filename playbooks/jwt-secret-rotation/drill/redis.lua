-- Who is logged in, one of them the test account whose token shows that old tokens die.
for n = 1001, 1400 do
  for device = 1, 3 do redis.call('SET', 'session:user-' .. n .. ':' .. device, 'active', 'EX', 3600 + n) end
end
redis.call('SET', 'session:canary:1', 'active', 'EX', 7200)
