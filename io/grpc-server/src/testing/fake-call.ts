import type { BodyReader } from "@breakwater/http-server";
import { type FakeExchange, fakeExchange } from "@breakwater/http-server/testing";
import type { Field, Protocol } from "@breakwater/wire";

export interface FakeCallOptions {
  readonly path: string;
  /** Beside content-type and te; these come last. */
  readonly headers?: readonly Field[];
  readonly contentType?: string | undefined;
  readonly method?: string;
  readonly protocol?: Protocol;
}

/** A call without a server, whose client sends when it is told to. */
export interface FakeCall {
  readonly exchange: FakeExchange;
  send(bytes: Uint8Array): void;
  halfClose(): void;
  /** Whether the client is asked to wait. */
  readonly isPaused: boolean;
  /** What the client has been told so far. */
  answer(): FakeCallAnswer;
}

export interface FakeCallAnswer {
  readonly httpStatus: number | undefined;
  readonly headers: readonly Field[];
  /** Messages of fewer than 128 bytes, without their prefix. */
  readonly messages: readonly Uint8Array[];
  /** grpc-status and grpc-message as sent; undefined while the call goes on. */
  readonly status: readonly [code: string, message: string] | undefined;
  readonly trailers: readonly Field[];
}

export function fakeCall(options: FakeCallOptions): FakeCall {
  const { path, headers = [], method = "POST", protocol = "HTTP/2.0" } = options;
  const contentType = "contentType" in options ? options.contentType : "application/grpc";
  const type: readonly Field[] = contentType === undefined ? [] : [["content-type", contentType]];
  let reader: BodyReader | undefined;
  const exchange = Object.assign(
    fakeExchange({
      target: path,
      method,
      protocol,
      headers: [...type, ["te", "trailers"], ...headers],
    }),
    {
      readBody(wanted: BodyReader): void {
        reader = wanted;
      },
    },
  );
  return {
    exchange,
    send(bytes) {
      // As a server does that reads into the same memory again.
      const memory = Buffer.from(bytes);
      reader?.onData(memory);
      memory.fill(0xff);
    },
    halfClose: () => reader?.onEnd([]),
    get isPaused() {
      return exchange.isBodyPaused;
    },
    answer: () => readAnswer(exchange),
  };
}

function readAnswer({ answer }: FakeExchange): FakeCallAnswer {
  const headers = answer.head?.fields ?? [];
  const trailers = answer.trailers.length > 0 ? answer.trailers : headers;
  const find = (name: string) => trailers.find(([other]) => other === name)?.[1];
  const code = answer.state === "complete" ? find("grpc-status") : undefined;
  return {
    httpStatus: answer.head?.status,
    headers,
    messages: cut(Buffer.concat(answer.parts)),
    status: code === undefined ? undefined : [code, find("grpc-message") ?? ""],
    trailers,
  };
}

function cut(body: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = 0; at < body.length; ) {
    const to = at + 5 + body[at + 4]!;
    messages.push(body.slice(at + 5, to));
    at = to;
  }
  return messages;
}
