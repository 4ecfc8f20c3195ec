import { afterAll, expect, test } from "bun:test";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { caught, messageOf } from "../vu/testing/test-user.ts";
import { findJslib } from "./jslib.ts";
import { type RemoteLimits, RemoteModuleError, remoteModules } from "./remote-modules.ts";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

type Answer = (path: string) => Response | Promise<Response>;

/** A web of one server, which stands in for every host, and counts what it is asked for. */
async function web(answer: Answer, limits?: RemoteLimits) {
  const folder = await mkdtemp(join(tmpdir(), "bw-remote-"));
  folders.push(folder);
  const asked: string[] = [];
  const warnings: string[] = [];
  const state = { answer };
  const server = Bun.serve({
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return state.answer(pathname);
    },
  });
  const lockPath = join(folder, "bw-lock.json");
  const cacheFolder = join(folder, "cache", "modules");
  const run = (path = lockPath) =>
    remoteModules({
      cacheFolder,
      lockPath: path,
      fetch: async (url, init) => {
        const answered = await fetch(url.replace(/^https:\/\/[^/]+/, server.url.origin), init);
        return new Response(answered.body, { status: answered.status });
      },
      warn: (line) => warnings.push(line),
      ...(limits && { limits }),
    });
  return {
    run,
    asked,
    warnings,
    state,
    lockPath,
    cacheFolder,
    lock: async () => (await Bun.file(lockPath).json()) as unknown,
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const url = "https://example.test/lib/one.js";
const one = "export const one = 1;\n";
const oneHash = new Bun.CryptoHasher("sha256").update(one).digest("hex");

test("a module is fetched once, kept under its hash, and locked beside the script", async () => {
  await using site = await web(() => new Response(one));
  const first = site.run();
  const [path, again] = await Promise.all([first.load(url), first.load(url)]);
  expect(path).toBe(join(site.cacheFolder, `${oneHash}.js`));
  expect(again).toBe(path);
  expect(await first.open(url)).toEqual({ path });
  expect(await Bun.file(path).text()).toBe(one);
  expect(await site.run().load(url)).toBe(path);
  expect(site.asked).toEqual(["/lib/one.js"]);
  expect(await site.lock()).toEqual({ modules: { [url]: oneHash } });
  expect(await readdir(site.cacheFolder)).toEqual([`${oneHash}.js`]);
});

test("modules that load at the same time are all locked, in the order of their URLs", async () => {
  await using site = await web((path) => new Response(`// ${path}`));
  const { load } = site.run();
  const urls = ["c.ts", "a.mjs", "b"].map((name) => `https://example.test/${name}`);
  const paths = await Promise.all(urls.map(load));
  expect(paths.map((path) => path.split(".").at(-1))).toEqual(["ts", "mjs", "js"]);
  const { modules } = (await site.lock()) as { modules: object };
  expect(Object.keys(modules)).toEqual([urls[1]!, urls[2]!, urls[0]!]);
});

test("content that is no longer what was locked is refused", async () => {
  await using site = await web(() => new Response(one));
  await site.run().load(url);
  await rm(site.cacheFolder, { recursive: true });
  site.state.answer = () => new Response("export const one = 2;\n");
  const error = await caught(site.run().load(url));
  expect(error).toBeInstanceOf(RemoteModuleError);
  expect(messageOf(error)).toMatch(/^Cannot import "https:.+one\.js": its content has changed/);
  expect(messageOf(error)).toContain(`from sha256 ${oneHash} to `);
  expect(messageOf(error)).toEndWith(`remove its line from ${site.lockPath}`);
});

test("a kept file that was tampered with is fetched anew", async () => {
  await using site = await web(() => new Response(one));
  const path = await site.run().load(url);
  await Bun.write(path, "export const one = 666;\n");
  await site.run().load(url);
  expect(await Bun.file(path).text()).toBe(one);
  expect(site.asked).toHaveLength(2);
});

test("our own equivalent of a library of jslib.k6.io is taken without asking for it", async () => {
  await using site = await web(() => new Response(one));
  const library = "https://jslib.k6.io/formdata/0.0.2/index.js";
  const { load, open } = site.run();
  expect(await load(library)).toBe(findJslib(library)!);
  expect(await open(library)).toEqual({ file: findJslib(library)! });
  expect(site.asked).toEqual([]);
});

const never = () => new Promise<Response>(() => {});
test.each<[string, string, Answer, string, string]>([
  ["http", "http://example.test/a.js", () => new Response(one), "insecure", "use an https:// URL"],
  ["a 404", url, () => new Response("", { status: 404 }), "unreachable", "the answer is 404"],
  ["too much", url, () => new Response("x".repeat(200)), "too_large", "larger than 100 bytes"],
  ["no answer", url, never, "unreachable", "there was no answer in 50 ms"],
])("%s is an error that names the URL and why", async (_what, asked, answer, code, why) => {
  // Short for what never comes alone: a busy machine may be late with the others.
  const timeoutMs = answer === never ? 50 : 30_000;
  await using site = await web(answer, { maxBytes: 100, timeoutMs });
  const error = await caught(site.run().load(asked));
  expect(error).toMatchObject({ name: "RemoteModuleError", code });
  expect(messageOf(error)).toStartWith(`Cannot import "${asked}": `);
  expect(messageOf(error)).toEndWith(why);
  expect(await Bun.file(site.lockPath).exists()).toBe(false);
});

test("a host that cannot be reached is an error that names the URL and why", async () => {
  const site = await web(() => new Response(one));
  await site[Symbol.asyncDispose]();
  const error = await caught(site.run().load(url));
  expect(error).toMatchObject({ code: "unreachable" });
  expect(messageOf(error)).toMatch(/^Cannot import "https:.+": .*connect/i);
});

test("a redirect away from https is refused", async () => {
  const answered = Object.defineProperty(new Response(one), "url", { value: "http://plain.test/" });
  const { load } = remoteModules({
    cacheFolder: "/nowhere",
    lockPath: "/nowhere/bw-lock.json",
    fetch: async () => answered,
    warn: () => {},
  });
  expect(messageOf(await caught(load(url)))).toBe(
    `Cannot import "${url}" (redirected to http://plain.test/): use an https:// URL`,
  );
});

test("a lock that cannot be written is a warning, one that cannot be read an error", async () => {
  await using site = await web(() => new Response(one));
  await site.run("/dev/null/bw-lock.json").load(url);
  expect(site.warnings.join()).toStartWith("Cannot write /dev/null/bw-lock.json, so imports are");
  await Bun.write(site.lockPath, '{"modules": {"x": 1}}');
  const error = await caught(site.run().load(url));
  expect(error).toMatchObject({ code: "lock" });
  expect(messageOf(error)).toContain("remove it to have it made anew");
});
