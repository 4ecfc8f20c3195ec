import type {
  AgentMeta,
  DeadLetter,
  DropReason,
  HistoryEntry,
  HistoryQuery,
  MailboxFigures,
} from "@breakwater/message";
import type { Redis } from "@breakwater/redis";
import { type BoundedReads, SharedRead } from "./bounded-reads.ts";
import type { Page } from "./follower.ts";
import { type KeptMessage, type StreamEntry, toEntries, tryKept } from "./stream-entries.ts";

export interface ViewsOptions {
  readonly redis: Redis;
  readonly key: string;
  readonly reads: BoundedReads;
  /** When what was asked for before is done. */
  readonly done: () => Promise<void>;
}

const PAGE = 100;

/** What is read of Redis, and changes nothing. */
export class Views {
  readonly #options: ViewsOptions;
  /** Each client that comes asks for both of these: what comes at once is read once. */
  readonly #agents: SharedRead<readonly AgentMeta[]>;
  readonly #newest: SharedRead<readonly StreamEntry[]>;

  constructor(options: ViewsOptions) {
    this.#options = options;
    this.#agents = new SharedRead(() => this.#readAgents());
    this.#newest = new SharedRead(async () => {
      await options.done();
      return this.#historyBefore("+");
    });
  }

  agents(): Promise<readonly AgentMeta[]> {
    return this.#agents.ask();
  }

  async history(query: HistoryQuery): Promise<readonly HistoryEntry[]> {
    const after = query.after === undefined ? 0 : Number(query.after);
    const found: HistoryEntry[] = [];
    let page = await this.#newest.ask();
    while (page.length > 0) {
      for (const entry of page) {
        if (entry.seq <= after || found.length >= query.limit) return found.reverse();
        const message = tryMatch(entry, query);
        if (message !== undefined) found.push({ message, cursor: String(entry.seq) });
      }
      if (page.length < PAGE) break;
      page = await this.#historyBefore(`${page.at(-1)!.seq - 1}-0`);
    }
    return found.reverse();
  }

  async mailboxes(limit: number): Promise<readonly MailboxFigures[]> {
    const answer = await this.#ask("EVAL", [mailboxesScript, "1", this.#options.key, `${limit}`]);
    return (answer as readonly string[][]).map(([id, messages, bytes, oldestAtMs]) => ({
      id: id!,
      messages: Number(messages),
      bytes: Number(bytes),
      oldestAtMs: Number(oldestAtMs),
    }));
  }

  async deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    const key = `${this.#options.key}:dead`;
    const answer = await this.#ask("XREVRANGE", [key, "+", "-", "COUNT", String(limit)]);
    return toEntries(answer).flatMap((entry) => {
      const message = toMessage(entry);
      const reason = entry.field("r") as DropReason;
      return message === undefined ? [] : [{ message, reason, atMs: Number(entry.field("a")) }];
    });
  }

  /** The hash of the token that this id is bound to. */
  async tokenOf(clientId: string): Promise<string | null> {
    const answer = await this.#ask("HGET", [`${this.#options.key}:tokens`, clientId]);
    return answer as string | null;
  }

  /** What waits in a mailbox. */
  async mailbox(clientId: string, after: number): Promise<Page<KeptMessage>> {
    return toPage(await this.#after(`box:${clientId}`, after), after);
  }

  async broadcasts(after: number): Promise<Page<KeptMessage>> {
    return toPage(await this.#after("history", after), after, (entry) => entry.field("o") === "");
  }

  async #after(name: string, after: number): Promise<readonly StreamEntry[]> {
    const { redis, key, reads } = this.#options;
    const args = [`${key}:${name}`, `${after + 1}-0`, "+", "COUNT", String(PAGE)];
    return toEntries(await reads.run(() => redis.send("XRANGE", args)));
  }

  async #historyBefore(place: string): Promise<readonly StreamEntry[]> {
    const { redis, key, reads } = this.#options;
    const args = [`${key}:history`, place, "-", "COUNT", String(PAGE)];
    return toEntries(await reads.run(() => redis.send("XREVRANGE", args)));
  }

  async #readAgents(): Promise<readonly AgentMeta[]> {
    const answer = await this.#ask("EVAL", [agentsScript, "1", this.#options.key]);
    const [metas, ids, times] = answer as readonly [string[], string[], string[]];
    const heardAt = new Map(ids.map((id, index) => [id, Number(times[index])]));
    return metas.map((json) => {
      const meta = JSON.parse(json) as AgentMeta;
      const heardAtMs = heardAt.get(meta.id);
      if (heardAtMs === undefined) return meta;
      return { ...meta, lastSeen: new Date(heardAtMs).toISOString() };
    });
  }

  async #ask(command: string, args: readonly string[]): Promise<unknown> {
    const { redis, reads, done } = this.#options;
    await done();
    return reads.run(() => redis.send(command, args));
  }
}

function toPage(
  entries: readonly StreamEntry[],
  after: number,
  isWanted: (entry: StreamEntry) => boolean = () => true,
): Page<KeptMessage> {
  const found = entries.flatMap((entry) => (isWanted(entry) ? (toMessage(entry) ?? []) : []));
  return { found, upTo: entries.at(-1)?.seq ?? after, isAll: entries.length < PAGE };
}

function tryMatch(entry: StreamEntry, query: HistoryQuery): KeptMessage | undefined {
  const [from, to] = [entry.field("f"), entry.field("o")];
  const { viewer, agentId, taskId, intent } = query;
  const isParty = typeof viewer === "object" && (from === viewer.id || to === viewer.id);
  if (to !== "" && viewer !== "all" && !isParty) return undefined;
  if (agentId !== undefined && from !== agentId && to !== agentId) return undefined;
  const message = toMessage(entry);
  if (taskId !== undefined && message?.envelope.taskId !== taskId) return undefined;
  if (intent !== undefined && message?.envelope.intent !== intent) return undefined;
  return message;
}

function toMessage(entry: StreamEntry): KeptMessage | undefined {
  return tryKept(entry.field("j"), { seq: entry.seq, acceptedAtMs: Number(entry.field("t")) });
}

const agentsScript = `
local key = KEYS[1]
return {
  redis.call('HVALS', key .. ':meta'),
  redis.call('HKEYS', key .. ':heard'),
  redis.call('HVALS', key .. ':heard'),
}
`;

const mailboxesScript = `
local key, limit = KEYS[1], tonumber(ARGV[1])
local boxes = {}
for _, id in ipairs(redis.call('ZRANGE', key .. ':oldest', 0, -1)) do
  boxes[#boxes + 1] = { id, redis.call('XLEN', key .. ':box:' .. id) }
end
table.sort(boxes, function(a, b)
  return a[2] > b[2] or (a[2] == b[2] and a[1] < b[1])
end)
local answer = {}
for i = 1, math.min(limit, #boxes) do
  local id, count = boxes[i][1], boxes[i][2]
  local head = redis.call('XRANGE', key .. ':box:' .. id, '-', '+', 'COUNT', 1)[1]
  local bytes = redis.call('HGET', key .. ':bytes', id)
  answer[i] = { id, tostring(count), bytes or '0', head and head[2][2] or '0' }
end
return answer
`;
