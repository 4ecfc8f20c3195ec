import { describe, expect, test } from "bun:test";
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";
import { type Answer, type AnswerBody, PreparedAnswer } from "@breakwater/http-server";
import { fakeExchange } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/wire";
import type { CallHandler } from "../call.ts";
import { ask, serviceOf } from "../testing/index.ts";
import { type CompressionOptions, compression } from "./compression.ts";

const decoders: Readonly<Record<string, (bytes: Uint8Array) => Uint8Array>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};
const codings = Object.keys(decoders);
const text = JSON.stringify(Array.from({ length: 300 }, (_, id) => ({ id, name: `user ${id}` })));
const json: Field = ["content-type", "application/json; charset=utf-8"];

interface Asking {
  readonly accept?: string | undefined;
  readonly method?: string;
  readonly options?: CompressionOptions;
}

const get = (handler: CallHandler, { accept = "gzip", method = "GET", options }: Asking = {}) =>
  ask(
    { method, headers: [["Accept-Encoding", accept]] },
    { stages: [compression(options)], handler },
  );

const answering =
  (more: Partial<Answer> = {}): CallHandler =>
  (call) =>
    call.respond({ status: 200, fields: [json], body: text, ...more });

const streaming =
  (parts: readonly Uint8Array[], fields: readonly Field[] = [json]): CallHandler =>
  (call) => {
    const body = call.begin({ status: 200, fields });
    for (const part of parts) body.write(part);
    body.end([["x-trailer", "1"]]);
  };

describe.each(codings)("in %s", (coding) => {
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(decoders[coding]!(bytes));

  test.each([
    ["a text", text],
    ["bytes", new TextEncoder().encode(text)],
    ["a long text", text.repeat(50)],
  ])("%s comes out as it went in, and smaller", async (_what, body) => {
    const { answer, fields } = await get(answering({ body }), { accept: coding });
    expect([fields["content-encoding"], fields.vary]).toEqual([coding, "accept-encoding"]);
    expect(decode(answer.body)).toBe(new TextDecoder().decode(Buffer.from(body as string)));
    expect(answer.body.length).toBeLessThan(body.length / 3);
  });

  test("a stream comes out as it went in, with its trailers", async () => {
    const parts = Array.from({ length: 50 }, (_, index) => Buffer.from(`${text}${index}`));
    const { answer, fields } = await get(streaming(parts), { accept: coding });
    expect(fields["content-encoding"]).toBe(coding);
    expect(decode(answer.body)).toBe(Buffer.concat(parts).toString());
    expect(answer.head?.contentLength).toBeUndefined();
    expect(answer.trailers).toEqual([["x-trailer", "1"]]);
  });

  test("each event is sent when it is written", async () => {
    const events: Field[] = [["content-type", "text/event-stream"]];
    const service = serviceOf({
      stages: [compression()],
      handler: (call) =>
        void call.begin({ status: 200, fields: events }).write(Buffer.from("data: 1\n\n")),
    });
    const exchange = fakeExchange({ headers: [["Accept-Encoding", coding]] });
    void service(exchange);
    while (!isWhole(exchange.answer.parts, coding)) await new Promise(setImmediate);
    expect(exchange.answer.state).toBe("open");
    exchange.goAway();
  });
});

/** Whether the event can be read already, though the stream goes on. */
function isWhole(parts: readonly Uint8Array[], coding: string): boolean {
  if (parts.length === 0) return false;
  const bytes = Buffer.concat(parts);
  const soFar: Readonly<Record<string, () => Uint8Array>> = {
    gzip: () => gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }),
    deflate: () => inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }),
    br: () => brotliDecompressSync(bytes, { finishFlush: constants.BROTLI_OPERATION_FLUSH }),
    zstd: () => zstdDecompressSync(bytes, { finishFlush: constants.ZSTD_e_flush }),
  };
  return new TextDecoder().decode(soFar[coding]!()) === "data: 1\n\n";
}

