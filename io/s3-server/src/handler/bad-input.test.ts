import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { rawClient } from "@breakwater/http-server/testing";
import { encodeBodyEnd, encodeChunkHead, type Field, type Payload } from "@breakwater/s3";
import { platformHashes } from "@breakwater/s3-platform";
import { nowMs, outcomeOf, type TestStore, tagOf, testStore } from "./testing/test-store.ts";

let store: TestStore;
beforeAll(() => {
  store = testStore();
});
afterAll(() => store[Symbol.asyncDispose]());

/** Sends what no HTTP client would; what the store says to it. */
async function say(text: string): Promise<string> {
  using client = await rawClient(Number(store.url.port));
  client.send(text);
  return outcomeIn(await client.receive("</Error>"));
}

/** The same, sending no more after that. */
async function sayLast(text: string): Promise<string> {
  const socket = connect({ host: "127.0.0.1", port: Number(store.url.port), allowHalfOpen: true });
  socket.end(text);
  return outcomeIn(Buffer.concat(await Array.fromAsync(socket)).toString());
}

const outcomeIn = (answer: string): string =>
  `${/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]} ${tagOf(answer, "Code")}`;

const exists = async (key: string): Promise<boolean> =>
  (await store.client.send("GET", `/bucket/${key}`)).status === 200;

describe("a key", () => {
  const signed = (path: string, key: string) => {
    const head = store.client.head("PUT", path, { headers: [["content-length", "0"]] });
    return head.replace(/^PUT \S+/, `PUT ${key}`);
  };

  test.each([
    ["%ff", "400 InvalidURI"],
    ["%c0%ae%c0%ae/x", "400 InvalidURI"],
    ["%zz", "400 InvalidURI"],
  ])("of %s is none", async (key, outcome) => {
    expect(await say(signed("/bucket/x", `/bucket/${key}`))).toBe(outcome);
  });

  test("with a NUL is none", async () => {
    const answer = await store.client.send("PUT", "/bucket/a\0b", { body: "x" });
    expect(await outcomeOf(answer)).toBe("400 InvalidArgument");
  });

  test("has 1,024 bytes at most", async () => {
    const longest = await store.client.send("PUT", `/bucket/${"é".repeat(512)}`, { body: "x" });
    expect(longest.status).toBe(200);
    const longer = await store.client.send("PUT", `/bucket/${"é".repeat(512)}x`, { body: "x" });
    expect(await outcomeOf(longer)).toBe("400 KeyTooLongError");
  });

  test("may look like a path that leads elsewhere, and does not", async () => {
    for (const path of ["/bucket/../../etc/passwd", "/bucket/./a//b/../c"]) {
      using client = await rawClient(Number(store.url.port));
      const headers = [["content-length", "2"]] as const;
      client.send(`${store.client.head("PUT", path, { headers, body: "me" })}me`);
      expect(await client.receive("\r\n\r\n")).toStartWith("HTTP/1.1 200");
      client.send(store.client.head("GET", path));
      expect(await client.receive("\r\n\r\nme")).toContain("Content-Length: 2");
    }
    const listed = await (await store.client.send("GET", "/bucket")).text();
    expect(listed).toContain("<Key>../../etc/passwd</Key>");
  });
});

describe("a request", () => {
  test("must be signed", async () => {
    expect(await outcomeOf(await fetch(store.url))).toBe("403 AccessDenied");
    const url = new URL("/bucket/key", store.url);
    const put = await fetch(url, { method: "PUT", body: "x" });
    expect(await outcomeOf(put)).toBe("403 AccessDenied");
    expect(await exists("key")).toBe(false);
  });

  test("signed with another key is refused, before anything is stored", async () => {
    const head = store.client.head("PUT", "/bucket/forged", { body: "x" });
    const forged = head.replace(/Signature=[0-9a-f]{8}/, "Signature=00000000");
    const text = forged.replace("\r\n\r\n", "\r\ncontent-length: 1\r\n\r\nx");
    expect(await say(text)).toBe("403 SignatureDoesNotMatch");
    const unknown = head.replace("Credential=key/", "Credential=nobody/");
    expect(await say(unknown.replace("\r\n\r\n", "\r\ncontent-length: 1\r\n\r\nx"))).toBe(
      "403 InvalidAccessKeyId",
    );
    expect(await exists("forged")).toBe(false);
  });

  test("signed for one key is not good for another", async () => {
    const head = store.client.head("GET", "/bucket/mine");
    expect(await say(head.replace("/bucket/mine", "/bucket/yours"))).toBe(
      "403 SignatureDoesNotMatch",
    );
  });

  test.each([
    [-16, "403 RequestTimeTooSkewed"],
    [-14, "200"],
    [14, "200"],
    [16, "403 RequestTimeTooSkewed"],
  ])("of a clock that is %d minutes off gets %s", async (minutes, outcome) => {
    await using skewed = testStore({ epochMs: () => nowMs + minutes * 60_000 });
    expect(await outcomeOf(await skewed.client.send("GET", "/"))).toBe(outcome);
  });

  test("with a form is told that there are none", async () => {
    const body = new FormData();
    body.set("key", "x");
    const answer = await fetch(new URL("/bucket", store.url), { method: "POST", body });
    expect(await outcomeOf(answer)).toBe("501 NotImplemented");
  });

  test("with a header that nobody signed is refused", async () => {
    const head = store.client.head("PUT", "/bucket/added", { body: "" });
    const added = head.replace("\r\n\r\n", "\r\nx-amz-meta-a: b\r\ncontent-length: 0\r\n\r\n");
    expect(await say(added)).toBe("403 AccessDenied");
  });
});

