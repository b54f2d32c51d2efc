-- The backend's tokens: jwt_user_tokens:<user> is a hash, token id to expiry; an older deployment keeps a set.
local now = tonumber(redis.call('TIME')[1])

-- A time as Python's isoformat() writes it. The date of a day number: Howard Hinnant, "chrono-Compatible Low-Level Date
-- Algorithms", civil_from_days.
local function iso(time)
  local z = math.floor(time / 86400) + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  local year = yoe + era * 400 + (month <= 2 and 1 or 0)
  local seconds = time % 86400
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d+00:00', year, month, doy - math.floor((153 * mp + 2) / 5) + 1,
    math.floor(seconds / 3600), math.floor(seconds / 60) % 60, seconds % 60)
end

local function token(user, jti, seconds)
  redis.call('HSET', 'jwt_user_tokens:' .. user, jti, iso(now + seconds))
  redis.call('EXPIRE', 'jwt_user_tokens:' .. user, 604800)
end

for n = 201, 500 do
  if n ~= 230 and n ~= 355 then token('user-' .. n, 'a1b2c3d4-0000-4000-8000-000000000' .. n, 518400) end
end
-- The stolen one is among these; one has expired and was not pruned yet.
token('user-417', '5f0c9a52-1d7e-4c1b-9a43-0f6f2b7a4171', 900)
token('user-417', '5f0c9a52-1d7e-4c1b-9a43-0f6f2b7a4172', 432000)
token('user-417', '5f0c9a52-1d7e-4c1b-9a43-0f6f2b7a4173', -60)
token('admin-1', 'c0ffee00-1d7e-4c1b-9a43-0f6f2b7a0001', 3600)
redis.call('SADD', 'jwt_user_tokens:user-230', '77aa10be-52b5-4d57-8f7c-1f0c6d7e2301', '77aa10be-52b5-4d57-8f7c-1f0c6d7e2302')
