import type { AnswerBody, AnswerHead } from "@breakwater/http-server";
import {
  type AnyFaultKind,
  bytesParameter,
  choiceParameter,
  type FaultParameter,
  faultKind,
  wholeParameter,
} from "../fault.ts";
import {
  chunked,
  type Framing,
  handMadeBody,
  handMadeHead,
  lengthFraming,
  takenWire,
} from "../hand-made-answer.ts";
import { breakPoint, brokenBody, type SpoiltCall, spoil } from "./spoil.ts";

/** The faults in how a body is framed; an answer without a body goes out as it is. */

/** Where to break off; see breakPoint(). */
export const at: FaultParameter<number | undefined> = bytesParameter({
  meaning: "after so many bytes of the body; half-way, or 1K if its length is not known",
  max: Number.MAX_SAFE_INTEGER,
  missing: undefined,
});

export const truncate: AnyFaultKind = faultKind({
  name: "truncate",
  summary: "The answer with its Content-Length, but only a part of its body, then the end",
  parameters: {
    at,
    how: choiceParameter("close (FIN) or reset (RST); close. In HTTP/2 and 3 both reset", [
      "close",
      "reset",
    ]),
  },
  inject: ({ at: wanted, how }, exchange, handler) =>
    spoil(exchange, handler, {
      kind: "truncate",
      begin: (head, { abandon }) => {
        const body = exchange.begin(head);
        return brokenBody(body, breakPoint(wanted, head.contentLength), () => {
          if (how === "close") body.abort();
          else exchange.reset();
          abandon();
        });
      },
    }),
});

export const wrongLength: AnyFaultKind = faultKind({
  name: "wrong-length",
  summary: "More bytes announced than sent, or fewer, then the connection is closed",
  parameters: {
    by: wholeParameter({
      meaning: "so many more announced, or with a minus fewer; 10",
      min: -1e9,
      max: 1e9,
      missing: 10,
    }),
  },
  http1Only: "a wrong length",
  inject: ({ by }, exchange, handler) =>
    spoil(exchange, handler, {
      kind: "wrong-length",
      begin: (head, call) => announced(head, call, (length) => [Math.max(0, length + by)]),
    }),
});

export const duplicateLength: AnyFaultKind = faultKind({
  name: "duplicate-length",
  summary: "Two Content-Length fields that differ, the first of which is right",
  parameters: {
    by: wholeParameter({
      meaning: "so many more in the second; 1",
      min: 1,
      max: 1e9,
      missing: 1,
    }),
  },
  http1Only: "two lengths",
  inject: ({ by }, exchange, handler) =>
    spoil(exchange, handler, {
      kind: "duplicate-length",
      begin: (head, call) => announced(head, call, (length) => [length, length + by]),
    }),
});

export const badChunk: AnyFaultKind = faultKind({
  name: "bad-chunk",
  summary: "A chunked body with a chunk whose size is no number, then the connection is closed",
  parameters: { at },
  http1Only: "a bad chunk",
  inject: ({ at: wanted }, exchange, handler) =>
    spoil(exchange, handler, {
      kind: "bad-chunk",
      begin: (head, call) => {
        const body = handMade(head, call, chunked);
        return brokenBody(body.body, breakPoint(wanted, head.contentLength), () => {
          body.wire.write("no-number\r\n");
          body.wire.end();
          call.abandon();
        });
      },
    }),
});

/** With these lengths announced; an answer whose own is not known goes out as it is. */
function announced(
  head: AnswerHead,
  call: SpoiltCall,
  lengths: (length: number) => readonly number[],
): AnswerBody {
  const { contentLength } = head;
  if (contentLength === undefined) return call.exchange.begin(head);
  return handMade(head, call, lengthFraming(lengths(contentLength))).body;
}

function handMade(head: AnswerHead, { exchange, abandon }: SpoiltCall, framing: Framing) {
  const wire = takenWire(exchange, abandon);
  wire.write(handMadeHead(head, framing.fields));
  return { wire, body: handMadeBody(wire, framing) };
}
