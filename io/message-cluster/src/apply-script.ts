import { createHash } from "node:crypto";

/**
 * All that changes anything, in one script: it takes what is to be done as a list and does it in
 * that order, so that a batch costs one round trip, the counters are exact, and nobody sees the
 * half of a put. What instances must be told is gathered, and published once for each of them.
 *
 * Everything of a bridge has the same hash tag, KEYS[1], so that a proxy of Redis Cluster knows
 * whose it is; below it (after a colon):
 *
 * | key | |
 * | --- | --- |
 * | sums | hash: last seq; messages and bytes of all mailboxes; entries and bytes of the history |
 * | box:ID | stream of a mailbox: seq-0 → t (accepted at, ms), f (from), j (JSON) |
 * | bytes | hash: mailbox → its bytes. Only those with messages |
 * | oldest | zset: mailbox → at most the time of its oldest message, ms; the sweep's list |
 * | told | hash: mailbox → seq up to which an earlier opening may have been told |
 * | history | stream: seq-0 → t, f, o (to; "" is all), j |
 * | dead | stream of dead letters: r (reason), a (at, ms), t, j |
 * | seen | zset: sender and id → seq of those taken last |
 * | at, meta, heard | hashes of who is connected: id → instance, description, when last heard, ms |
 * | on:INSTANCE | set of the ids connected there |
 * | tokens, claims | hash id → hash of its token; zset id → when last heard, ms |
 * | instances | zset: instance → when last heard, µs of Redis' clock |
 * | sweep | which instance sweeps now |
 *
 * `seq` is Redis' time in µs, or one more than the last: it rises even when Redis has forgotten the
 * last second, as it does when it is killed with `appendfsync everysec`.
 */
