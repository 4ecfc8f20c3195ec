import type { AnswerBody, AnswerHead, Exchange, Wire } from "@breakwater/http-server";
import { type Field, reasonOf } from "@breakwater/wire";

/** How a body goes out; HTTP/1.1's two ways, or wrong ones. */
export interface Framing {
  readonly fields: readonly Field[];
  readonly frame: (bytes: Uint8Array) => Uint8Array;
  readonly last: string;
}

/** Takes an HTTP/1.1 connection over; what its client still sends is thrown away. */
export function takenWire(exchange: Exchange, onClose: () => void = () => {}): Wire {
  const wire = exchange.takeOver({ onData: () => {}, onClose });
  // Who calls this has looked at the protocol, and answers once.
  if (wire === undefined) throw new Error("Cannot take over an exchange that was answered");
  return wire;
}

/** A head's bytes, which say that the connection closes. `framing`: what frames its body. */
export function handMadeHead(head: AnswerHead, framing: readonly Field[]): Uint8Array {
  const { status, reason = reasonOf(status), fields = [] } = head;
  const all: readonly Field[] = [...fields, ...framing, ["connection", "close"]];
  const lines = all.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines}\r\n`, "latin1");
}

/** A body on a connection taken over, after its head; the connection closes with it. */
export function handMadeBody(wire: Wire, { frame, last }: Framing): AnswerBody {
  return {
    write: (bytes) => wire.write(frame(bytes)),
    onDrain: (drained) => wire.onDrain(drained),
    end: () => {
      if (last !== "") wire.write(last);
      wire.end();
    },
    abort: () => wire.reset(),
  };
}

/** The right framing of an answer of HTTP/1.1 (RFC 9112, section 6). */
export function rightFraming({ status, contentLength }: AnswerHead, method: string): Framing {
  const isBodiless = status === 204 || status === 304;
  if (isBodiless) return { fields: [], frame: () => nothing, last: "" };
  const framing = contentLength === undefined ? chunked : lengthFraming([contentLength]);
  return method === "HEAD" ? { ...framing, frame: () => nothing, last: "" } : framing;
}

/** The body as it is, after these for its Content-Length. */
export function lengthFraming(lengths: readonly number[]): Framing {
  const fields = lengths.map((length): Field => ["content-length", String(length)]);
  return { fields, frame: (bytes) => bytes, last: "" };
}

export const chunked: Framing = {
  fields: [["transfer-encoding", "chunked"]],
  frame: (bytes) => {
    const size = Buffer.from(`${bytes.length.toString(16)}\r\n`);
    return bytes.length === 0 ? nothing : Buffer.concat([size, bytes, lineEnd]);
  },
  last: "0\r\n\r\n",
};

const nothing = new Uint8Array(0);
const lineEnd = Buffer.from("\r\n");
