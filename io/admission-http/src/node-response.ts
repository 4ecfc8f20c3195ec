import type { IncomingMessage, ServerResponse } from "node:http";
import {
  type AbortSignalLike,
  type Outcome,
  type Permit,
  statusOutcome,
} from "@breakwater/admission";
import type { AdmissionOptions } from "./admission-options.ts";

export interface Held {
  readonly request: IncomingMessage & { readonly upgrade?: boolean };
  readonly response: ServerResponse;
  readonly permit: Permit;
}

/**
 * Releases the permit once: when the response has been handed to the system, or the client has
 * gone before. Node and Bun tell both for every response, whatever wrote it. What it returns
 * releases it earlier.
 */
export function holdResponse(
  { request, response, permit }: Held,
  { streams, upgrades = "release" }: Pick<AdmissionOptions<never>, "streams" | "upgrades">,
): (outcome: Outcome) => void {
  // Nothing more comes of a response that is over, nor is told of it.
  const isOverAlready = response.destroyed;
  // An upgrade that a framework was given as if it were a request.
  const isUpgrade = request.upgrade === true && upgrades === "release";
  if (isOverAlready || isUpgrade) {
    permit.release("ignored");
    return () => {};
  }
  let isOver = false;
  const end = (outcome: Outcome) => {
    if (isOver) return;
    isOver = true;
    permit.release(outcome);
  };
  response.on("finish", () => end(statusOutcome(response.statusCode)));
  response.on("close", () => end("ignored"));
  if (streams === "release") atHead(response, () => end(statusOutcome(response.statusCode)));
  return end;
}

/** Node's own functions call writeHead for whoever did not. */
function atHead(response: ServerResponse, onHead: () => void): void {
  const writeHead = response.writeHead;
  response.writeHead = ((...values: Parameters<typeof writeHead>) => {
    response.writeHead = writeHead;
    const result = writeHead.apply(response, values);
    onHead();
    return result;
  }) as typeof writeHead;
}

/** What tells that the client has gone: a response, or a socket. */
export interface Closable {
  readonly destroyed: boolean;
  once(event: "close", listener: () => void): unknown;
  off(event: "close", listener: () => void): unknown;
}

/** Listens only once it has to wait. */
export class ClosedSignal implements AbortSignalLike {
  readonly aborted: false = false;
  readonly #closable: Closable;

  constructor(closable: Closable) {
    this.#closable = closable;
  }

  addEventListener(_type: "abort", listener: () => void): void {
    if (this.#closable.destroyed) listener();
    else this.#closable.once("close", listener);
  }

  removeEventListener(_type: "abort", listener: () => void): void {
    this.#closable.off("close", listener);
  }
}
