import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { rawClient } from "@breakwater/http-server/testing";
import type { Field } from "@breakwater/s3";
import { SignedClient } from "../testing/signed-client.ts";
import {
  nowMs,
  outcomeOf,
  type TestStore,
  tagOf,
  tagsOf,
  testStore,
} from "./testing/test-store.ts";

let store: TestStore;
let strict: TestStore;
beforeAll(() => {
  store = testStore();
  strict = testStore({ createsBuckets: false });
});
afterAll(async () => {
  await store[Symbol.asyncDispose]();
  await strict[Symbol.asyncDispose]();
});

describe("a bucket", () => {
  test.each<[string, string, readonly Field[]]>([
    ["HEAD", "", []],
    ["GET", "", []],
    ["GET", "", [["list-type", "2"]]],
    ["GET", "", [["location", ""]]],
    ["GET", "", [["uploads", ""]]],
    ["PUT", "/key", []],
    ["POST", "/key", [["uploads", ""]]],
  ])("is made by %s /bucket%s %j, unless that is not wanted", async (method, path, query) => {
    const name = `made-${Math.abs(Bun.hash.crc32(`${method}${path}${query}`))}`;
    expect((await store.client.send(method, `/${name}${path}`, { query })).status).toBe(200);
    const listed = tagsOf(await (await store.client.send("GET", "/")).text(), "Name");
    expect(listed).toContain(name);
    const refused = await strict.client.send(method, `/${name}${path}`, { query });
    expect(refused.status).toBe(404);
  });

  test.each<[string, string, readonly Field[]]>([
    ["GET", "/key", []],
    ["DELETE", "/key", []],
    ["GET", "", [["cors", ""]]],
    ["DELETE", "", []],
  ])("is not made by %s /nowhere%s %j", async (method, path, query) => {
    const answer = await store.client.send(method, `/nowhere${path}`, { query });
    expect(await outcomeOf(answer)).toBe("404 NoSuchBucket");
  });

  test("is made by hand in whatever region, and goes when it is empty", async () => {
    const body =
      "<CreateBucketConfiguration><LocationConstraint>mars-1</LocationConstraint></CreateBucketConfiguration>";
    expect((await store.client.send("PUT", "/by-hand", { body })).status).toBe(200);
    expect((await store.client.send("PUT", "/by-hand")).status).toBe(200);
    await store.client.send("PUT", "/by-hand/a", { body: "x" });
    const full = await store.client.send("DELETE", "/by-hand");
    expect(await outcomeOf(full)).toBe("409 BucketNotEmpty");
    await store.client.send("DELETE", "/by-hand/a");
    expect((await store.client.send("DELETE", "/by-hand")).status).toBe(204);
  });

  test.each(["Upper", "ab", "-a-b", "a..b", "192.168.0.1", "xn--abc"])(
    "cannot be called %s",
    async (name) => {
      const answer = await store.client.send("PUT", `/${name}`);
      expect(await outcomeOf(answer)).toBe("400 InvalidBucketName");
    },
  );

  test.each([
    ["versioning", "200"],
    ["acl", "200"],
    ["requestPayment", "200"],
    ["logging", "200"],
    ["notification", "200"],
    ["accelerate", "200"],
    ["lifecycle", "404 NoSuchLifecycleConfiguration"],
    ["policy", "404 NoSuchBucketPolicy"],
    ["encryption", "404 ServerSideEncryptionConfigurationNotFoundError"],
    ["publicAccessBlock", "404 NoSuchPublicAccessBlockConfiguration"],
    ["object-lock", "404 ObjectLockConfigurationNotFoundError"],
    ["replication", "404 ReplicationConfigurationNotFoundError"],
    ["website", "404 NoSuchWebsiteConfiguration"],
    ["tagging", "404 NoSuchTagSet"],
    ["ownershipControls", "404 OwnershipControlsNotFoundError"],
    ["cors", "404 NoSuchCORSConfiguration"],
    ["versions", "501 NotImplemented"],
    ["inventory", "501 NotImplemented"],
  ])("asked for its %s says %s", async (name, outcome) => {
    await store.client.send("PUT", "/asked");
    const answer = await store.client.send("GET", "/asked", { query: [[name, ""]] });
    expect(await outcomeOf(answer)).toBe(outcome);
  });

  test("turns no versions on", async () => {
    const body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    await store.client.send("PUT", "/asked");
    const answer = await store.client.send("PUT", "/asked", { query: [["versioning", ""]], body });
    expect(await outcomeOf(answer)).toBe("501 NotImplemented");
  });

  test("may be a host below one that is the store's", async () => {
    await store.client.send("PUT", "/hosted/a/b", { body: "here" });
    const url = new URL("http://hosted.s3.test:9000");
    const credentials = { accessKey: "key", secretKey: "secret" };
    const hosted = new SignedClient({ url, credentials, nowMs: () => nowMs });
    using client = await rawClient(Number(store.url.port));
    client.send(hosted.head("GET", "/a/b"));
    expect(await client.receive("\r\n\r\nhere")).toStartWith("HTTP/1.1 200");
  });
});

