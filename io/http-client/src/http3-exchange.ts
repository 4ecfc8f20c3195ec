import { type Field, WireError } from "@breakwater/wire";
import type { Engine } from "./connection.ts";
import type { Swept } from "./deadline-sweep.ts";
import { HttpClientError } from "./error.ts";
import { endExchange } from "./exchange-end.ts";
import type { ExchangeRecord } from "./exchange-record.ts";
import { type Failure, type FailureCode, failureForWireError } from "./failure.ts";
import { FieldsHead } from "./http2-head.ts";

/**
 * One request over HTTP/3, which Bun's fetch speaks. So what fetch decides is not ours: all VUs of
 * a process share its connections, at most 256 requests are under way unless the process was
 * started with BUN_CONFIG_MAX_HTTP_REQUESTS, and `Accept` headers are added where the request has
 * none. Looking up is timed; connecting and TLS are 0 and part of the waiting; bytes are those of
 * bodies alone; remote address and TLS are not known.
 */
export class Http3Exchange implements Swept {
  sweepSlot = -1;
  readonly #engine: Engine;
  readonly #record: ExchangeRecord;
  readonly #active: Set<Http3Exchange>;
  readonly #abort = new AbortController();
  #isEnded: boolean = false;

  /** Sends it; it is in `active` until it has ended. */
  constructor(engine: Engine, record: ExchangeRecord, active: Set<Http3Exchange>) {
    this.#engine = engine;
    this.#record = record;
    this.#active = active;
    active.add(this);
    engine.sweep.add(this);
    this.#run().catch((error: unknown) => this.#fail(this.#toFailure(error)));
  }

  interrupt(): void {
    this.#failAs("interrupted", "interrupted");
  }

  checkDeadline(nowMs: number): void {
    const { request, startedMs, sentMs, firstByteMs } = this.#record;
    const { timeoutMs, firstByteTimeoutMs = Number.POSITIVE_INFINITY } = request;
    if (nowMs - startedMs >= timeoutMs) {
      this.#failAs("timeout", `not done within ${timeoutMs} ms`);
    } else if (sentMs >= 0 && firstByteMs < 0 && nowMs - sentMs >= firstByteTimeoutMs) {
      this.#failAs("first_byte_timeout", `no response within ${firstByteTimeoutMs} ms`);
    }
  }

  async #run(): Promise<void> {
    const { clock, tls } = this.#engine;
    const record = this.#record;
    const { method, fields = [], authority = "", body } = record.request;
    // Also so that nothing is told before send() has returned.
    const url = await this.#url();
    if (this.#isEnded) return;
    record.readyMs = clock.nowMs();
    record.sentMs = record.readyMs;
    if (body instanceof Uint8Array) record.bytesSent = body.length;
    const own = fields.filter(([name]) => name.toLowerCase() !== "content-length");
    const response = await fetch(url, {
      method,
      headers: [
        ...own.map(([name, value]): [string, string] => [name, value]),
        ["Host", authority],
      ],
      protocol: "http3",
      redirect: "manual",
      decompress: false,
      proxy: false,
      signal: this.#abort.signal,
      tls: { rejectUnauthorized: !tls.insecureSkipVerify },
      ...(body !== undefined && { body: body as Bun.BodyInit }),
    } as RequestInit);
    if (this.#isEnded) return;
    record.firstByteMs = clock.nowMs();
    const names = [...response.headers].map(([name, value]): Field => [name, value]);
    record.head = new FieldsHead("HTTP/3.0", response.status, names);
    await this.#read(response);
    this.#end();
  }

  async #read(response: Response): Promise<void> {
    const record = this.#record;
    const { maxBodyBytes } = this.#engine.limits;
    for await (const chunk of response.body ?? []) {
      record.bodyBytes += chunk.length;
      record.bytesReceived += chunk.length;
      if (record.bodyBytes > maxBodyBytes) {
        this.#failAs("too_large", `its body is too large: the limit is ${maxBodyBytes} bytes`);
      }
      if (this.#isEnded) return;
      if (record.request.collectBody) record.collect(chunk, 0, chunk.length);
    }
  }

  /**
   * Where fetch is to connect. By address only when no certificate is looked at, since fetch would
   * compare it to that; so a name that is to be verified is looked up by fetch once more.
   */
  async #url(): Promise<string> {
    const { dns, rules, tls, clock } = this.#engine;
    const { origin, path = "/" } = this.#record.request;
    if (!origin.secure) throw unsupported(origin.key, "it needs https");
    if (tls.ca !== undefined || tls.certificates.length > 0) {
      const advice = "fetch takes no authorities or certificates, set NODE_EXTRA_CA_CERTS instead";
      throw unsupported(origin.key, advice);
    }
    const mapped = rules.tryMap(origin.host, origin.port);
    const { address, port } = mapped ?? { address: await dns.resolve(origin.host), ...origin };
    this.#record.lookingUpMs = clock.nowMs() - this.#record.startedMs;
    rules.assertAllowed(origin.host, address);
    if (tls.insecureSkipVerify) {
      return `https://${address.includes(":") ? `[${address}]` : address}:${port}${path}`;
    }
    if (mapped === undefined) return `${origin.key}${path}`;
    throw unsupported(origin.key, "with hosts it needs insecureSkipTLSVerify");
  }

  #toFailure(error: unknown): Failure {
    const { method, origin } = this.#record.request;
    if (error instanceof HttpClientError) return { code: error.code, message: error.message };
    const code = error instanceof WireError ? failureForWireError[error.code] : "http3_failed";
    const reason =
      error instanceof Error ? ("code" in error && error.code) || error.message : error;
    return { code, message: `Cannot ${method} ${origin.key} over HTTP/3: ${reason}` };
  }

  #failAs(code: FailureCode, reason: string): void {
    const { method, origin } = this.#record.request;
    this.#fail({ code, message: `Cannot ${method} ${origin.key}: ${reason}` });
  }

  #fail(failure: Failure): void {
    if (this.#isEnded) return;
    this.#record.failure = failure;
    this.#abort.abort();
    this.#end();
  }

  #end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#active.delete(this);
    const { clock, sweep, totals } = this.#engine;
    totals.bytesSent += this.#record.bytesSent;
    totals.bytesReceived += this.#record.bytesReceived;
    sweep.remove(this);
    sweep.end();
    endExchange(this.#record, clock.nowMs());
  }
}

const unsupported = (key: string, reason: string): HttpClientError =>
  new HttpClientError("http3_unsupported", `Cannot request ${key} over HTTP/3: ${reason}`);
