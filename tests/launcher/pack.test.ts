import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { npmDependencies, packCommand } from "../../tools/pack.ts";

const root = join(import.meta.dir, "../..");

let folder: string;
/** The command's file. */
let bw: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "bw-pack-test-"));
  bw = await unpackCommand();
});

afterAll(() => rm(folder, { recursive: true }));

test("the published package runs under Node with what its manifest declares and nothing else", async () => {
  const { dependencies, devDependencies, version } = await readManifest();
  expect(devDependencies).toBeUndefined();
  expect(Object.keys(dependencies).filter((name) => name.startsWith("@breakwater/"))).toEqual([]);

  expect(await run(["node", bw, "--version"])).toBe(`${version}\n`);
  const files = await readdir(join(folder, "package"));
  expect(files.sort()).toEqual([
    ...["LICENSE", "README.md", "bin", "dist", "jslib", "package.json", "script-api"],
  ]);
});

test("the published package runs a k6 script on two workers", async () => {
  const page = `<h1>Shop</h1><a href="/cart">To the cart</a>`;
  const type = { "Content-Type": "text/html" };
  using shop = Bun.serve({ port: 0, fetch: () => new Response(page, { headers: type }) });
  const script = join(folder, "visit.js");
  await Bun.write(script, k6Script);
  await Bun.write(join(folder, "shop.proto"), `syntax = "proto3"; service Shop {}`);

  const load = ["run", "-q", "--workers", "2", "-u", "2", "-i", "4", "-e", `TARGET=${shop.url}`];
  expect(JSON.parse(await run(["node", bw, ...load, script]))).toEqual({
    checks: { passes: 20, fails: 0 },
    requests: 8,
  });
});

/** With what is not in the bundle: npm packages, a library of jslib, files that load late. */
const k6Script = `
import http from "k6/http";
import grpc from "k6/net/grpc";
import { parseHTML } from "k6/html";
import { check } from "k6";
import { browser } from "k6/browser";
import { randomItem } from "https://jslib.k6.io/k6-utils/1.4.0/index.js";
import papaparse from "https://jslib.k6.io/papaparse/5.1.1/index.js";

const client = new grpc.Client();
client.load([], "shop.proto");

export default function () {
  const page = http.get(__ENV.TARGET);
  const cart = page.clickLink({ selector: "a" });
  check(page, {
    "html is read": () => parseHTML(page.body).find("h1").text() === "Shop",
    "links are followed": () => cart.url.endsWith("/cart"),
    "csv is read": () => papaparse.parse("a,b").data[0].length === 2,
    "an item is picked": () => randomItem(["only"]) === "only",
    "the browser is there": () => typeof browser.newPage === "function",
  });
}

export function handleSummary({ metrics }) {
  const { passes, fails } = metrics.checks.values;
  const requests = metrics.http_reqs.values.count;
  return { stdout: JSON.stringify({ checks: { passes, fails }, requests }) };
}
`;

test("the published package has the bridge's tools for models", async () => {
  const params = {
    ...{ protocolVersion: "2025-06-18", capabilities: {} },
    clientInfo: { name: "test", version: "1" },
  };
  const request = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params });
  const mcp = ["node", bw, "bridge", "mcp", "--id", "ada", "--url", "ws://127.0.0.1:1"];
  expect(JSON.parse(await run(mcp, `${request}\n`))).toMatchObject({
    id: 1,
    result: { serverInfo: { name: expect.any(String) } },
  });
});

test("the npm packages of everything that is bundled stay dependencies, once each", () => {
  const packages = new Map([
    ["@b/a", { name: "@b/a", dependencies: { "@b/b": "*", zod: "1.0.0" } }],
    ["@b/b", { name: "@b/b", dependencies: { "@b/a": "*", zod: "1.0.0", native: "2.0.0" } }],
    ["@b/c", { name: "@b/c", dependencies: { unrelated: "1.0.0" } }],
  ]);
  const command = { name: "c", dependencies: { bun: "1.4.5" }, devDependencies: { "@b/a": "*" } };
  expect(npmDependencies(command, packages)).toEqual({
    bun: "1.4.5",
    native: "2.0.0",
    zod: "1.0.0",
  });
});

test("two versions of one package cannot be packed", () => {
  const packages = new Map([["@b/a", { name: "@b/a", dependencies: { zod: "1.0.0" } }]]);
  const command = { name: "c", dependencies: { zod: "2.0.0", "@b/a": "*" } };
  expect(() => npmDependencies(command, packages)).toThrow(
    "Cannot pack zod as both 2.0.0 and 1.0.0: use one version",
  );
});

/** As npm would install it; answers with the command's file. */
async function unpackCommand(): Promise<string> {
  const tarball = await packCommand(root, folder);
  await run(["tar", "-xzf", tarball, "-C", folder]);
  const { dependencies } = await readManifest();
  for (const name of Object.keys(dependencies)) await linkInstalled(name);
  return join(folder, "package/bin/bw.js");
}

/** As npm would put it there; their own dependencies are found from where they really are. */
async function linkInstalled(name: string): Promise<void> {
  const link = join(folder, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(join(root, "node_modules", name), link);
}

async function readManifest() {
  return await Bun.file(join(folder, "package/package.json")).json();
}

async function run(command: readonly string[], stdin = ""): Promise<string> {
  // Where a bridge's client keeps its secret.
  const env = { ...process.env, XDG_STATE_HOME: folder };
  const child = Bun.spawn([...command], { stdin: new Blob([stdin]), stderr: "inherit", env });
  const output = await child.stdout.text();
  expect(await child.exited).toBe(0);
  return output;
}
