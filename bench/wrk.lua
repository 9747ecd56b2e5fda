-- Requests random paths and checks every response.
-- Arguments: a file with one path and cookie per line, a text that each body contains, and the
-- smallest and largest size of a body in bytes.

local threads, requests = {}, {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for line in io.lines(args[1]) do
    local path, cookie = line:match("^(%S+) ?(.*)$")
    wrk.headers["Cookie"] = cookie ~= "" and cookie or nil
    table.insert(requests, wrk.format("GET", path))
  end
  text, smallest, largest = args[2], tonumber(args[3]), tonumber(args[4])
  unexpected = 0
end

function request()
  return requests[math.random(#requests)]
end

function response(status, headers, body)
  if status ~= 200 or #body < smallest or #body > largest or not body:find(text, 1, true) then
    unexpected = unexpected + 1
  end
end

function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  for _, thread in ipairs(threads) do
    errors = errors + thread:get("unexpected")
  end
  io.write(string.format('\n{"requests": %d, "seconds": %f, "errors": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, errors,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