test("a region is the only one accepted, where one is asked for", async () => {
  await using european = testStore({ region: "eu-west-1" });
  const answer = await european.client.send("GET", "/");
  const xml = await answer.text();
  expect([answer.status, tagOf(xml, "Code"), tagOf(xml, "Region")]).toEqual([
    400,
    "AuthorizationHeaderMalformed",
    "eu-west-1",
  ]);
});

describe("CORS", () => {
  const rules = `<CORSConfiguration><CORSRule><AllowedOrigin>http://*.test</AllowedOrigin>
    <AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-amz-*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule></CORSConfiguration>`;
  const query = [["cors", ""]] as const;
  const preflight = (origin: string) =>
    fetch(new URL("/shared/key", store.url), {
      method: "OPTIONS",
      headers: {
        origin,
        "access-control-request-method": "PUT",
        "access-control-request-headers": "X-Amz-Date",
      },
    });

  test("is told to browsers that ask before, and with each answer", async () => {
    await store.client.send("PUT", "/shared");
    expect(await outcomeOf(await preflight("http://a.test"))).toBe("403 AccessForbidden");
    await store.client.send("PUT", "/shared", { query, body: rules });
    const allowed = await preflight("http://a.test");
    expect(Object.fromEntries(allowed.headers)).toMatchObject({
      "access-control-allow-origin": "http://a.test",
      "access-control-allow-headers": "x-amz-date",
      "access-control-max-age": "60",
    });
    expect(await outcomeOf(await preflight("http://a.other"))).toBe("403 AccessForbidden");
    const origin = [["origin", "http://a.test"]] as const;
    const put = await store.client.send("PUT", "/shared/key", { headers: origin, body: "x" });
    expect(put.headers.get("access-control-expose-headers")).toBe("ETag");
    // Also with an error, or the page could not read it.
    const headers = [...origin, ["if-none-match", "*"]] as const;
    const failed = await store.client.send("PUT", "/shared/key", { headers, body: "x" });
    expect(failed.headers.get("access-control-allow-origin")).toBe("http://a.test");
    expect(await outcomeOf(failed)).toBe("412 PreconditionFailed");
  });

  test("is kept as it was put, until it is deleted", async () => {
    await store.client.send("PUT", "/shared");
    await store.client.send("PUT", "/shared", { query, body: rules });
    const kept = await (await store.client.send("GET", "/shared", { query })).text();
    expect([tagOf(kept, "AllowedOrigin"), tagOf(kept, "MaxAgeSeconds")]).toEqual([
      "http://*.test",
      "60",
    ]);
    expect((await store.client.send("DELETE", "/shared", { query })).status).toBe(204);
    const gone = await store.client.send("GET", "/shared", { query });
    expect(await outcomeOf(gone)).toBe("404 NoSuchCORSConfiguration");
  });
});

describe("tags", () => {
  const query = [["tagging", ""]] as const;
  test("come with an object or later, and go", async () => {
    const headers = [["x-amz-tagging", "a=1&b=2"]] as const;
    await store.client.send("PUT", "/bucket/tagged", { body: "x", headers });
    const head = await store.client.send("HEAD", "/bucket/tagged");
    expect(head.headers.get("x-amz-tagging-count")).toBe("2");
    const body = "<Tagging><TagSet><Tag><Key>c</Key><Value>3</Value></Tag></TagSet></Tagging>";
    await store.client.send("PUT", "/bucket/tagged", { query, body });
    const xml = await (await store.client.send("GET", "/bucket/tagged", { query })).text();
    expect([tagsOf(xml, "Key"), tagsOf(xml, "Value")]).toEqual([["c"], ["3"]]);
    const gone = await store.client.send("DELETE", "/bucket/tagged", { query });
    expect(gone.status).toBe(204);
    const none = await (await store.client.send("GET", "/bucket/tagged", { query })).text();
    expect(tagsOf(none, "Key")).toEqual([]);
  });

  test("of nothing are none", async () => {
    const answer = await store.client.send("GET", "/bucket/none", { query });
    expect(await outcomeOf(answer)).toBe("404 NoSuchKey");
  });
});

