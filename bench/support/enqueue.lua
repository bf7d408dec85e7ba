-- wrk asks for enqueues: of so many keys in turn, with a small message each.
-- Arguments: the path of a kind's items, how many keys, the bearer token, and
-- what to prefer, if anything. Tells what came of it in JSON.

local requests = {}
local last = 0

function init(args)
  local headers = {
    ["Content-Type"] = "application/json",
    ["Authorization"] = "Bearer " .. args[3],
  }
  if args[4] ~= nil then headers["Prefer"] = args[4] end
  for index = 1, tonumber(args[2]) do
    local path = args[1] .. "/order-" .. index .. "/messages"
    local body = '{"doc":' .. index .. ',"name":"hello"}'
    requests[index] = wrk.format("POST", path, headers, body)
  end
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(
    '{"requests":%d,"us":%d,"p50":%d,"p99":%d,"refused":%d,"broken":%d}',
    summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), errors.status, broken))
end
