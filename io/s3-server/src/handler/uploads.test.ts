import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Field } from "@breakwater/s3";
import { outcomeOf, type TestStore, tagOf, tagsOf, testStore } from "./testing/test-store.ts";

let store: TestStore;
beforeAll(() => {
  store = testStore({ memory: { pieceBytes: 4 } });
});
afterAll(() => store[Symbol.asyncDispose]());

async function begin(key: string, headers: readonly Field[] = []): Promise<string> {
  const query = [["uploads", ""]] as const;
  const answer = await store.client.send("POST", `/bucket/${key}`, { query, headers });
  return tagOf(await answer.text(), "UploadId");
}

interface Part {
  readonly key: string;
  readonly uploadId: string;
  readonly number: number;
}

async function put({ key, uploadId, number }: Part, body: string): Promise<Response> {
  const query = [
    ["partNumber", String(number)],
    ["uploadId", uploadId],
  ] as const;
  return store.client.send("PUT", `/bucket/${key}`, { query, body });
}

const etagOf = (answer: Response): string => answer.headers.get("etag") ?? "";

function complete(
  { key, uploadId }: Omit<Part, "number">,
  parts: readonly (readonly [number: number, etag: string])[],
  headers: readonly Field[] = [],
): Promise<Response> {
  const each = parts.map(
    ([number, etag]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const body = `<CompleteMultipartUpload>${each.join("")}</CompleteMultipartUpload>`;
  const query = [["uploadId", uploadId]] as const;
  return store.client.send("POST", `/bucket/${key}`, { query, body, headers });
}

const get = (key: string, query: readonly Field[] = [], headers: readonly Field[] = []) =>
  store.client.send("GET", `/bucket/${key}`, { query, headers });

describe("an upload in parts", () => {
  test("becomes one object, whatever order its parts came in, and the last of each counts", async () => {
    const upload = { key: "whole", uploadId: await begin("whole", [["x-amz-meta-a", "b"]]) };
    const third = etagOf(await put({ ...upload, number: 9 }, "!"));
    await put({ ...upload, number: 1 }, "wrong");
    const second = etagOf(await put({ ...upload, number: 2 }, "world"));
    const first = etagOf(await put({ ...upload, number: 1 }, "hello"));
    expect(await outcomeOf(await get("whole"))).toBe("404 NoSuchKey");
    const parts = [
      [1, first],
      [2, second],
      [9, third],
    ] as const;
    const answer = await complete(upload, parts);
    expect(tagOf(await answer.text(), "ETag")).toMatch(/^&quot;[0-9a-f]{32}-3&quot;$/);
    const whole = await get("whole");
    expect([await whole.text(), whole.headers.get("x-amz-meta-a")]).toEqual(["helloworld!", "b"]);
    const part = await get("whole", [["partNumber", "2"]]);
    expect(part.headers.get("x-amz-mp-parts-count")).toBe("3");
    expect([part.headers.get("content-range"), await part.text()]).toEqual([
      "bytes 5-9/11",
      "world",
    ]);
    // Whoever did not hear the answer asks again.
    expect((await complete(upload, parts)).status).toBe(200);
    expect(await outcomeOf(await complete(upload, [[1, first]]))).toBe("404 NoSuchUpload");
  });

  test("may leave parts out", async () => {
    const upload = { key: "some", uploadId: await begin("some") };
    await put({ ...upload, number: 1 }, "dropped");
    const etag = etagOf(await put({ ...upload, number: 2 }, "kept"));
    await complete(upload, [[2, etag]]);
    expect(await (await get("some")).text()).toBe("kept");
  });

  test("that does not fit together is refused, and can still be mended", async () => {
    const upload = { key: "mended", uploadId: await begin("mended") };
    const small = etagOf(await put({ ...upload, number: 1 }, "1234"));
    const last = etagOf(await put({ ...upload, number: 2 }, "56"));
    const cases: [readonly (readonly [number, string])[], string][] = [
      [[[1, last]], "400 InvalidPart"],
      [[[3, last]], "400 InvalidPart"],
      [
        [
          [2, last],
          [1, small],
        ],
        "400 InvalidPartOrder",
      ],
      [
        [
          [1, small],
          [2, last],
        ],
        "400 EntityTooSmall",
      ],
      [[], "400 MalformedXML"],
      [[[10_001, last]], "400 InvalidArgument"],
      [
        Array.from({ length: 10_001 }, (_each, index) => [index + 1, last] as const),
        "400 MalformedXML",
      ],
    ];
    for (const [parts, outcome] of cases) {
      expect(await outcomeOf(await complete(upload, parts))).toBe(outcome);
    }
    const large = etagOf(await put({ ...upload, number: 1 }, "12345"));
    const parts = [
      [1, large],
      [2, last],
    ] as const;
    expect((await complete(upload, parts)).status).toBe(200);
    expect(await (await get("mended")).text()).toBe("1234556");
  });

  test("is given up, with its parts", async () => {
    const upload = { key: "given-up", uploadId: await begin("given-up") };
    await put({ ...upload, number: 1 }, "12345");
    const query = [["uploadId", upload.uploadId]] as const;
    const abort = () => store.client.send("DELETE", "/bucket/given-up", { query });
    expect((await abort()).status).toBe(204);
    expect(await outcomeOf(await abort())).toBe("404 NoSuchUpload");
    const late = await put({ ...upload, number: 2 }, "12345");
    expect(await outcomeOf(late)).toBe("404 NoSuchUpload");
  });

  test("belongs to its key", async () => {
    const uploadId = await begin("mine");
    const answer = await put({ key: "yours", uploadId, number: 1 }, "x");
    expect(await outcomeOf(answer)).toBe("404 NoSuchUpload");
  });

  test("has a condition of its own", async () => {
    const upload = { key: "once", uploadId: await begin("once") };
    const etag = etagOf(await put({ ...upload, number: 1 }, "late"));
    await store.client.send("PUT", "/bucket/once", { body: "early" });
    const answer = await complete(upload, [[1, etag]], [["if-none-match", "*"]]);
    expect(await outcomeOf(answer)).toBe("412 PreconditionFailed");
    expect(await (await get("once")).text()).toBe("early");
  });

  test.each([
    ["CRC32", "FULL_OBJECT", "y/Q5Jg=="],
    ["CRC32", "COMPOSITE", /^[\w+/]{6}==-2$/],
    ["SHA256", "COMPOSITE", /^[\w+/]{43}=-2$/],
  ])("has a %s of type %s", async (algorithm, type, value) => {
    const key = `sum-${algorithm}-${type}`;
    const asked = [
      ["x-amz-checksum-algorithm", algorithm],
      ["x-amz-checksum-type", type],
    ] as const;
    const upload = { key, uploadId: await begin(key, asked) };
    const etags = [
      etagOf(await put({ ...upload, number: 1 }, "12345")),
      etagOf(await put({ ...upload, number: 2 }, "6789")),
    ];
    await complete(
      upload,
      etags.map((etag, index) => [index + 1, etag] as const),
    );
    const answer = await get(key, [], [["x-amz-checksum-mode", "ENABLED"]]);
    const header = `x-amz-checksum-${algorithm.toLowerCase()}`;
    expect(answer.headers.get(header)).toEqual(
      typeof value === "string" ? value : expect.stringMatching(value),
    );
    expect(answer.headers.get("x-amz-checksum-type")).toBe(type);
  });

  test("refuses a part with a checksum of another kind", async () => {
    const uploadId = await begin("kind", [["x-amz-checksum-algorithm", "SHA256"]]);
    const answer = await store.client.send("PUT", "/bucket/kind", {
      query: [
        ["partNumber", "1"],
        ["uploadId", uploadId],
      ],
      headers: [["x-amz-checksum-crc32", "AAAAAA=="]],
      body: "x",
    });
    expect(await outcomeOf(answer)).toBe("400 InvalidRequest");
  });

  test("takes a part from an object", async () => {
    await store.client.send("PUT", "/bucket/source", { body: "0123456789" });
    const upload = { key: "taken", uploadId: await begin("taken") };
    const copy = (number: number, headers: readonly Field[]) =>
      store.client.send("PUT", "/bucket/taken", {
        query: [
          ["partNumber", String(number)],
          ["uploadId", upload.uploadId],
        ],
        headers: [["x-amz-copy-source", "bucket/source"], ...headers],
      });
    const parts = await Promise.all(
      ["bytes=0-4", "bytes=8-9"].map(async (range, index) => {
        const xml = await (await copy(index + 1, [["x-amz-copy-source-range", range]])).text();
        return [index + 1, tagOf(xml, "ETag").replaceAll("&quot;", "")] as const;
      }),
    );
    expect(parts[0]![1]).toBe("4100c4d44da9177247e44a5fc1546778");
    await complete(upload, parts);
    expect(await (await get("taken")).text()).toBe("0123489");
    const beyond = await copy(1, [["x-amz-copy-source-range", "bytes=8-10"]]);
    expect(await outcomeOf(beyond)).toBe("404 NoSuchUpload");
    const other = await begin("taken");
    upload.uploadId = other;
    const wrong = await copy(1, [["x-amz-copy-source-range", "bytes=8-10"]]);
    expect(await outcomeOf(wrong)).toBe("400 InvalidArgument");
  });
});

describe("a listing", () => {
  test("of parts is cut into pages", async () => {
    const upload = { key: "many", uploadId: await begin("many") };
    for (const number of [7, 3, 5]) await put({ ...upload, number }, "x");
    const page = async (marker: string) => {
      const query: Field[] = [
        ["uploadId", upload.uploadId],
        ["max-parts", "2"],
        ["part-number-marker", marker],
      ];
      const xml = await (await get("many", query)).text();
      return [tagsOf(xml, "PartNumber"), tagOf(xml, "NextPartNumberMarker")];
    };
    expect(await page("0")).toEqual([["3", "5"], "5"]);
    expect(await page("5")).toEqual([["7"], ""]);
  });

  test.each<[string, readonly Field[], readonly string[]]>([
    ["every one, by key and age", [], ["a", "a", "b/1", "b/2", "c"]],
    ["those under a prefix", [["prefix", "b/"]], ["b/1", "b/2"]],
    ["folders as such", [["delimiter", "/"]], ["a", "a", "c", "b/"]],
    ["one at a time, too", [["max-uploads", "1"]], ["a", "a", "b/1", "b/2", "c"]],
    [
      "one at a time with folders",
      [
        ["max-uploads", "1"],
        ["delimiter", "/"],
      ],
      ["a", "a", "b/", "c"],
    ],
  ])("of uploads has %s", async (_what, query, expected) => {
    await using listed = testStore();
    for (const key of ["c", "b/2", "a", "b/1", "a"]) {
      await listed.client.send("POST", `/bucket/${key}`, { query: [["uploads", ""]] });
    }
    const found: string[] = [];
    let marker: readonly Field[] | undefined = [];
    while (marker !== undefined) {
      const all: readonly Field[] = [["uploads", ""], ...query, ...marker];
      const xml = await (await listed.client.send("GET", "/bucket", { query: all })).text();
      found.push(...tagsOf(xml, "Key"), ...foldersOf(xml));
      const isMore = tagOf(xml, "IsTruncated") === "true";
      marker = isMore
        ? [
            ["key-marker", tagOf(xml, "NextKeyMarker")],
            ["upload-id-marker", tagOf(xml, "NextUploadIdMarker")],
          ]
        : undefined;
    }
    expect(found).toEqual([...expected]);
  });
});

const foldersOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g)].map((match) => match[1]!);
