import {
  type GrpcConnection,
  type GrpcStream,
  type GrpcStreamEnd,
  statusDetailsOf,
} from "@breakwater/grpc-client";
import type { Hold } from "../../vu/activity.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import { callInTurn } from "../ws/call-in-turn.ts";
import type { FrozenTags } from "../ws/frozen-tags.ts";
import { type CallParams, readCallParams } from "./call-params.ts";
import { Client, callTags, countBytes, grpcMetric, type KnownMethod } from "./client.ts";

type Handler = (value: unknown, metadata: { readonly ts: number }) => unknown;

const events: readonly string[] = ["data", "error", "end", "status"];

const CANCELLED = 1;
const UNKNOWN = 2;

/** With so many messages not yet delivered nothing more is read, until half of them are. */
const MAX_WAITING = 1000;

/** Of messages that the server does not take. */
const MAX_BACKLOG_BYTES = 64 * 1024 ** 2;

/**
 * k6's grpc Stream: messages go out as they are written, and come as events once the function that
 * opened it is done. An open one keeps the iteration from being over.
 *
 * @throws Error without a connection, a method that was loaded, or usable params
 */
export class Stream {
  readonly #vu: VuContext;
  readonly #known: KnownMethod;
  readonly #params: CallParams;
  readonly #tags: FrozenTags;
  readonly #connection: GrpcConnection;
  readonly #stream: GrpcStream;
  readonly #hold: Hold;
  readonly #handlers = new Map<string, Handler[]>();
  readonly #startedMs: number;
  #isWritable: boolean = true;
  #isEnded: boolean = false;
  /** Its error has been told. */
  #hasFailed: boolean = false;
  #waiting = 0;
  #isPaused: boolean = false;

  /** `vu` is bound before the script sees this. */
  constructor(vu: VuContext, client: unknown, method: unknown, params?: unknown) {
    const { connection, address } = Client.connectionOf(client);
    this.#known = Client.methodOf(client as Client, method);
    this.#params = readCallParams(params);
    this.#vu = vu;
    this.#connection = connection;
    const { path } = this.#known.method;
    const { metadata, timeoutMs } = this.#params;
    this.#tags = callTags(vu, address, path, this.#params);
    this.#startedMs = vu.clock.nowMs();
    this.#stream = connection.stream(
      { path, metadata, timeoutMs },
      { onMessage: (bytes) => this.#onMessage(bytes), onEnd: (end) => this.#onEnd(end) },
    );
    this.#hold = vu.activity.hold(() => this.#stream.cancel());
    grpcMetric(vu, "grpc_streams").add(1, this.#tags, this.#startedMs);
  }

  /** "data" (message), "error" ({code, message, details}), "end". */
  on(event: unknown, handler: unknown): void {
    const name = String(event);
    if (typeof handler !== "function") {
      throw new TypeError(`Cannot listen to "${name}" with ${String(handler)}: give a function`);
    }
    if (!events.includes(name)) {
      this.#vu.warn(`Cannot listen to a gRPC stream's "${name}": there is no such event`);
      return;
    }
    const handlers = this.#handlers.get(name);
    if (handlers) handlers.push(handler as Handler);
    else this.#handlers.set(name, [handler as Handler]);
  }

  /** In vain once the stream was ended. A message that does not fit ends it with an error. */
  write(message?: unknown): void {
    if (!this.#isWritable || this.#isEnded) return;
    if (message === undefined || message === null) {
      this.#vu.warn(`Cannot write nothing to ${this.#known.method.path}: give an object`);
      return;
    }
    let bytes: Uint8Array;
    try {
      bytes = this.#known.method.encode(message);
    } catch (error) {
      this.#fail(error instanceof Error ? error.message : String(error));
      return;
    }
    this.#stream.write(bytes);
    grpcMetric(this.#vu, "grpc_streams_msgs_sent").add(1, this.#tags, this.#vu.clock.nowMs());
    if (this.#stream.unsentBytes > MAX_BACKLOG_BYTES) {
      this.#fail(`the server does not take what is written: ${MAX_BACKLOG_BYTES} bytes wait`);
    }
    // Of one request that is all.
    if (!this.#known.method.isClientStream) this.end();
  }

  /** No more is written. */
  end(): void {
    if (!this.#isWritable) return;
    this.#isWritable = false;
    this.#stream.end();
  }

  #onMessage(bytes: Uint8Array): void {
    const vu = this.#vu;
    if (!vu.activity.isRunning) return;
    const nowMs = vu.clock.nowMs();
    const metadata = timestamp();
    grpcMetric(vu, "grpc_streams_msgs_received").add(1, this.#tags, nowMs);
    this.#countUp();
    this.#hold.deliver(() => {
      this.#countDown();
      // As k6: an empty object stands for what was not wanted.
      const { method } = this.#known;
      const message = this.#params.discardsMessage ? {} : method.decode(bytes);
      return this.#emit("data", message, metadata);
    });
  }

  #onEnd({ code, details, statusDetails }: GrpcStreamEnd): void {
    const vu = this.#vu;
    this.#isEnded = true;
    countBytes(vu, this.#connection);
    if (vu.activity.isRunning) {
      const nowMs = vu.clock.nowMs();
      this.#tags.set("status", String(code));
      grpcMetric(vu, "grpc_req_duration").add(nowMs - this.#startedMs, this.#tags, nowMs);
    }
    const error = {
      code: code === CANCELLED ? UNKNOWN : code,
      message: code === CANCELLED ? "canceled by client (k6)" : details,
      details: statusDetailsOf(statusDetails, this.#known.types),
    };
    this.#hold.deliver(async () => {
      try {
        if (code !== 0 && !this.#hasFailed) await this.#tellError(error);
        await this.#emit("end", {}, timestamp());
      } finally {
        this.#hold.release();
      }
    });
  }

  #tellError(error: { readonly message: string }): Promise<void> | undefined {
    if (!this.#handlers.has("error")) {
      this.#vu.warn(`A gRPC stream failed and nothing handles its errors: ${error.message}`);
    }
    return this.#emit("error", error, timestamp());
  }

  /** Our own mistake, or the script's: told as an error of the stream, which ends. */
  #fail(message: string): void {
    this.#isWritable = false;
    this.#hasFailed = true;
    const error = { code: UNKNOWN, message, details: [] };
    this.#hold.deliver(() => this.#tellError(error));
    this.#stream.cancel();
  }

  #emit(
    name: string,
    value: unknown,
    metadata: { readonly ts: number },
  ): Promise<void> | undefined {
    let waiting: Promise<void> | undefined;
    for (const handler of this.#handlers.get(name) ?? []) {
      const call = (): Promise<void> | undefined =>
        callInTurn(this.#vu, () => handler(value, metadata));
      waiting = waiting === undefined ? call() : waiting.then(call);
    }
    return waiting;
  }

  #countUp(): void {
    this.#waiting += 1;
    if (this.#waiting < MAX_WAITING || this.#isPaused) return;
    this.#isPaused = true;
    this.#stream.pause();
  }

  #countDown(): void {
    this.#waiting -= 1;
    if (!this.#isPaused || this.#waiting > MAX_WAITING / 2) return;
    this.#isPaused = false;
    this.#stream.resume();
  }
}

/** Seconds since the epoch. */
const timestamp = (): { readonly ts: number } => ({ ts: Math.floor(Date.now() / 1000) });
