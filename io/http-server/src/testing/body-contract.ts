import { expect, test } from "bun:test";
import type { Exchange, Handler } from "../exchange.ts";
import type { OpenStage } from "./exchange-stage.ts";
import { testLimits } from "./test-limits.ts";

const MIB = 1_048_576;
const piece: Uint8Array = Uint8Array.from({ length: 65_536 }, (_, index) => index * 7);
const PIECES = 160;

/** Bodies of requests and answers, and who waits for whom. */
export function testBodies(stage: OpenStage): void {
  const much: Uint8Array = new Uint8Array(3 * MIB).fill(9);

  test("a slow reader gets everything, and the handler has to wait for it", async () => {
    const waited = { times: 0 };
    await using on = stage((exchange) => writePieces(exchange, waited));
    const response = await on.send("/");
    const hash = new Bun.CryptoHasher("sha1");
    let bytes = 0;
    for await (const part of response.body!) {
      hash.update(part);
      bytes += part.length;
      await new Promise(setImmediate);
    }
    expect(bytes).toBe(PIECES * piece.length);
    const want = new Bun.CryptoHasher("sha1");
    for (let index = 0; index < PIECES; index += 1) want.update(piece);
    expect(hash.digest("hex")).toBe(want.digest("hex"));
    expect(waited.times).toBeGreaterThan(0);
    expect((await on.record()).bodyBytes).toBe(bytes);
  });

  test("a body is read in parts, to its end, once", async () => {
    let parts = 0;
    await using on = stage((exchange) => {
      let bytes = 0;
      exchange.readBody({
        onData: (part) => {
          parts += 1;
          expect(part.length).toBeGreaterThan(0);
          bytes += part.reduce((sum, byte) => sum + (byte === 9 ? 1 : 0), 0);
        },
        onEnd: (trailers) =>
          exchange.respond({ status: 200, body: `${bytes} and ${trailers.length}` }),
        onAbort: () => exchange.reset(),
      });
    });
    const response = await on.send("/", { method: "POST", body: much });
    expect(await response.text()).toBe(`${much.length} and 0`);
    expect(parts).toBeGreaterThan(1);
  });

  test("a body may be asked for later", async () => {
    await using on = stage(async (exchange) => {
      await new Promise(setImmediate);
      exchange.readBody({
        onData: (part) => exchange.respond({ status: 200, body: part.slice() }),
        onEnd: () => {},
        onAbort: () => {},
      });
    });
    const response = await on.send("/", { method: "POST", body: "late" });
    expect(await response.text()).toBe("late");
  });

  test("without a body its end is told at once", async () => {
    const log: string[] = [];
    await using on = stage((exchange) => {
      exchange.readBody({
        onData: () => log.push("data"),
        onEnd: () => log.push("end"),
        onAbort: () => log.push("abort"),
      });
      log.push("returned");
      exchange.respond({ status: 200 });
    });
    await on.send("/");
    expect(log).toEqual(["end", "returned"]);
  });

  test("a body that nobody reads does not keep the answer, or the next one, back", async () => {
    await using on = stage((exchange) => exchange.respond({ status: 200, body: "unread" }));
    for (const size of [10, 100_000, much.length]) {
      const body = new Uint8Array(size);
      const response = await on.send("/", { method: "POST", body });
      expect(await response.text()).toBe("unread");
    }
  });

  test("a body over the limit is refused with 413", async () => {
    const limits = { ...testLimits, maxBodyBytes: 1000 };
    const log: string[] = [];
    const readAll: Handler = (exchange) =>
      exchange.readBody({
        onData: () => {},
        onEnd: () => exchange.respond({ status: 200 }),
        onAbort: () => log.push("abort"),
      });
    await using on = stage(readAll, { limits });
    const told = await on.send("/", { method: "POST", body: "x".repeat(1001) });
    const untold = await on.send("/", { method: "POST", body: streamOf("x".repeat(1001)) });
    const short = await on.send("/", { method: "POST", body: "x".repeat(1000) });
    expect([told.status, untold.status, short.status]).toEqual([413, 413, 200]);
    expect(log).toEqual(["abort"]);
  });

  test("a body that is paused waits until it is resumed, and is then whole", async () => {
    await using on = stage((exchange) => {
      let bytes = 0;
      exchange.readBody({
        onData: (part) => {
          bytes += part.length;
          exchange.pauseBody();
          setImmediate(() => exchange.resumeBody());
        },
        onEnd: () => exchange.respond({ status: 200, body: String(bytes) }),
        onAbort: () => exchange.reset(),
      });
    });
    const response = await on.send("/", { method: "POST", body: much });
    expect(await response.text()).toBe(String(much.length));
  });
}

/** Writes all pieces, as fast as they are taken; answers how often it had to wait. */
async function writePieces(exchange: Exchange, waited: { times: number }): Promise<void> {
  const body = exchange.begin({ status: 200, contentLength: PIECES * piece.length });
  let written = 0;
  await new Promise<void>((resolve) => {
    const goOn = (): void => {
      while (written < PIECES) {
        written += 1;
        if (!body.write(piece) && written < PIECES) {
          waited.times += 1;
          return;
        }
      }
      resolve();
    };
    body.onDrain(goOn);
    exchange.onAbort(resolve);
    goOn();
  });
  body.end();
}

function streamOf(text: string): ReadableStream<Uint8Array> {
  return new ReadableStream({
    async pull(sink) {
      await new Promise(setImmediate);
      sink.enqueue(Buffer.from(text));
      sink.close();
    },
  });
}
