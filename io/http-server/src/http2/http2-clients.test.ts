import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from "node:http2";
import { FakeClock } from "@breakwater/clock/testing";
import type { Handler } from "../exchange.ts";
import type { RunningHttpServer, TlsIdentity } from "../http-server.ts";
import { serveHttp } from "../serve-http.ts";
import { testIdentity } from "../testing/protocol-stage.ts";
import { testLimits } from "../testing/test-limits.ts";

const PIECE_BYTES = 100_000;

/** No two pieces are alike, so that nothing can be mixed up unseen. */
const pieceOf = (path: string, index: number): Uint8Array =>
  Uint8Array.from({ length: PIECE_BYTES }, (_, at) => at * (index + 1) + path.length * 7);

const sha = (...parts: readonly Uint8Array[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};

/** GET: "/n…" in n pieces. Else: how many bytes came, and their hash. */
const handler: Handler = (exchange) => {
  const { method, path } = exchange.request;
  if (method === "GET") {
    const pieces = Number(path.split("/")[1]);
    const body = exchange.begin({ status: 200, contentLength: pieces * PIECE_BYTES });
    let index = 0;
    const write = (): void => {
      while (index < pieces) {
        const piece = pieceOf(path, index);
        index += 1;
        if (!body.write(piece)) return;
      }
      body.end();
    };
    body.onDrain(write);
    write();
    return;
  }
  const hash = createHash("sha256");
  exchange.readBody({
    onData: (bytes) => void hash.update(bytes),
    onEnd: () => exchange.respond({ status: 200, body: hash.digest("hex") }),
    onAbort: () => {},
  });
};

interface Client extends AsyncDisposable {
  readonly session: ClientHttp2Session;
  readonly server: RunningHttpServer;
}

function open(tls: TlsIdentity | undefined): Client {
  const server = serveHttp({
    port: 0,
    hostname: "127.0.0.1",
    handler,
    limits: testLimits,
    clock: new FakeClock(),
    onError: (error) => expect(error).toBeUndefined(),
    tls,
  });
  const session = connect(server.url.href, { rejectUnauthorized: false });
  return {
    session,
    server,
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      await server.stop({ graceMs: 0 });
    },
  };
}

async function bodyOf(stream: ClientHttp2Stream): Promise<Buffer> {
  const parts: Buffer[] = [];
  stream.on("data", (part: Buffer) => parts.push(part));
  await once(stream, "end");
  return Buffer.concat(parts);
}

describe.each<[string, TlsIdentity | undefined]>([
  ["prior knowledge", undefined],
  ["TLS", testIdentity],
])("Node's client, by %s", (_name, tls) => {
  test("gets the bodies of many streams at once as they are", async () => {
    await using client = open(tls);
    const paths = Array.from({ length: 40 }, (_, index) => `/${index % 8}/${"x".repeat(index)}`);
    const bodies = await Promise.all(
      paths.map((path) => bodyOf(client.session.request({ ":path": path }))),
    );
    const wanted = paths.map((path) => {
      const pieces = Number(path.split("/")[1]);
      return sha(...Array.from({ length: pieces }, (_, index) => pieceOf(path, index)));
    });
    expect(bodies.map((body) => sha(body))).toEqual(wanted);
    expect(client.server.counts().requestsInFlight).toBe(0);
  });

  test("sends bodies larger than all windows, several at once", async () => {
    await using client = open(tls);
    const uploads = [20, 150, 1].map((pieces) =>
      Buffer.concat(Array.from({ length: pieces }, (_, index) => pieceOf("/", index))),
    );
    const answers = await Promise.all(
      uploads.map((upload) => {
        const stream = client.session.request({ ":method": "POST", ":path": "/" });
        stream.end(upload);
        return bodyOf(stream);
      }),
    );
    expect(answers.map(String)).toEqual(uploads.map((upload) => sha(upload)));
  });
});
