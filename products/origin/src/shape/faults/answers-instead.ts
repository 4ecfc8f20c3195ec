import { jsonFields } from "../../json-fields.ts";
import { type AnyFaultKind, bytesParameter, faultKind, wholeParameter } from "../fault.ts";
import { handMadeHead, lengthFraming, takenWire } from "../hand-made-answer.ts";
import { injectedField, respondInjected } from "../injected.ts";

/** The faults for which no handler is asked. */

export const reset: AnyFaultKind = faultKind({
  name: "reset",
  summary: "No answer: the connection is reset (TCP RST), in HTTP/2 and HTTP/3 its stream",
  parameters: {},
  inject: (_values, exchange) => exchange.reset(),
});

export const close: AnyFaultKind = faultKind({
  name: "close",
  summary: "No answer: the connection is closed (FIN)",
  parameters: {},
  http1Only: "the end of a connection without an answer",
  inject: (_values, exchange) => takenWire(exchange).end(),
});

export const garbage: AnyFaultKind = faultKind({
  name: "garbage",
  summary: "Random bytes that are no HTTP, then the connection is closed",
  parameters: {
    bytes: bytesParameter({
      meaning: "how many, up to 1M; 1K",
      min: 1,
      max: 2 ** 20,
      missing: 1024,
    }),
  },
  http1Only: "garbage",
  inject: ({ bytes }, exchange, _handler, { random }) => {
    const wire = takenWire(exchange);
    const noise = Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256));
    // No status line begins so, whatever was drawn.
    noise[0] = 0;
    wire.write(noise);
    wire.end();
  },
});

export const early: AnyFaultKind = faultKind({
  name: "early",
  summary: "An error before the request's body is read, and in HTTP/1.1 the connection is closed",
  parameters: {
    status: wholeParameter({ meaning: "400 to 599; 413", min: 400, max: 599, missing: 413 }),
  },
  inject: ({ status }, exchange) => {
    const mark = "fault=early";
    const message = `This ${status} was injected before the request's body was read`;
    if (exchange.request.protocol !== "HTTP/1.1") {
      respondInjected(exchange, { status, mark, message });
      return;
    }
    const body = JSON.stringify({ error: message });
    const fields = [...jsonFields, injectedField(mark)];
    const wire = takenWire(exchange);
    wire.write(handMadeHead({ status, fields }, lengthFraming([body.length]).fields));
    if (exchange.request.method !== "HEAD") wire.write(body);
    wire.end();
  },
});
