import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Field } from "./field.ts";
import { encodeChunk, encodeRequestHead, lastChunk } from "./request-encoder.ts";
import { decodeRequests, requestLimits } from "./testing/decode-requests.ts";

const cuts = fc.oneof(
  fc.constant([]),
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
);

const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((values) => Buffer.from(values).toString("latin1"));
const method = fc.constantFrom("GET", "POST", "M-SEARCH", "OPTIONS");
const target = fc.oneof(
  fc.stringMatching(/^\/[!-~]{0,20}$/),
  fc.constantFrom("*", "http://b/c?d", "a:443"),
);
const visible = fc.stringMatching(/^([!-~]([ \t]?[!-~]){0,5})?$/);
const field: fc.Arbitrary<Field> = fc.tuple(fc.stringMatching(/^X-[A-Za-z][a-z-]{0,6}$/), visible);
const fields = fc.array(field, { maxLength: 3 });
const latin1 = (encoded: Uint8Array): string => Buffer.from(encoded).toString("latin1");

interface Sent {
  readonly text: string;
  readonly want: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly Field[];
    readonly body: string;
    readonly trailers: readonly Field[];
  };
}

/** By what encodeRequestHead() and encodeChunk() make of it. */
const request: fc.Arbitrary<Sent> = fc
  .record({
    method,
    target,
    before: fields,
    after: fields,
    trailers: fields,
    body: fc.option(fc.array(bytes(30), { maxLength: 4 }), { nil: undefined }),
    isChunked: fc.boolean(),
  })
  .map(({ body, isChunked, before, after, trailers, ...line }) => {
    const whole = body?.join("") ?? "";
    const framing: Field[] = [];
    if (body !== undefined) {
      framing.push(
        isChunked ? ["Transfer-Encoding", "chunked"] : ["Content-Length", `${whole.length}`],
      );
    }
    const headers: Field[] = [...before, ["Host", "a.b:8080"], ...framing, ...after];
    const head = latin1(encodeRequestHead({ ...line, headers }));
    if (body === undefined || !isChunked) {
      return { text: head + whole, want: { ...line, headers, body: whole, trailers: [] } };
    }
    const chunks = body.map((part) => latin1(encodeChunk(Buffer.from(part, "latin1"))));
    const end = trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("");
    const text = `${head}${chunks.join("")}${latin1(lastChunk).slice(0, 3)}${end}\r\n`;
    return { text, want: { ...line, headers, body: whole, trailers } };
  });

const stream = (maxRequests: number) =>
  fc
    .array(fc.tuple(request, fc.integer({ min: 1, max: 3 }), fc.constantFrom("", "\r\n")), {
      minLength: 1,
      maxLength: maxRequests,
    })
    .map((all) => ({
      text: all.map(([{ text }, times, blank]) => (blank + text).repeat(times)).join(""),
      want: all.flatMap(([{ want }, times]) => new Array<Sent["want"]>(times).fill(want)),
    }));

test("any requests in a row come out as they were sent, however they are cut", () => {
  fc.assert(
    fc.property(stream(4), cuts, ({ text, want }, sizes) => {
      const { requests, error } = decodeRequests(text, { cuts: sizes });
      expect(error).toBeUndefined();
      expect(requests).toMatchObject(want);
      expect(requests).toHaveLength(want.length);
    }),
    { numRuns: 300 },
  );
});

test("any requests cut in two at every place give the same", () => {
  fc.assert(
    fc.property(stream(2), ({ text }) => {
      const { requests } = decodeRequests(text);
      for (let at = 1; at < text.length; at += 1) {
        expect(decodeRequests(text, { cuts: [at, text.length] }).requests).toEqual(requests);
      }
    }),
    { numRuns: 15 },
  );
});

test("any requests with bytes changed end in the same way however they are cut", () => {
  const change = fc.record({
    at: fc.nat(),
    remove: fc.integer({ min: 0, max: 2 }),
    insert: fc.oneof(bytes(2), fc.constantFrom("\r\n", "\n", "\r", " ", "\0", ":", ",", "0")),
  });
  const limits = { ...requestLimits, maxHeadBytes: 200, maxHeaders: 6, maxTrailerBytes: 30 };
  fc.assert(
    fc.property(
      stream(3),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      cuts,
      ({ text }, changes, sizes) => {
        const changed = changes.reduce((all, { at, remove, insert }) => {
          const place = at % (all.length + 1);
          return all.slice(0, place) + insert + all.slice(place + remove);
        }, text);
        const whole = decodeRequests(changed, { limits });
        const cut = decodeRequests(changed, { limits, cuts: sizes });
        expect([cut.error, cut.requests]).toEqual([whole.error, whole.requests]);
      },
    ),
    { numRuns: 2000 },
  );
});

test("any garbage ends in the same way however it is cut, and in no error but ours", () => {
  const piece = fc.oneof(
    fc.constantFrom("GET / HTTP/1.1\r\n", "GET ", "/a ", "HTTP/1.0\n", "\r\n", "\n", "\r", " "),
    fc.constantFrom("Host: a\r\n", "Content-Length: ", "3", "0\r\n", ",", "\0", "A:", "\t"),
    fc.constantFrom("Transfer-Encoding: chunked\r\n", "\r\n\r\n", "http://"),
    bytes(8),
  );
  const limits = { ...requestLimits, maxHeadBytes: 90, maxHeaders: 4, maxTrailerBytes: 12 };
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), cuts, (pieces, sizes) => {
      const text = pieces.join("");
      const whole = decodeRequests(text, { limits });
      const cut = decodeRequests(text, { limits, cuts: sizes });
      expect([cut.error, cut.requests]).toEqual([whole.error, whole.requests]);
    }),
    { numRuns: 3000 },
  );
});