export const applyScript: string = `
local key, me, epochMs = KEYS[1], ARGV[1], tonumber(ARGV[2])
local maxHistory, maxHistoryBytes = tonumber(ARGV[3]), tonumber(ARGV[4])
local maxQueue, maxQueueBytes = tonumber(ARGV[5]), tonumber(ARGV[6])
local maxTotalBytes, maxMailboxes = tonumber(ARGV[7]), tonumber(ARGV[8])
local queueTtlMs, maxDeadLetters = tonumber(ARGV[9]), tonumber(ARGV[10])
local maxSeen, maxClaims, claimTtlMs = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local deadAfterUs, sweepMs, keepSeenMs = tonumber(ARGV[14]), ARGV[15], ARGV[16]
local FIRST = 17

local call = redis.call
local SUMS, BYTES, OLDEST, HISTORY = key .. ':sums', key .. ':bytes', key .. ':oldest', key .. ':history'
local TOLD, DEAD, SEEN, AT, META, HEARD = key .. ':told', key .. ':dead', key .. ':seen', key .. ':at', key .. ':meta', key .. ':heard'
local TOKENS, CLAIMS, INSTANCES = key .. ':tokens', key .. ':claims', key .. ':instances'

local time = call('TIME')
local nowUs = tonumber(time[1]) * 1000000 + tonumber(time[2])
local sums = call('HMGET', SUMS, 'seq', 'messages', 'bytes', 'entries', 'entryBytes')
for i = 1, 5 do sums[i] = tonumber(sums[i] or 0) end
local seq, messages, bytes, entries, entryBytes = sums[1], sums[2], sums[3], sums[4], sums[5]

-- Lua would write 1.7637696000001e+15.
local function text(number) return string.format('%d', number) end
local function stream(id) return key .. ':box:' .. id end
local function on(instance) return key .. ':on:' .. instance end

-- Redis is asked once in a batch, and told at its end: calls out of Lua are what takes the time.
local places = {}
local function instanceOf(id)
  local place = places[id]
  if place == nil then
    place = call('HGET', AT, id)
    places[id] = place
  end
  return place
end

local boxes = {}
local mailboxes = call('ZCARD', OLDEST)
local function box(id)
  local found = boxes[id]
  if not found then
    found = { count = call('XLEN', stream(id)), bytes = tonumber(call('HGET', BYTES, id) or 0) }
    boxes[id] = found
  end
  return found
end

-- In pieces, put together once: Lua looks at each character of each new string.
local outbox = {}
local function tell(instance, head, body)
  local pieces = outbox[instance]
  if pieces then
    pieces[#pieces + 1] = '\\30'
  else
    pieces = {}
    outbox[instance] = pieces
  end
  pieces[#pieces + 1] = head
  pieces[#pieces + 1] = body
end

-- Nobody reads this mailbox any more: what it was told, and what is too old, is for the next.
local function close(id, told)
  if box(id).count == 0 then return end
  if told > 0 then call('HSET', TOLD, id, text(told)) end
  call('ZADD', OLDEST, 'XX', 0, id)
end

-- What an instance leaves behind that was not heard of for too long.
local function purge()
  local dead = call('ZRANGEBYSCORE', INSTANCES, '-inf', text(nowUs - deadAfterUs))
  for _, instance in ipairs(dead) do
    repeat
      local ids = call('SPOP', on(instance), 1000)
      if #ids > 0 then
        places = {}
        call('HDEL', AT, unpack(ids))
        call('HDEL', META, unpack(ids))
        call('HDEL', HEARD, unpack(ids))
        for _, id in ipairs(ids) do
          call('ZADD', CLAIMS, 'XX', text(epochMs), id)
          close(id, seq)
        end
      end
    until #ids == 0
    call('ZREM', INSTANCES, instance)
  end
end

local function connect(id, meta)
  places[id] = me
  call('HSET', AT, id, me)
  call('HSET', META, id, meta)
  call('HSET', HEARD, id, text(epochMs))
  call('SADD', on(me), id)
end

local function disconnect(id, told, nowMs)
  places[id] = nil
  call('HDEL', AT, id)
  call('HDEL', META, id)
  call('HDEL', HEARD, id)
  call('SREM', on(me), id)
  call('ZADD', CLAIMS, 'XX', nowMs, id)
  close(id, told)
end

-- Forgets tokens of ids that were not connected for too long; says how many.
local function forgetClaims(nowMs, absentMs)
  local forgotten = 0
  local due = call('ZRANGEBYSCORE', CLAIMS, '-inf', text(nowMs - absentMs), 'LIMIT', 0, 100)
  for _, id in ipairs(due) do
    if instanceOf(id) or box(id).count > 0 then
      call('ZADD', CLAIMS, text(nowMs), id)
    else
      call('ZREM', CLAIMS, id)
      call('HDEL', TOKENS, id)
      forgotten = forgotten + 1
    end
  end
  return forgotten
end

local function bind(id, token)
  call('HSET', TOKENS, id, token)
  call('ZADD', CLAIMS, text(epochMs), id)
end

local function claim(id, token, meta)
  local bound, at = call('HGET', TOKENS, id), instanceOf(id)
  if bound and bound ~= token then return { -1 } end
  if not bound and at then return { -2 } end
  if not bound and token ~= '' then
    if call('HLEN', TOKENS) >= maxClaims and forgetClaims(epochMs, 3600000) == 0 then return { -3 } end
  end
  if token ~= '' then bind(id, token) end
  seq = math.max(seq + 1, nowUs)
  if at then close(id, seq) end
  if at and at ~= me then
    call('SREM', on(at), id)
    tell(at, 'r ' .. text(seq) .. ' ', id)
  end
  connect(id, meta)
  return { at == me and 3 or at and 2 or 1, seq, tonumber(call('HGET', TOLD, id) or 0) }
end

-- A client that is connected here says so again: Redis, or the others, may have forgotten it.
local function reclaim(id, token, meta)
  local bound, at = call('HGET', TOKENS, id), instanceOf(id)
  if at and at ~= me then return 0 end
  if bound and bound ~= token then return 0 end
  if token ~= '' then bind(id, token) end
  if not at then connect(id, meta) end
  return 1
end

local function refusal(to, size)
  local into = box(to)
  if into.count >= maxQueue or into.bytes + size > maxQueueBytes then return -1 end
  local isFull = into.count == 0 and mailboxes >= maxMailboxes
  local isTight = bytes + size > maxTotalBytes * 0.75
  if not isFull and not isTight then return end
  local at = instanceOf(to)
  if isFull and not at then return -3 end
  if isTight and not at or bytes + size > maxTotalBytes then return -2 end
end

local function keep(to, from, place, at, json)
  local into = box(to)
  call('XADD', stream(to), place, 't', at, 'f', from, 'j', json)
  if into.count == 0 then
    call('ZADD', OLDEST, at, to)
    mailboxes = mailboxes + 1
  end
  into.count = into.count + 1
  into.bytes = into.bytes + #json
  into.isChanged = true
  messages = messages + 1
  bytes = bytes + #json
  local instance = instanceOf(to)
  if instance then tell(instance, 'm ' .. place .. ' ' .. at .. ' ', json) end
  return 1
end

local instances
local function publish(from, place, at, json)
  instances = instances or call('ZRANGE', INSTANCES, 0, -1)
  for _, instance in ipairs(instances) do
    tell(instance, 'b ' .. place .. ' ' .. at .. ' ', json)
  end
  return 10 + call('HLEN', AT) - call('HEXISTS', AT, from)
end

local function put(from, id, to, at, json)
  local nextSeq = math.max(seq + 1, nowUs)
  local pair = from .. '\\n' .. id
  local score = text(nextSeq)
  local place = score .. '-0'
  if call('ZADD', SEEN, 'NX', score, pair) == 0 then
    local earlier = text(tonumber(call('ZSCORE', SEEN, pair))) .. '-0'
    return to ~= '' and call('XRANGE', stream(to), earlier, earlier)[1] and 2 or 0
  end
  local refused = to ~= '' and refusal(to, #json)
  if refused then
    call('ZREM', SEEN, pair)
    return refused
  end
  seq = nextSeq
  if maxHistory > 0 then
    call('XADD', HISTORY, place, 't', at, 'f', from, 'o', to, 'j', json)
    entries = entries + 1
    entryBytes = entryBytes + #json
  end
  if to == '' then return publish(from, place, at, json) end
  return keep(to, from, place, at, json)
end

-- Of a stream's entry: a Lua table of its fields.
local function fields(entry)
  local found, list = { seq = entry[1] }, entry[2]
  for i = 1, #list, 2 do found[list[i]] = list[i + 1] end
  return found
end

local function entryAt(id, place)
  local entry = call('XRANGE', stream(id), place, place)[1]
  return entry and fields(entry)
end

local function remove(id, place, size)
  local from = box(id)
  if call('XDEL', stream(id), place) == 0 then return false end
  from.count = from.count - 1
  from.bytes = from.bytes - size
  from.isChanged = true
  if from.count == 0 then mailboxes = mailboxes - 1 end
  messages = messages - 1
  bytes = bytes - size
  return true
end

-- The tail is what its sender's instance is told, unless that is this one: when, and the JSON.
-- Again: nobody knows whether it was done before, so its sender is told in any case.
local function settle(id, place, from, size, tail, isAgain)
  local sender = instanceOf(from)
  if sender and sender ~= me and tail == '' then
    local entry = entryAt(id, place)
    tail = entry and entry.t .. ' ' .. entry.j
  end
  if not remove(id, place, size) and not isAgain then return 0 end
  if sender and sender ~= me and tail then tell(sender, 's ', tail) end
  return sender == me and 1 or 0
end

local function buryEntry(id, entry, reason, nowMs)
  if not remove(id, entry.seq, #entry.j) then return end
  -- It may be sent again.
  local score = string.match(entry.seq, '^%d+')
  call('ZREMRANGEBYSCORE', SEEN, score, score)
  if maxDeadLetters > 0 then
    local letter = { 'r', reason, 'a', text(nowMs), 't', entry.t, 'j', entry.j }
    call('XADD', DEAD, 'MAXLEN', maxDeadLetters, '*', unpack(letter))
  end
  local sender = instanceOf(entry.f)
  if sender then tell(sender, 'd ' .. reason .. ' ' .. entry.t .. ' ', entry.j) end
end

local function bury(id, place, reason)
  local entry = entryAt(id, place)
  if entry then buryEntry(id, entry, reason, epochMs) end
  return 0
end

-- Buries what is too old of one mailbox, at most so many; says how many.
local function expire(id, nowMs, most)
  local buried = 0
  while buried < most do
    local page = call('XRANGE', stream(id), '-', '+', 'COUNT', 20)
    if #page == 0 then
      call('ZREM', OLDEST, id)
      return buried
    end
    for _, found in ipairs(page) do
      local entry = fields(found)
      if tonumber(entry.t) > nowMs - queueTtlMs then
        call('ZADD', OLDEST, entry.t, id)
        return buried
      end
      buryEntry(id, entry, 'expired', nowMs)
      buried = buried + 1
    end
  end
  return buried
end

-- What this batch did to mailboxes: an empty one leaves nothing behind.
local function writeBoxes()
  local sizes = {}
  for id, found in pairs(boxes) do
    if found.isChanged and found.count > 0 then
      sizes[#sizes + 1] = id
      sizes[#sizes + 1] = text(found.bytes)
    elseif found.isChanged then
      call('DEL', stream(id))
      call('HDEL', BYTES, id)
      call('HDEL', TOLD, id)
      call('ZREM', OLDEST, id)
    end
    if #sizes >= 1000 then
      call('HSET', BYTES, unpack(sizes))
      sizes = {}
    end
  end
  if #sizes > 0 then call('HSET', BYTES, unpack(sizes)) end
end

-- 1: there is more to sweep.
local function sweep(nowMs)
  local holder = call('GET', key .. ':sweep')
  if holder and holder ~= me then return 0 end
  call('SET', key .. ':sweep', me, 'PX', sweepMs)
  forgetClaims(nowMs, claimTtlMs)
  local left = 500
  local due = call('ZRANGEBYSCORE', OLDEST, '-inf', text(nowMs - queueTtlMs), 'LIMIT', 0, left)
  for _, id in ipairs(due) do
    if left <= 0 then break end
    if instanceOf(id) then
      -- Not while somebody reads it; looked at again when that ends.
      call('ZADD', OLDEST, text(nowMs), id)
    else
      left = left - math.max(1, expire(id, nowMs, left))
    end
  end
  return left <= 0 and 1 or 0
end

local function trimHistory()
  while entries > maxHistory or entryBytes > maxHistoryBytes do
    local count = math.max(1, math.min(entries - maxHistory, 100))
    local page, ids = call('XRANGE', HISTORY, '-', '+', 'COUNT', count), {}
    if #page == 0 then
      entries, entryBytes = 0, 0
      return
    end
    for i, found in ipairs(page) do
      ids[i] = found[1]
      entries = entries - 1
      entryBytes = entryBytes - #fields(found).j
    end
    call('XDEL', HISTORY, unpack(ids))
  end
end

purge()
local isKnown = call('ZSCORE', INSTANCES, me) and 1 or 0
if isKnown == 1 then call('ZADD', INSTANCES, text(nowUs), me) end
local answers, took = {}, false
local at, last = FIRST, #ARGV
while at <= last do
  local op, a, b, c, d, e = ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5]
  local answer = 0
  at = at + 6
  if op == 'put' then
    took = true
    answer = put(a, b, c, d, e)
  elseif op == 'settle' then answer = settle(a, b, c, tonumber(d), e, false)
  elseif op == 'settle again' then answer = settle(a, b, c, tonumber(d), e, true)
  elseif op == 'bury' then answer = bury(a, b, c)
  elseif op == 'claim' then answer = claim(a, b, c)
  elseif op == 'reclaim' then answer = reclaim(a, b, c)
  elseif op == 'release' then
    if instanceOf(a) == me then disconnect(a, tonumber(b), c) end
  elseif op == 'touch' then
    if instanceOf(a) == me then call('HSET', HEARD, a, b) end
  elseif op == 'sweep' then answer = sweep(tonumber(a))
  elseif op == 'arrive' then
    call('ZADD', INSTANCES, text(nowUs), me)
    isKnown = 1
  elseif op == 'leave' then
    call('ZADD', INSTANCES, 0, me)
    purge()
    isKnown = 1
  end
  answers[#answers + 1] = answer
end

writeBoxes()
if took then
  trimHistory()
  local seen = call('ZCARD', SEEN)
  if seen > maxSeen then call('ZREMRANGEBYRANK', SEEN, 0, seen - maxSeen - 1) end
  call('PEXPIRE', SEEN, keepSeenMs)
end
call('HSET', SUMS, 'seq', text(seq), 'messages', text(messages), 'bytes', text(bytes),
  'entries', text(entries), 'entryBytes', text(entryBytes))
for instance, pieces in pairs(outbox) do
  call('PUBLISH', key .. ':to:' .. instance, table.concat(pieces))
end
local head = { isKnown, seq, messages, bytes, mailboxes, entries, call('XLEN', DEAD) }
for i, answer in ipairs(answers) do head[7 + i] = answer end
return head
`;

export const applyDigest: string = createHash("sha1").update(applyScript).digest("hex");