describe("a presigned URL", () => {
  test("is good for one object, by whoever has it", async () => {
    const url = store.client.presign("PUT", "/bucket/presigned", 60);
    expect((await fetch(url, { method: "PUT", body: "by URL" })).status).toBe(200);
    const get = store.client.presign("GET", "/bucket/presigned", 60);
    expect(await (await fetch(get)).text()).toBe("by URL");
    expect(await outcomeOf(await fetch(get, { method: "DELETE" }))).toBe(
      "403 SignatureDoesNotMatch",
    );
    expect(await outcomeOf(await fetch(get.replace("Expires=60", "Expires=61")))).toBe(
      "403 SignatureDoesNotMatch",
    );
  });

  test("expires to the second", async () => {
    let serverMs = nowMs;
    await using aging = testStore({ epochMs: () => serverMs });
    await aging.client.send("PUT", "/bucket/key", { body: "x" });
    const url = aging.client.presign("GET", "/bucket/key", 60);
    serverMs = nowMs + 60_000;
    expect((await fetch(url)).status).toBe(200);
    serverMs = nowMs + 60_001;
    expect(await outcomeOf(await fetch(url))).toBe("403 AccessDenied");
  });
});

describe("a body", () => {
  const unsigned: Payload = { kind: "unsigned" };
  const head = (key: string, length: number, more: readonly Field[] = []) =>
    store.client.head("PUT", `/bucket/${key}`, {
      headers: [["content-length", String(length)], ...more],
      payload: unsigned,
    });

  test("shorter than it was said to be leaves nothing behind", async () => {
    expect(await sayLast(`${head("short", 10)}12345`)).toBe("400 IncompleteBody");
    expect(await exists("short")).toBe(false);
  });

  test("without its length is refused", async () => {
    const text = store.client.head("PUT", "/bucket/unknown", {
      headers: [["transfer-encoding", "chunked"]],
      payload: unsigned,
    });
    expect(await say(`${text}1\r\nx\r\n0\r\n\r\n`)).toBe("411 MissingContentLength");
  });

  test("beyond 5 GB is refused before it is sent", async () => {
    const text = head("huge", 5 * 2 ** 30 + 1, [["expect", "100-continue"]]);
    expect(await say(text)).toBe("400 EntityTooLarge");
  });

  test("is not asked for where the head already decides", async () => {
    await store.client.send("PUT", "/bucket/there", { body: "x" });
    const more = [
      ["expect", "100-continue"],
      ["if-none-match", "*"],
    ] as const;
    using client = await rawClient(Number(store.url.port));
    client.send(head("there", 1000, more));
    expect(await client.receive("</Error>")).toStartWith("HTTP/1.1 412");
  });

  test("of no bytes is asked for, too, by whoever waits for that", async () => {
    using client = await rawClient(Number(store.url.port));
    client.send(head("nothing", 0, [["expect", "100-continue"]]));
    expect(await client.receive("HTTP/1.1 200")).toStartWith("HTTP/1.1 100 Continue\r\n\r\n");
  });

  test.each([
    ["no document", "", "400 MalformedXML"],
    ["text", "hello", "400 MalformedXML"],
    ["another document", "<Tagging/>", "400 MalformedXML"],
    [
      "a bomb of entities",
      '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><Delete>&b;</Delete>',
      "400 MalformedXML",
    ],
    ["a deep document", `${"<Delete>".repeat(10_000)}`, "400 MalformedXML"],
    ["a long document", `<Delete>${" ".repeat(2 ** 20)}`, "400 MaxMessageLengthExceeded"],
  ])("of %s is refused where keys to delete should be", async (_what, body, outcome) => {
    await store.client.send("PUT", "/bucket");
    const query = [["delete", ""]] as const;
    const answer = await store.client.send("POST", "/bucket", { query, body });
    expect(await outcomeOf(answer)).toBe(outcome);
  });
});

