import { describe, expect, test } from "bun:test";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningS3Server, startS3Server } from "@breakwater/s3-server";
import { systemClock } from "@breakwater/system-clock";
import { type RunningFiles, runFiles } from "../run.ts";
import { settingsOf } from "../testing/files-service.ts";

async function folder() {
  const path = await mkdtemp(join(tmpdir(), "bw-files-"));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}

function start(...flags: readonly string[]): Promise<RunningFiles> {
  const all = ["--port", "0", "--metrics-port", "off", "--durability", "none", ...flags];
  return runFiles(settingsOf(...all), { logSink: (_chunk, taken) => taken() });
}

async function upload(
  { url }: RunningFiles,
  name: string,
  content: string,
  headers: Record<string, string> = {},
): Promise<number> {
  const form = new FormData();
  form.set("file", new File([content], name, { type: "text/plain" }));
  form.set("path", "in/here");
  const response = await fetch(new URL("/upload", url), { method: "POST", body: form, headers });
  await response.text();
  return response.status;
}

const linkOf = async ({ url }: RunningFiles, path: string): Promise<string> => {
  const response = await fetch(new URL(`/download?path=${encodeURIComponent(path)}`, url));
  const { data } = (await response.json()) as { readonly data: { readonly url: string } };
  return data.url;
};

describe("the embedded store", () => {
  test("what was uploaded is downloaded by its link, also after a restart", async () => {
    await using dir = await folder();
    {
      await using files = await start("--dir", join(dir.path, "new"));
      expect(files.storeName).toContain("embedded");
      expect(await upload(files, "é.txt", "hello")).toBe(200);
    }
    await using files = await start("--dir", join(dir.path, "new"));
    const link = await linkOf(files, "in/here/é.txt");
    const response = await fetch(link);
    expect([response.status, await response.text()]).toEqual([200, "hello"]);
    expect(response.headers.get("content-type")).toStartWith("text/plain");
    const part = await fetch(link, { headers: { range: "bytes=1-2" } });
    expect([part.status, await part.text()]).toEqual([206, "el"]);
    const forged = await fetch(link.replace("in/here", "in/there"));
    expect(forged.status).toBe(403);
    await forged.text();
    const whole = await fetch(new URL("/files/in/here/%C3%A9.txt", files.url));
    expect(await whole.text()).toBe("hello");
    const redirected = await fetch(new URL("/download?path=in/here/é.txt&redirect=1", files.url));
    expect(await redirected.text()).toBe("hello");
  });

  test("its keys are made once, for their owner to read", async () => {
    await using dir = await folder();
    const path = join(dir.path, "keys.json");
    await (await start("--dir", dir.path)).stop();
    const keys = await readFile(path, "utf8");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await (await start("--dir", dir.path)).stop();
    expect(await readFile(path, "utf8")).toBe(keys);
    await writeFile(path, "{}");
    await expect(start("--dir", dir.path)).rejects.toThrow("Cannot read the store's keys");
  });

  describe("without --public-url, who came by a name of this machine", () => {
    const keys = [
      { key: "key-of-a", owner: "a", scopes: ["read", "write"], tenant: "a" },
      { key: "key-of-b", owner: "b", scopes: ["read"], tenant: "b" },
    ];
    const flags = ["--host", "127.0.0.1", "--api-keys", JSON.stringify(keys)];
    const headers = { "x-api-key": "key-of-a", host: "files.test:8080" };

    /** Its links in all answers that have any, as this test can ask for them. */
    async function linksOf({ url }: RunningFiles): Promise<readonly string[]> {
      const post = { method: "POST", body: '{"paths":["in/here/é.txt"]}' };
      const json = { ...headers, "content-type": "application/json" };
      const asked = [
        fetch(new URL("/download?path=in/here/é.txt", url), { headers }),
        fetch(new URL("/list?path=in/here", url), { headers }),
        fetch(new URL("/batch-download", url), { headers: json, ...post }),
        fetch(new URL("/batch-download", url), { headers: json, ...post }),
      ];
      const texts = (await Promise.all(asked)).map((response) => response.text());
      const found = /"(?:url|downloadLink)":"(.*?)"/;
      return (await Promise.all(texts)).map((text) => found.exec(text)?.[1] ?? text);
    }

    test("gets links to this service that need no key", async () => {
      await using dir = await folder();
      await using files = await start("--dir", dir.path, ...flags);
      await upload(files, "é.txt", "hello", headers);
      for (const link of await linksOf(files)) {
        expect(link).toStartWith("http://files.test:8080/files/a/in/here/%C3%A9.txt?X-Amz-");
        const here = link.replace("http://files.test:8080/", files.url.href);
        const response = await fetch(here, { headers: { range: "bytes=1-2" } });
        expect([response.status, await response.text()]).toEqual([206, "el"]);
        for (const other of [here.replace("/here", "/there"), here.replace("/a/", "/b/")]) {
          expect((await fetch(other)).status).toBe(403);
        }
        expect((await fetch(here.replace("Signature=", "Signature=0"))).status).toBe(403);
        expect((await fetch(here.replace("=900&", "=9000&"))).status).toBe(403);
        expect((await fetch(`${here.slice(0, here.indexOf("?"))}`)).status).toBe(401);
      }
    });

    test("is redirected there, by https if it came so", async () => {
      await using dir = await folder();
      await using files = await start("--dir", dir.path, ...flags);
      await upload(files, "é.txt", "hello", headers);
      const { status, headers: told } = await fetch(
        new URL("/download?path=in/here/é.txt&redirect=1", files.url),
        { headers: { ...headers, "x-forwarded-proto": "https" }, redirect: "manual" },
      );
      expect(status).toBe(302);
      expect(told.get("location")).toStartWith("https://files.test:8080/files/a/in/here/");
    });
  });

  test("--public-url is the host of links, and signed", async () => {
    await using dir = await folder();
    await using files = await start("--dir", dir.path, "--public-url", "https://s3.example.com/");
    await upload(files, "a", "x");
    const link = await linkOf(files, "in/here/a");
    expect(link).toStartWith("https://s3.example.com/files/in/here/a?X-Amz-Algorithm");
  });

  test("a folder that cannot be had is told in a sentence", async () => {
    await using dir = await folder();
    const file = join(dir.path, "file");
    await writeFile(file, "");
    await chmod(file, 0o600);
    await expect(start("--dir", file)).rejects.toThrow(`Cannot keep files in ${file}`);
  });
});

