import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import type { Outcome, Permit } from "@breakwater/admission";
import { Admission } from "./admission.ts";
import type { AdmissionOptions } from "./admission-options.ts";
import { ClosedSignal, holdResponse } from "./node-response.ts";
import type { Refusal } from "./refusal.ts";

export type { AdmissionOptions } from "./admission-options.ts";

export type NodeAdmissionOptions = AdmissionOptions<IncomingMessage>;

/**
 * Puts admission in front of a listener of node:http: `createServer(admit(listener, options))`.
 * Throws AdmissionError ("bad_option").
 */
export function admit<Q extends IncomingMessage, S extends ServerResponse>(
  listener: (request: Q, response: S) => unknown,
  options: AdmissionOptions<Q>,
): (request: Q, response: S) => unknown {
  const middleware = admissionOf<Q, S>(options);
  return (request, response) =>
    middleware(request, response, (end) => {
      try {
        const running = listener(request, response);
        if (!(running instanceof Promise)) return running;
        return running.catch((error) => {
          end("ignored");
          throw error;
        });
      } catch (error) {
        end("ignored");
        throw error;
      }
    });
}

/** The same as a middleware of Express or Connect: `app.use(expressAdmission(options))`, first. */
export function expressAdmission<Q extends IncomingMessage, S extends ServerResponse>(
  options: AdmissionOptions<Q>,
): (request: Q, response: S, next: (error?: unknown) => void) => void {
  const middleware = admissionOf<Q, S>(options);
  return (request, response, next) => {
    middleware(request, response, () => next());
  };
}

/**
 * The same for upgrades: `server.on("upgrade", admitUpgrade(listener, options))`, and "connect".
 * With `upgrades: "hold"` a socket counts as in flight until it closes.
 */
export function admitUpgrade<Q extends IncomingMessage>(
  listener: (request: Q, socket: Duplex, head: Buffer) => void,
  options: AdmissionOptions<Q>,
): (request: Q, socket: Duplex, head: Buffer) => void {
  const admission = new Admission(options);
  return (request, socket, head) => {
    // Node leaves the errors of such a socket to the listener, which may not have it yet.
    const onError = () => socket.destroy();
    socket.once("error", onError);
    const serve = (permit: Permit) => {
      if (options.upgrades === "hold") socket.once("close", () => permit.release("ignored"));
      else permit.release("ignored");
      socket.off("error", onError);
      listener(request, socket, head);
    };
    const verdict = admission.admit(request, new ClosedSignal(socket));
    if (verdict instanceof Promise) {
      void verdict.then((late) => (late.admitted ? serve(late) : refuseSocket(socket, late)));
    } else if (verdict.admitted) serve(verdict);
    else refuseSocket(socket, verdict);
  };
}

/** Goes on with a request; `end` gives its permit back earlier than its response would. */
type Serve = (end: (outcome: Outcome) => void) => unknown;

function admissionOf<Q extends IncomingMessage, S extends ServerResponse>(
  options: AdmissionOptions<Q>,
) {
  const admission = new Admission(options);
  return (request: Q, response: S, serve: Serve): unknown => {
    const verdict = admission.admit(request, new ClosedSignal(response));
    const go = (permit: Permit) => serve(holdResponse({ request, response, permit }, options));
    if (verdict instanceof Promise) {
      return verdict.then((late) => (late.admitted ? go(late) : refuse(response, late)));
    }
    return verdict.admitted ? go(verdict) : refuse(response, verdict);
  };
}

function refuse(response: ServerResponse, { status, headers, body }: Refusal): void {
  if (response.destroyed) return;
  response.writeHead(status, headers);
  response.end(body);
}

function refuseSocket(socket: Duplex, { status, headers, body }: Refusal): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\nconnection: close\r\n${lines.join("")}\r\n`;
  socket.end(head + body, () => socket.destroy());
}
