import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { MessageType } from "../schema/message-type.ts";
import cases from "../testing/protojson.json";
import { schemas } from "../testing/schemas.ts";
import { decodeMessage, emptyMessage } from "./decode-message.ts";
import { encodeMessage } from "./encode-message.ts";

interface Case {
  readonly type: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** Base64, by Go's protojson, as k6 uses it; the next too. */
  readonly wire?: string;
  readonly out?: Readonly<Record<string, unknown>>;
}

const all = cases as readonly Case[];
const accepted = all.filter(({ wire }) => wire !== undefined);
const refused = all.filter(({ wire }) => wire === undefined);
const shown = ({ json }: Case): string => JSON.stringify(json);

describe.each(schemas)("a schema from %s", (_, { types }) => {
  const typeOf = (name: string): MessageType => types.tryMessage(name)!;

  test.each(accepted.map((row) => [shown(row), row] as const))(
    "%s is what Go makes of it",
    (_, row) => {
      const type = typeOf(row.type);
      expect(decodeMessage(type, Buffer.from(row.wire!, "base64"))).toEqual(row.out);
      const bytes = encodeMessage(type, row.json);
      expect(decodeMessage(type, bytes)).toEqual(row.out);
      expect(bytes).toHaveLength(Buffer.from(row.wire!, "base64").length);
    },
  );

  test.each(refused.map((row) => [shown(row), row] as const))(
    "%s is refused as by Go",
    (_, row) => {
      expect(() => encodeMessage(typeOf(row.type), row.json)).toThrow(/^Cannot (use|set) /);
    },
  );

  test("an empty message is as what no bytes decode to", () => {
    const type = typeOf("everything.v1.Everything_");
    expect(emptyMessage(type)).toEqual(decodeMessage(type, new Uint8Array(0)));
  });
});

const [, { types }] = schemas[0]!;
const everything = types.tryMessage("everything.v1.Everything_")!;

test.each([
  [{ child: { nope: 1 } }, "Cannot set child.nope: everything.v1.Everything_ has no such field"],
  [{ words: ["a", 1] }, "Cannot use 1 as words[1]: give text"],
  [{ byName: { a: "x" } }, 'Cannot use "x" as byName.a: give a whole number from -9223372036854'],
  [{ color: "GREEN" }, 'Cannot use "GREEN" as color: give one of everything.v1.shared.Color\'s'],
  [5, "Cannot use 5 as the message: give an object: a everything.v1.Everything_"],
])("a mistake in %j is told with its place", (json, message) => {
  expect(() => encodeMessage(everything, json)).toThrow(message);
});

test("what scripts have besides JSON is taken", () => {
  const json = {
    someBytes: new Uint8Array([1, 2]),
    anInt64: 5n,
    aDouble: Number.NaN,
    time: new Date(Date.UTC(2026, 0, 1)),
    aString: undefined,
  };
  expect(decodeMessage(everything, encodeMessage(everything, json))).toMatchObject({
    someBytes: "AQI=",
    anInt64: "5",
    aDouble: "NaN",
    time: "2026-01-01T00:00:00Z",
    aString: "",
  });
});

test("a circle of objects is refused", () => {
  const circle: Record<string, unknown> = {};
  circle.child = circle;
  expect(() => encodeMessage(everything, circle)).toThrow("at most 100 messages in each other");
});

test("of a oneof the last one on the wire counts", () => {
  const both = [{ asText: "a" }, { asNumber: 1 }].map((json) => encodeMessage(everything, json));
  const decoded = decodeMessage(everything, Buffer.concat(both)) as object;
  expect(decoded).toMatchObject({ asNumber: 1 });
  expect(decoded).not.toHaveProperty("asText");
});

test("packed and unpacked numbers are both read, whatever the schema says", () => {
  const packed = Buffer.from("920106010203040506", "hex");
  const unpacked = Buffer.from("900101900102", "hex");
  expect(decodeMessage(everything, packed)).toMatchObject({ numbers: [1, 2, 3, 4, 5, 6] });
  expect(decodeMessage(everything, unpacked)).toMatchObject({ numbers: [1, 2] });
});

const integer64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const plain = fc.record(
  {
    aDouble: fc.double({ noNaN: true, noDefaultInfinity: true }),
    anInt64: integer64.map(String),
    aSint64: integer64.map(String),
    aSfixed64: integer64.map(String),
    aUint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    anInt32: fc.integer(),
    aSint32: fc.integer(),
    aFixed32: fc.nat(2 ** 32 - 1),
    aString: fc.string({ unit: "grapheme" }),
    someBytes: fc.uint8Array().map((bytes) => Buffer.from(bytes).toString("base64")),
    numbers: fc.array(fc.integer()),
    words: fc.array(fc.string()),
    byName: fc.dictionary(fc.string(), integer64.map(String)),
    maybe: fc.integer(),
  },
  { requiredKeys: [] },
);

test("what is encoded is decoded, at any depth", () => {
  fc.assert(
    fc.property(plain, plain, (outer, inner) => {
      const json = { ...outer, child: inner, children: [inner, {}] };
      const decoded = decodeMessage(everything, encodeMessage(everything, json));
      const canonical = (message: object): object => ({
        ...(emptyMessage(everything) as object),
        ...message,
      });
      expect(decoded).toEqual({
        ...canonical(outer),
        child: canonical(inner),
        children: [canonical(inner), canonical({})],
      });
    }),
    { numRuns: 50 },
  );
});

test("a float comes back as the shortest number that is the same in 32 bits", () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (aFloat) => {
      const bytes = encodeMessage(everything, { aFloat });
      const decoded = decodeMessage(everything, bytes) as { aFloat: number };
      expect(Math.fround(decoded.aFloat)).toBe(aFloat + 0);
      expect(String(decoded.aFloat).length).toBeLessThanOrEqual(String(aFloat).length);
    }),
  );
  expect(decodeMessage(everything, encodeMessage(everything, { aFloat: 0.1 }))).toMatchObject({
    aFloat: 0.1,
  });
});

test("any bytes at all are decoded or refused, never more", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        decodeMessage(everything, bytes);
      } catch (error) {
        expect((error as { code?: string }).code).toBe("bad_message");
      }
    }),
  );
});
