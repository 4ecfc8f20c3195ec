import type { IncomingMessage, ServerResponse } from "node:http";
import type { Permit } from "@breakwater/admission";
import { Admission } from "./admission.ts";
import type { AdmissionOptions } from "./admission-options.ts";
import { ClosedSignal, holdResponse } from "./node-response.ts";
import type { Refusal } from "./refusal.ts";

export type { AdmissionOptions } from "./admission-options.ts";

/** The parts of Fastify that are needed. */
export interface FastifyRequestLike {
  readonly raw: IncomingMessage;
  readonly headers: IncomingMessage["headers"];
  readonly url: string;
  readonly method: string;
  readonly ip: string;
}

export interface FastifyReplyLike {
  readonly raw: ServerResponse;
  code(status: number): unknown;
  headers(values: Record<string, string>): unknown;
  send(body: string): unknown;
}

export interface FastifyLike {
  addHook(
    name: "onRequest",
    hook: (request: FastifyRequestLike, reply: FastifyReplyLike, done: () => void) => void,
  ): unknown;
}

/**
 * Puts admission in front of all routes of the instance it is registered on, and of those inside:
 * `app.register(fastifyAdmission, options)`, before all others. In a scope with a prefix it is for
 * that scope. Starting the app fails with AdmissionError ("bad_option").
 */
export function fastifyAdmission(
  instance: FastifyLike,
  options: AdmissionOptions<FastifyRequestLike>,
  done: (error?: Error) => void,
): void {
  try {
    addHook(instance, options);
    done();
  } catch (error) {
    // What a plugin throws, Fastify does not catch.
    done(error as Error);
  }
}

function addHook(instance: FastifyLike, options: AdmissionOptions<FastifyRequestLike>): void {
  const admission = new Admission(options);
  instance.addHook("onRequest", (request, reply, next) => {
    const go = (permit: Permit) => {
      holdResponse({ request: request.raw, response: reply.raw, permit }, options);
      next();
    };
    const verdict = admission.admit(request, new ClosedSignal(reply.raw));
    if (verdict instanceof Promise) {
      void verdict.then((late) => (late.admitted ? go(late) : refuse(reply, late)));
    } else if (verdict.admitted) go(verdict);
    else refuse(reply, verdict);
  });
}

// What fastify-plugin sets: the hook is for the instance itself, not for a scope of its own.
Object.assign(fastifyAdmission, {
  [Symbol.for("skip-override")]: true,
  [Symbol.for("fastify.display-name")]: "@breakwater/admission-http",
});

function refuse(reply: FastifyReplyLike, { status, headers, body }: Refusal): void {
  reply.code(status);
  reply.headers({ ...headers });
  reply.send(body);
}