describe("a listing", () => {
  const keys = ["a", "b/1", "b/2", "c/d/e", "z &<é", "zz"];
  beforeAll(async () => {
    for (const key of keys) await store.client.send("PUT", `/listed/${key}`, { body: "x" });
  });

  const list = async (...query: readonly Field[]) =>
    (await store.client.send("GET", "/listed", { query })).text();

  test("names every key, of either version", async () => {
    const escaped = keys.map((key) => key.replace("&", "&amp;").replace("<", "&lt;"));
    expect(tagsOf(await list(), "Key")).toEqual(escaped);
    expect(tagsOf(await list(["list-type", "2"]), "Key")).toEqual(escaped);
    const encoded = await list(["list-type", "2"], ["encoding-type", "url"]);
    expect(tagsOf(encoded, "Key").at(-2)).toBe("z%20%26%3C%C3%A9");
  });

  test("tells owners to those who ask, in version 2", async () => {
    expect(await list(["list-type", "2"])).not.toContain("<Owner>");
    expect(await list(["list-type", "2"], ["fetch-owner", "true"])).toContain("<Owner>");
    expect(await list()).toContain("<Owner>");
  });

  test("of no keys at most is empty, and complete", async () => {
    const xml = await list(["list-type", "2"], ["max-keys", "0"]);
    expect([tagOf(xml, "KeyCount"), tagOf(xml, "IsTruncated")]).toEqual(["0", "false"]);
  });

  test("goes on where it ended, folders being one entry", async () => {
    const found: string[] = [];
    let token: readonly Field[] = [];
    do {
      const xml = await list(["list-type", "2"], ["delimiter", "/"], ["max-keys", "1"], ...token);
      found.push(...tagsOf(xml, "Key"), ...tagsOf(xml, "CommonPrefixes"), ...foldersOf(xml));
      const next = tagOf(xml, "NextContinuationToken");
      token = next === "" ? [] : [["continuation-token", next]];
    } while (token.length > 0);
    expect(found).toEqual(["a", "b/", "c/", "z &amp;&lt;é", "zz"]);
  });

  test("of version 1 goes on by its marker", async () => {
    const xml = await list(["delimiter", "/"], ["max-keys", "2"]);
    expect([tagOf(xml, "NextMarker"), tagOf(xml, "IsTruncated")]).toEqual(["b/", "true"]);
    const rest = await list(["delimiter", "/"], ["marker", "b/"]);
    expect(foldersOf(rest)).toEqual(["c/"]);
  });

  test("refuses a token that is none", async () => {
    const answer = await store.client.send("GET", "/listed", {
      query: [
        ["list-type", "2"],
        ["continuation-token", "abc"],
      ],
    });
    expect(await outcomeOf(answer)).toBe("400 InvalidArgument");
  });
});

describe("deleting many", () => {
  const remove = (keys: readonly string[], quiet = false) => {
    const objects = keys.map((key) => `<Object><Key>${key}</Key></Object>`).join("");
    const body = `<Delete><Quiet>${quiet}</Quiet>${objects}</Delete>`;
    return store.client.send("POST", "/bulk", { query: [["delete", ""]], body });
  };

  test("says of each that it is gone, also of what was not there", async () => {
    for (const key of ["a", "b"]) await store.client.send("PUT", `/bulk/${key}`, { body: "x" });
    expect(tagsOf(await (await remove(["a", "none"])).text(), "Key")).toEqual(["a", "none"]);
    expect(tagsOf(await (await remove(["b"], true)).text(), "Key")).toEqual([]);
    expect(tagsOf(await (await store.client.send("GET", "/bulk")).text(), "Key")).toEqual([]);
  });

  test("takes a thousand at most", async () => {
    await store.client.send("PUT", "/bulk");
    const keys = Array.from({ length: 1001 }, (_each, index) => `key ${index}`);
    expect(await outcomeOf(await remove(keys))).toBe("400 MalformedXML");
    expect((await remove(keys.slice(1))).status).toBe(200);
  });
});

const foldersOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<CommonPrefixes><Prefix>([^<]*)</g)].map((match) => match[1]!);