describe("as it is goes out", () => {
  test.each<[string, CallHandler, Asking, boolean]>([
    ["what is short", answering({ body: "short" }), {}, false],
    ["an image", answering({ fields: [["content-type", "image/png"]] }), {}, false],
    ["what has no type", answering({ fields: [] }), {}, false],
    [
      "what is compressed already",
      answering({ fields: [json, ["Content-Encoding", "br"]] }),
      {},
      false,
    ],
    [
      "what must not be changed",
      answering({ fields: [json, ["Cache-Control", "public, no-transform"]] }),
      {},
      false,
    ],
    [
      "a part",
      answering({ status: 206, fields: [json, ["Content-Range", "bytes 0-1/9"]] }),
      {},
      false,
    ],
    ["what is not accepted", answering(), { accept: "identity" }, true],
    ["what nothing would do for", answering(), { accept: "identity;q=0" }, true],
    ["what is refused by q=0", answering(), { accept: "gzip;q=0" }, true],
    ["another type than those listed", answering(), { options: { types: ["text/*"] } }, false],
  ])("%s", async (_what, handler, asking, varies) => {
    const plain = await ask({}, { stages: [], handler });
    const { fields, answer } = await get(handler, asking);
    expect(fields["content-encoding"]).toBe(plain.fields["content-encoding"] as never);
    expect(answer.body).toEqual(plain.answer.body);
    expect(fields.vary === "accept-encoding").toBe(varies);
  });

  test("a stream too many, until one of the others ends", async () => {
    const stage = compression({ maxStreams: 1 });
    const bodies: AnswerBody[] = [];
    const service = serviceOf({
      stages: [stage],
      handler: (call) => void bodies.push(call.begin({ status: 200, fields: [json] })),
    });
    const send = () => {
      const exchange = fakeExchange({ headers: [["Accept-Encoding", "gzip"]] });
      void service(exchange);
      return exchange;
    };
    const codingOf = ({ answer }: ReturnType<typeof fakeExchange>) =>
      answer.head?.fields?.find(([name]) => name === "content-encoding")?.[1];
    const [first, second] = [send(), send()];
    bodies[0]!.end();
    await first.done;
    await new Promise(setImmediate);
    const third = send();
    expect([first, second, third].map(codingOf)).toEqual(["gzip", undefined, "gzip"]);
    third.goAway();
    await new Promise(setImmediate);
    expect(codingOf(send())).toBe("gzip");
  });
});

test("HEAD has the fields of GET, and no length that would be wrong", async () => {
  const fields: Field[] = [json, ["ETag", '"a"'], ["Content-Length", "5000"]];
  const { fields: head, answer } = await get(answering({ fields }), { method: "HEAD" });
  expect(head).toMatchObject({
    "content-encoding": "gzip",
    vary: "accept-encoding",
    etag: 'W/"a"',
  });
  expect([head["content-length"], answer.head?.contentLength]).toEqual([undefined, undefined]);
  expect(answer.body).toHaveLength(0);
});

test.each([
  ['"abc"', 'W/"abc"'],
  ['W/"abc"', 'W/"abc"'],
])("a validator %s becomes %s", async (given, sent) => {
  const { fields } = await get(answering({ fields: [json, ["ETag", given]] }));
  expect(fields.etag).toBe(sent);
});

test("Vary of the handler is kept", async () => {
  const { fields } = await get(answering({ fields: [json, ["Vary", "Accept"]] }));
  expect(fields.vary).toBe("Accept, accept-encoding");
});

test("an answer that is given again and again is compressed once for each coding", async () => {
  const prepared = new PreparedAnswer({ status: 200, fields: [json], body: text });
  const options = {
    stages: [compression()],
    handler: ((call) => call.respond(prepared)) as CallHandler,
  };
  const send = (accept: string) => ask({ headers: [["Accept-Encoding", accept]] }, options);
  const [first, second, other] = [await send("gzip"), await send("gzip"), await send("br")];
  expect(second.answer.head?.fields).toEqual(first.answer.head!.fields!);
  expect(new TextDecoder().decode(gunzipSync(second.answer.body))).toBe(text);
  expect(new TextDecoder().decode(brotliDecompressSync(other.answer.body))).toBe(text);
});

test("a slow client holds the handler up", async () => {
  // Never the same twice, for that would be small.
  const noise = () => crypto.getRandomValues(new Uint8Array(60_000));
  const exchange = fakeExchange({ headers: [["Accept-Encoding", "zstd"]] });
  const { promise: drained, resolve } = Promise.withResolvers<void>();
  let written = 0;
  const service = serviceOf({
    stages: [compression()],
    handler: (call) => {
      const body = call.begin({ status: 200, fields: [json] });
      const write = (): void => {
        while (written < 200) {
          written += 1;
          if (!body.write(noise())) return;
        }
        body.end();
        resolve();
      };
      body.onDrain(write);
      write();
    },
  });
  exchange.block();
  void service(exchange);
  let [seen, still] = [0, 0];
  while (still < 20_000 && written < 200) {
    await new Promise(setImmediate);
    still = written === seen ? still + 1 : 0;
    seen = written;
  }
  expect(written).toBeLessThan(50);
  const pump = async (): Promise<void> => {
    while (exchange.answer.state === "open") {
      exchange.drain();
      await new Promise(setImmediate);
    }
  };
  await Promise.all([pump(), drained]);
  expect(zstdDecompressSync(exchange.answer.body).length).toBe(200 * 60_000);
});

test.each([
  [{ level: 0 }, "Cannot use level 0: it takes a whole number from 1 to 9"],
  [{ brotliQuality: 12 }, "Cannot use brotliQuality 12"],
  [{ minBytes: -1 }, "Cannot use minBytes -1"],
  [{ maxStreams: 0 }, "Cannot use maxStreams 0"],
])("%j is refused", (options, message) => {
  expect(() => compression(options)).toThrow(message);
});
