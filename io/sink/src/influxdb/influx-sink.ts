import type { SampleListener } from "@breakwater/metrics";
import { dueEvery } from "../due-every.ts";
import { aborted, type Outcome, sendPatiently } from "../push/outcome.ts";
import { type PostTarget, post } from "../push/post.ts";
import { type Troubles, troubles } from "../push/troubles.ts";
import { CLOSE_LIMIT_MS, type SampleSink, type SinkIo } from "../sink.ts";
import type { InfluxOutput } from "./influx-output.ts";
import { lineWriter } from "./line-protocol.ts";
import { udpSender } from "./udp-sender.ts";

/** Of one write; InfluxDB advises some thousand points, and takes 25 MB at most. */
const MAX_WRITE_CHARS = 1 << 20;

/**
 * What one process keeps while the database is slow or away: what comes beyond that is dropped and
 * counted. At 300 characters a sample it is 100,000 of them.
 */
const MAX_KEPT_CHARS = 32 << 20;

const TIMEOUT_MS = 5000;

interface Write {
  readonly lines: string;
  readonly samples: number;
}

/**
 * `--out influxdb=URL`: every sample is a point of an InfluxDB 1 database. Each process of the run
 * has its own sink and its part of the concurrent writes. A write that is not taken is tried again
 * (push/outcome.ts) and then dropped.
 */
export class InfluxSink implements SampleSink {
  readonly add: SampleListener;
  readonly #io: SinkIo;
  readonly #send: (lines: string, signal: AbortSignal) => Promise<Outcome>;
  readonly #troubles: Troubles;
  readonly #isDue: () => boolean;
  readonly #end: AbortController = new AbortController();
  readonly #maxWrites: number;
  readonly #waiting: Write[] = [];
  readonly #underWay: Set<Promise<void>> = new Set();
  #lines: string = "";
  #samples: number = 0;
  #keptChars: number = 0;

  constructor(output: InfluxOutput, io: SinkIo) {
    this.#io = io;
    this.#troubles = troubles({ where: output.address, what: "samples" }, io.onTrouble);
    this.#isDue = dueEvery(output.pushIntervalMs, io.clock);
    this.#maxWrites = Math.max(1, Math.floor(output.concurrentWrites / io.processes));
    this.#send = output.address.startsWith("udp://") ? udpSender(output) : poster(output, io);
    const write = lineWriter(output);
    this.add = (metric, value, tags, timeMs) => {
      if (this.#keptChars > MAX_KEPT_CHARS) return this.#drop();
      const line = write(metric, value, tags, io.originMs + timeMs);
      this.#lines += line;
      this.#samples += 1;
      this.#keptChars += line.length;
      if (this.#lines.length > MAX_WRITE_CHARS) this.#queue();
    };
  }

  flush(): void {
    if (this.#isDue()) this.#queue();
  }

  async close(): Promise<void> {
    const { clock } = this.#io;
    const { signal } = this.#end;
    this.#queue();
    const cancel = clock.at(clock.nowMs() + CLOSE_LIMIT_MS, () => this.#end.abort());
    while (this.#underWay.size > 0 && !signal.aborted) {
      await Promise.race([...this.#underWay, aborted(signal)]);
    }
    cancel();
    const left = this.#waiting.reduce((sum, { samples }) => sum + samples, 0);
    if (left > 0) this.#troubles.failed("the run ended before it took them", left);
    this.#troubles.close();
  }

  #drop(): void {
    this.#troubles.dropped("it is too slow for what this run measures", 1);
  }

  #queue(): void {
    if (this.#samples === 0) return;
    this.#waiting.push({ lines: this.#lines, samples: this.#samples });
    this.#lines = "";
    this.#samples = 0;
    this.#start();
  }

  #start(): void {
    while (this.#underWay.size < this.#maxWrites && !this.#end.signal.aborted) {
      const write = this.#waiting.shift();
      if (write === undefined) return;
      const done = this.#write(write).then(() => {
        this.#underWay.delete(done);
        this.#start();
      });
      this.#underWay.add(done);
    }
  }

  async #write({ lines, samples }: Write): Promise<void> {
    const { signal } = this.#end;
    const send = () => this.#send(lines, signal);
    const outcome = await sendPatiently(send, { clock: this.#io.clock, signal });
    this.#keptChars -= lines.length;
    if (outcome.kind !== "taken") this.#troubles.failed(outcome.why, samples);
  }
}

/** Makes the database, as k6 does, and posts to it. */
function poster(output: InfluxOutput, { clock }: SinkIo) {
  const { address, database, retention, consistency, precision } = output;
  const { username, password, tls, proxy } = output;
  const credentials = Buffer.from(`${username}:${password}`).toString("base64");
  const headers: Record<string, string> = { "User-Agent": "k6" };
  if (username !== undefined) headers.Authorization = `Basic ${credentials}`;
  const query = new URLSearchParams({ db: database, precision });
  if (retention !== undefined) query.set("rp", retention);
  if (consistency !== undefined) query.set("consistency", consistency);
  const target: PostTarget = {
    url: `${address}/write?${query}`,
    headers,
    timeoutMs: TIMEOUT_MS,
    tls,
    proxy,
  };
  const create = new URLSearchParams({ q: `CREATE DATABASE "${database.replaceAll('"', '\\"')}"` });
  const form = { ...headers, "Content-Type": "application/x-www-form-urlencoded" };
  let made: Promise<unknown> | undefined;
  return async (lines: string, signal: AbortSignal): Promise<Outcome> => {
    // Who may not make databases may well write to the one there is: then the write tells.
    const query = { ...target, url: `${address}/query`, headers: form };
    made ??= post(query, create.toString(), { clock, signal });
    await made;
    const outcome = await post(target, lines, { clock, signal });
    if (outcome.kind === "not now") made = undefined;
    return outcome;
  };
}
