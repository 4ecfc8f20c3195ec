import { expect, test } from "bun:test";
import fc from "fast-check";
import type { Field } from "./field.ts";
import { defaultLimits } from "./response-limits.ts";
import { type DecodedResponse, decodeStream } from "./testing/decode-stream.ts";

const cuts = fc.oneof(
  fc.constant([]),
  fc.constant([1]),
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
);

const ok = "HTTP/1.1 200 OK\r\n";

test("any stream of responses comes out as it went in, however it is cut", () => {
  fc.assert(
    fc.property(streamOf({ maxResponses: 4 }), cuts, ({ text, methods, want }, sizes) => {
      expect(decodeStream(text, { methods, cuts: sizes })).toMatchObject({ responses: want });
    }),
    { numRuns: 400 },
  );
});

test("any stream of responses cut in two at every place gives the same", () => {
  fc.assert(
    fc.property(streamOf({ maxResponses: 3 }), ({ text, methods }) => {
      const whole = decodeStream(text, { methods });
      for (let at = 1; at < text.length; at += 1) {
        expect(decodeStream(text, { methods, cuts: [at, text.length] })).toEqual(whole);
      }
    }),
    { numRuns: 25 },
  );
});

test("any garbage ends in the same way however it is cut, and in no error but ours", () => {
  const piece = fc.oneof(
    fc.constantFrom(ok, "HTTP/1.1 103 \n", "\r\n", "\r\n\r\n", "\n", "\r", " ", "\0"),
    fc.constantFrom(
      "Content-Length: ",
      "Transfer-Encoding: chunked\r\n\r\n",
      "A:",
      "3",
      "0\r\n",
      ",",
    ),
    bytes(8),
  );
  const garbage = fc
    .tuple(
      fc.constantFrom("", ok, `${ok}Transfer-Encoding: chunked\r\n\r\n`),
      fc.array(piece, { maxLength: 12 }),
    )
    .map(([start, pieces]) => start + pieces.join(""));
  const limits = {
    ...defaultLimits,
    maxHeadBytes: 90,
    maxHeaders: 4,
    maxInterim: 1,
    maxTrailerBytes: 12,
  };
  fc.assert(
    fc.property(garbage, cuts, (text, sizes) => {
      const whole = decodeStream(text, { limits });
      const cut = decodeStream(text, { limits, cuts: sizes });
      // How much had been pushed by then is the one thing that may differ.
      expect({ ...cut, taken: 0 }).toEqual({ ...whole, taken: 0 });
    }),
    { numRuns: 2000 },
  );
});

interface Stream {
  readonly text: string;
  readonly methods: readonly string[];
  readonly want: readonly Omit<DecodedResponse, "keepAlive">[];
}

/** Valid responses in a row, some of them equal; only the last may end with the connection. */
function streamOf({ maxResponses }: { readonly maxResponses: number }): fc.Arbitrary<Stream> {
  const delimited = fc.oneof(withLength, inChunks, withoutBody);
  const first = fc.array(fc.tuple(delimited, fc.integer({ min: 1, max: 3 })), {
    maxLength: maxResponses - 1,
  });
  return fc.tuple(first, fc.oneof(delimited, untilClose)).map(([repeated, last]) => {
    const before = repeated.flatMap(([response, times]) => new Array(times).fill(response));
    const all: (typeof last)[] = [...before, last];
    return {
      text: all.map(({ text }) => text).join(""),
      methods: all.map(({ method }) => method),
      want: all.map(({ want }) => want),
    };
  });
}

const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((values) => Buffer.from(values).toString("latin1"));
const eol = fc.constantFrom("\r\n", "\n");
const word = fc.stringMatching(/^[A-Za-z][a-z-]{0,6}$/);
const visible = fc.stringMatching(/^([!-~\xa0-\xff]([ \t]?[!-~\x80-\xff]){0,5})?$/);
const field: fc.Arbitrary<Field> = fc.tuple(
  word.map((name) => `X-${name}`),
  visible,
);
const fields = fc.array(field, { maxLength: 3 });
const toText = (all: readonly Field[], end: string): string =>
  all
    .map(([name, value]) => `${name}:${value.length % 2 === 0 ? " " : "\t "}${value} ${end}`)
    .join("");

/** A response up to its blank line, with the fields that frame it. */
function headed(framing: Field | undefined, statuses: readonly number[] = [200, 404, 599]) {
  return fc
    .record({
      status: fc.constantFrom(...statuses),
      reason: fc.constantFrom("", "OK", "Not Found", "caf\xe9"),
      before: fields,
      after: fields,
      interim: fc.array(fc.constantFrom(100, 102, 103, 199), { maxLength: 2 }),
      end: eol,
    })
    .map(({ status, reason, before, after, interim, end }) => {
      const headers = [...before, ...(framing ? [framing] : []), ...after];
      const interims = interim.map((code) => `HTTP/1.1 ${code}${end}${toText(before, end)}${end}`);
      const text = `${interims.join("")}HTTP/1.1 ${status} ${reason}${end}${toText(headers, end)}${end}`;
      return { text, want: { interim, status, reason, headers, body: "", trailers: [] } };
    });
}

const withLength = bytes(60).chain((body) =>
  headed(["Content-Length", `${body.length}`]).map(({ text, want }) => ({
    method: "GET",
    text: text + body,
    want: { ...want, body },
  })),
);

const untilClose = bytes(60).chain((body) =>
  headed(undefined).map(({ text, want }) => ({
    method: "GET",
    text: text + body,
    want: { ...want, body },
  })),
);

const withoutBody = fc.oneof(
  headed(["Content-Length", "5"]).map((response) => ({ method: "HEAD", ...response })),
  headed(["Transfer-Encoding", "chunked"]).map((response) => ({ method: "HEAD", ...response })),
  headed(undefined, [204, 304]).map((response) => ({ method: "GET", ...response })),
);

const extension = fc.constantFrom("", ";a", ' ;b="c;d"', "  ");
const chunk = fc
  .tuple(bytes(30), extension, fc.boolean())
  .filter(([data]) => data !== "")
  .map(([data, extra, isLong]) => {
    const size = data.length.toString(16);
    const text = `${isLong ? size.toUpperCase().padStart(4, "0") : size}${extra}\r\n${data}\r\n`;
    return { data, text };
  });

const inChunks = fc
  .tuple(headed(["Transfer-Encoding", "chunked"]), fc.array(chunk, { maxLength: 4 }), fields, eol)
  .map(([{ text, want }, chunks, trailers, end]) => ({
    method: "GET",
    text: `${text}${chunks.map((each) => each.text).join("")}0\r\n${toText(trailers, end)}${end}`,
    want: { ...want, body: chunks.map(({ data }) => data).join(""), trailers },
  }));
