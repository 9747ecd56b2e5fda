-- Asks for one of many addresses, drawn at random, and looks at every answer.
-- Arguments: a file with a path and a cookie a line, the words that each answer holds, and the
-- least and most bytes of one.

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
  words, least, most = args[2], tonumber(args[3]), tonumber(args[4])
  wrong = 0
end

function request()
  return requests[math.random(#requests)]
end

function response(status, headers, body)
  if status ~= 200 or #body < least or #body > most or not body:find(words, 1, true) then
    wrong = wrong + 1
  end
end

function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  for _, thread in ipairs(threads) do
    errors = errors + thread:get("wrong")
  end
  io.write(string.format('\n{"requests": %d, "seconds": %f, "errors": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, errors,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
