import type { Exchange, Handler } from "../exchange.ts";
import type { ServerLimits } from "../http-server.ts";
import { http1Connection } from "../http1-connection.ts";
import type { ProtocolConnection } from "../transport.ts";
import { FakeTransport, type TestContext, testContext } from "./fake-transport.ts";

export interface TestConnection {
  readonly transport: FakeTransport;
  readonly context: TestContext;
  readonly connection: ProtocolConnection;
  /** What the client sends, as latin1. */
  readonly send: (text: string) => void;
}

/** A connection of HTTP/1.1 without a socket. */
export function connectHttp1(handler: Handler, limits: Partial<ServerLimits> = {}): TestConnection {
  const transport = new FakeTransport();
  const context = testContext(handler, limits);
  const connection = http1Connection(transport, context);
  const send = (text: string): void => connection.onData(Buffer.from(text, "latin1"));
  return { transport, context, connection, send };
}

export const get = (path: string, more = ""): string =>
  `GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`;

export const post = (path: string, body: string, more = ""): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`;

/** Answers with what was asked for. */
export const answerTarget: Handler = (exchange) =>
  exchange.respond({ status: 200, body: exchange.request.target });

/** Reads the body and answers with what came of it. */
export const echoBody: Handler = (exchange) => {
  let text = "";
  exchange.readBody({
    onData: (bytes) => {
      text += Buffer.from(bytes).toString("latin1");
    },
    onEnd: (trailers) =>
      exchange.respond({ status: 200, body: `${text}|${trailers.map(String).join()}` }),
    onAbort: () => {},
  });
};

/** Collects what exchanges come, and answers none. */
export function collectExchanges(): { readonly exchanges: Exchange[]; readonly handler: Handler } {
  const exchanges: Exchange[] = [];
  const handler: Handler = (exchange) => {
    exchanges.push(exchange);
  };
  return { exchanges, handler };
}

/** The statuses and bodies of answers with a Content-Length, in order. */
export function answersIn(text: string): string[] {
  return text
    .split(/(?=HTTP\/1\.1 )/)
    .map((each) => `${each.slice(9, 12)} ${each.slice(each.indexOf("\r\n\r\n") + 4)}`);
}

/** Sweeps as the server does, every second, for so long. */
export function sweepFor(connection: ProtocolConnection, seconds: number): void {
  for (let second = 0; second <= seconds; second += 1) connection.sweep(second * 1000);
}