describe("a body in chunks", () => {
  interface Chunked {
    readonly isSigned: boolean;
    /** What the trailer says; none without. */
    readonly crc32?: string;
    /** What the head says, if it lies. */
    readonly bytes?: number;
    readonly spoil?: (body: string) => string;
  }

  async function put(key: string, parts: readonly string[], how: Chunked): Promise<Response> {
    const { isSigned, crc32, bytes = parts.join("").length, spoil = (body) => body } = how;
    const trailers: Field[] = crc32 === undefined ? [] : [["x-amz-checksum-crc32", crc32]];
    const payload: Payload = { kind: "chunked", isSigned, hasTrailers: trailers.length > 0 };
    const signed = store.client.sign("PUT", `/bucket/${key}`, {
      payload,
      headers: [
        ["x-amz-decoded-content-length", String(bytes)],
        ...trailers.map(([name]): Field => ["x-amz-trailer", name]),
      ],
    });
    const chunks = isSigned ? signed.chunks : undefined;
    const data = parts.map((part) => {
      const sha256 = Buffer.from(platformHashes.sha256(Buffer.from(part))).toString("hex");
      return `${ascii(encodeChunkHead({ bytes: part.length, sha256, chunks }))}${part}\r\n`;
    });
    const body = spoil(`${data.join("")}${ascii(encodeBodyEnd({ trailers, chunks }))}`);
    const headers = signed.headers.map(([name, value]): [string, string] => [name, value]);
    return fetch(`${store.url.origin}${signed.target}`, { method: "PUT", headers, body });
  }

  const ascii = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const parts = ["hello ", "wonderful ", "world"];

  test.each<[string, Chunked]>([
    ["each signed", { isSigned: true }],
    ["each signed, with a checksum behind", { isSigned: true, crc32: "5jICfQ==" }],
    ["none signed, with a checksum behind", { isSigned: false, crc32: "5jICfQ==" }],
  ])("%s, is stored without its framing", async (what, how) => {
    const key = Bun.hash(what).toString();
    expect(await outcomeOf(await put(key, parts, how))).toBe("200");
    const answer = await store.client.send("GET", `/bucket/${key}`);
    expect(await answer.text()).toBe("hello wonderful world");
  });

  test.each<[string, Chunked, string]>([
    [
      "with a byte changed in the middle",
      { isSigned: true, spoil: (body) => body.replace("wonderful", "wondErful") },
      "403 SignatureDoesNotMatch",
    ],
    [
      "with another signature in the middle",
      {
        isSigned: true,
        spoil: (body) => body.replace(/(a;chunk-signature=)[0-9a-f]{4}/, "$10000"),
      },
      "403 SignatureDoesNotMatch",
    ],
    [
      "with a checksum of other bytes behind",
      { isSigned: false, crc32: "AAAAAA==" },
      "400 BadDigest",
    ],
    [
      "whose trailer was changed",
      {
        isSigned: true,
        crc32: "5jICfQ==",
        spoil: (body) => body.replace("5jICfQ==", "5jICfR=="),
      },
      "403 SignatureDoesNotMatch",
    ],
    [
      "without the trailer that was announced",
      {
        isSigned: false,
        crc32: "5jICfQ==",
        spoil: (body) => body.replace("x-amz-checksum-crc32:5jICfQ==\r\n", ""),
      },
      "400 MalformedTrailerError",
    ],
    ["that is longer than was said", { isSigned: true, bytes: 20 }, "400 IncompleteBody"],
    ["that is shorter than was said", { isSigned: true, bytes: 22 }, "400 IncompleteBody"],
    [
      "that breaks off",
      { isSigned: true, spoil: (body) => body.slice(0, 200) },
      "400 IncompleteBody",
    ],
    ["whose size is none", { isSigned: true, spoil: (body) => `x${body}` }, "400 IncompleteBody"],
  ])("%s, leaves nothing behind", async (what, how, outcome) => {
    const key = Bun.hash(what).toString();
    expect(await outcomeOf(await put(key, parts, how))).toBe(outcome);
    expect(await exists(key)).toBe(false);
  });
});

test("writers of one key at once leave the object of one of them", async () => {
  const bodies = Array.from({ length: 10 }, (_each, index) => String(index).repeat(300_000));
  await Promise.all(bodies.map((body) => store.client.send("PUT", "/bucket/raced", { body })));
  const kept = await (await store.client.send("GET", "/bucket/raced")).text();
  expect(bodies).toContain(kept);
});

test("more uploads than the store takes at once are told to slow down", async () => {
  const limits = { maxDocumentBytes: 1000, maxReceiving: 1, minPartBytes: 5 };
  await using narrow = testStore({ limits });
  using first = await rawClient(Number(narrow.url.port));
  const headers = [
    ["content-length", "4"],
    ["expect", "100-continue"],
  ] as const;
  first.send(narrow.client.head("PUT", "/bucket/slow", { headers, body: "slow" }));
  await first.receive("100 Continue");
  const second = await narrow.client.send("PUT", "/bucket/second", { body: "x" });
  expect(await outcomeOf(second)).toBe("503 SlowDown");
  first.send("slow");
  await first.receive("HTTP/1.1 200");
  expect((await narrow.client.send("PUT", "/bucket/second", { body: "x" })).status).toBe(200);
});

test("nothing of all this was the store's own mistake", () => {
  expect(store.errors).toEqual([]);
});
