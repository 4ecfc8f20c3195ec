import { Http2RequestMemory } from "@breakwater/wire";
import type { ServerContext } from "../transport.ts";
import { AnswerTail } from "./answer-block.ts";
import { Gather } from "./gather.ts";
import { encodeGreeting } from "./http2-settings.ts";

/** What a server's HTTP/2 connections share. */
export interface ServerMemory {
  readonly requests: Http2RequestMemory;
  readonly gather: Gather;
  readonly tail: AnswerTail;
  readonly greeting: Uint8Array;
}

const memories = new WeakMap<ServerContext, ServerMemory>();

export function serverMemory(context: ServerContext): ServerMemory {
  let memory = memories.get(context);
  if (memory === undefined) {
    memory = {
      requests: new Http2RequestMemory(),
      gather: new Gather(context.limits.maxUnsentBytes),
      tail: new AnswerTail(context.altSvc),
      greeting: encodeGreeting(context.limits),
    };
    memories.set(context, memory);
  }
  return memory;
}
