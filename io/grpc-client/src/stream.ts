import type { ClientDuplexStream, ServiceError, StatusObject } from "@grpc/grpc-js";
import { detailsOf } from "./details-of.ts";

/** Told what a server streams, in order; onEnd() once, at last. */
export interface GrpcStreamListener {
  onMessage(bytes: Uint8Array): void;
  onEnd(end: GrpcStreamEnd): void;
}

export interface GrpcStreamEnd {
  /** gRPC's status: 0 for OK. */
  readonly code: number;
  readonly details: string;
  /** Of `grpc-status-details-bin`: a serialized google.rpc.Status. */
  readonly statusDetails: Uint8Array | undefined;
}

/** A call that sends and receives any number of messages. */
export class GrpcStream {
  readonly #call: ClientDuplexStream<Uint8Array, Uint8Array>;
  readonly #listener: GrpcStreamListener;
  #status: StatusObject | undefined;
  #isEnded: boolean = false;
  #unsentBytes = 0;

  constructor(call: ClientDuplexStream<Uint8Array, Uint8Array>, listener: GrpcStreamListener) {
    this.#call = call;
    this.#listener = listener;
    call.on("data", (bytes: Uint8Array) => listener.onMessage(bytes));
    call.on("status", (status: StatusObject) => {
      this.#status = status;
      // While it is paused there may be messages before it.
      if (call.readableLength === 0) this.#end();
    });
    call.on("end", () => this.#end());
    // The status says the same.
    call.on("error", (_: ServiceError) => {});
  }

  /** Bytes of messages that are not yet taken by HTTP/2. */
  get unsentBytes(): number {
    return this.#unsentBytes;
  }

  write(bytes: Uint8Array): void {
    this.#unsentBytes += bytes.length;
    this.#call.write(bytes, () => {
      this.#unsentBytes -= bytes.length;
    });
  }

  /** No more is written; what comes is still told. */
  end(): void {
    this.#call.end();
  }

  cancel(): void {
    this.#call.cancel();
  }

  pause(): void {
    this.#call.pause();
  }

  resume(): void {
    this.#call.resume();
  }

  #end(): void {
    if (this.#isEnded || this.#status === undefined) return;
    this.#isEnded = true;
    const { code, details, metadata } = this.#status;
    const [statusDetails] = metadata.get("grpc-status-details-bin");
    this.#listener.onEnd({
      code,
      details: detailsOf(code, details),
      statusDetails: statusDetails instanceof Buffer ? statusDetails : undefined,
    });
  }
}
