import { expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Upload } from "tus-js-client";
import { type RunningFiles, runFiles } from "../run.ts";
import { readSettings } from "../settings.ts";
import { cuttingProxy } from "./testing/cutting-proxy.ts";

/** The whole service over its embedded store in that folder. */
function start(dir: string): Promise<RunningFiles> {
  const flags = { port: "0", dir, "metrics-port": "off", "log-level": "silent" };
  const read = readSettings({
    arguments: Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
    environment: { DISABLE_RATE_LIMITER: "true" },
    readFile: () => "",
  });
  if (read.kind !== "config") throw new Error(JSON.stringify(read));
  return runFiles(read.config.settings);
}

function upload(bytes: Buffer, to: { endpoint?: string; uploadUrl?: string }): Promise<string> {
  return new Promise((resolve) => {
    const client: Upload = new Upload(bytes, {
      ...to,
      retryDelays: null,
      metadata: { filename: "a.bin" },
      onError: () => resolve(client.url ?? ""),
      onSuccess: () => resolve("done"),
    });
    client.start();
  });
}

test("an upload that was cut goes on after a restart, over the embedded store", async () => {
  const dir = await mkdtemp(join(tmpdir(), "bw-tus-"));
  const bytes = Buffer.alloc(20_000_000, crypto.getRandomValues(new Uint8Array(65_536)));
  try {
    const first = await start(dir);
    using proxy = await cuttingProxy(first.url.href);
    proxy.cutAfter(13_000_000);
    const url = await upload(bytes, { endpoint: `${proxy.url}/tus` });
    const headers = { "tus-resumable": "1.0.0" };
    await fetch(new URL(new URL(url).pathname, first.url), { method: "HEAD", headers });
    await first.stop({ graceMs: 0 });

    await using second = await start(dir);
    const uploadUrl = new URL(new URL(url).pathname, second.url).href;
    const asked = await fetch(uploadUrl, { method: "HEAD", headers });
    expect(Number(asked.headers.get("upload-offset"))).toBeGreaterThan(12_000_000);
    expect(await upload(bytes, { uploadUrl })).toBe("done");
    const stored = await (await fetch(new URL("/files/a.bin", second.url))).bytes();
    expect(Buffer.compare(stored, bytes)).toBe(0);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});