const keys = ["--aws-access-key-id", "id", "--aws-secret-access-key", "secret"];

test.each([
  [["--aws-endpoint-url-s3", "http://127.0.0.1:1"], "Cannot use a store without a key for it"],
  [["--aws-endpoint-url-s3", "http://127.0.0.1:1", ...keys], "Cannot tell which bucket"],
  [["--bucket-name", "files", ...keys], "Cannot tell where the store is: set REGION"],
  [["--bucket-name", "files", ...keys, "--region", "auto"], "Cannot tell where the store is"],
  [
    ["--bucket-name", "files", ...keys, "--region", "eu-west-1", "--public-url", "http://a.test"],
    "Cannot use publicUrl but for the embedded store",
  ],
  [["--bucket-name", "NO BUCKET", ...keys, "--region", "eu-west-1"], "NO BUCKET"],
  [["--public-url", "http://a.test/path"], "Cannot use publicUrl http://a.test/path"],
])("%p is refused: %s", async (flags, sentence) => {
  await using dir = await folder();
  const error = await start("--dir", dir.path, ...flags).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "FilesError", code: "bad_setting" });
  expect((error as Error).message).toContain(sentence);
});

describe("a store that is somewhere else", () => {
  test.each([
    ["there is no such bucket", "no-bucket", "secret-of-it"],
    ["the store does not let this key list it", "bucket", "another-secret"],
  ])("is refused at the start if %s", async (sentence, bucket, secretKey) => {
    await using dir = await folder();
    await using server = await s3Server(join(dir.path, "other"));
    const at = ["--aws-endpoint-url-s3", server.url.origin, "--bucket-name", bucket];
    const by = ["--aws-access-key-id", "key-of-it", "--aws-secret-access-key", secretKey];
    await expect(start(...at, ...by)).rejects.toThrow(sentence);
  });
});

function s3Server(dir: string): Promise<RunningS3Server> {
  return startS3Server({
    ...{ folder: dir, port: 0, hostname: "127.0.0.1", durability: "none" },
    ...{ clock: systemClock(), epochMs: Date.now, newId: () => crypto.randomUUID() },
    credentials: [{ accessKey: "key-of-it", secretKey: "secret-of-it" }],
    createsBuckets: false,
    onError: () => {},
  });
}

test("a store that is down is told as 502, after its retries", async () => {
  const at = ["--aws-endpoint-url-s3", "http://127.0.0.1:1", "--bucket-name", "files"];
  await using files = await start(...at, ...keys);
  const response = await fetch(new URL("/list", files.url));
  expect(response.status).toBe(502);
  expect(await response.json()).toMatchObject({ code: "store_unreachable" });
  expect(await (await fetch(new URL("/ping", files.url))).json()).toEqual({ message: "pong" });
});
