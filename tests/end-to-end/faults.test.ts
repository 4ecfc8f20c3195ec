import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import type { Socket } from "node:net";
import { certificates } from "../../io/http-client/src/testing/certificates.ts";
import { faultServer, okResponse } from "../../io/http-client/src/testing/fault-server.ts";
import { bw } from "./bw.ts";
import { readExported, readPoints } from "./results.ts";
import { runScript } from "./run-script.ts";
import { scratch } from "./scratch.ts";
import { target } from "./target.ts";

describe("each answer that is none is a failed request with k6's code:", () => {
  test.concurrent.each<[string, (socket: Socket) => void, string, RegExp]>([
    ["nothing at all", () => {}, "1050", /300/],
    ["half of a head", (socket) => void socket.write("HTTP/1.1 200 OK\r\nA: "), "1050", /300/],
    ["half of a body", (socket) => void socket.write(okResponse.slice(0, -1)), "1050", /300/],
    ["a reset", (socket) => void socket.resetAndDestroy(), "1220", /reset/],
    ["an end", (socket) => void socket.end(), "1000", /closed/],
    ["an end in the body", (socket) => void socket.end(okResponse.slice(0, -1)), "1000", /missing/],
    ["garbage", (socket) => void socket.end("SSH-2.0-OpenSSH_9.7\r\n\r\n"), "1000", /status line/],
    [
      "two lengths",
      (socket) => void socket.end(okResponse.replace("\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n")),
      "1000",
      /Content-Length/i,
    ],
    [
      "chunks that are none",
      (socket) => void socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
      "1000",
      /chunk/,
    ],
    [
      "a head without an end",
      (socket) => void socket.write(`HTTP/1.1 200 OK\r\n${"A: b\r\n".repeat(100_000)}`),
      "1000",
      /head/,
    ],
  ])("%s", async (_name, fault, errorCode, message) => {
    await using server = await faultServer({ onRequest: ({ socket }) => fault(socket) });
    using folder = scratch();
    const [samples, summary] = [folder.at("samples.json"), folder.at("summary.json")];
    const args = ["-n", "2", "-u", "1", "--timeout", "300ms", "--out", `json=${samples}`];
    const run = await bw(["run", server.url, ...args, "--summary-export", summary]);
    expect(run.exitCode).toBe(1);
    expect(run.stderr).toMatch(
      /^warn: Request failed: .+\nwarn: Request failed: .+ \(1 more time\)\n$/,
    );
    expect(run.stderr).toMatch(message);
    expect((await readExported(summary)).metrics).toMatchObject({
      http_reqs: { count: 2 },
      http_req_failed: { value: 1, passes: 2, fails: 0 },
      iterations: { count: 2 },
    });
    const points = readPoints(await Bun.file(samples).bytes());
    const requests = points.filter(({ metric }) => metric === "http_reqs");
    const tags = { error_code: errorCode, error: expect.stringMatching(message), status: "0" };
    expect(requests.map((point) => point.tags)).toMatchObject([tags, tags]);
  });

  test.concurrent("some that fail among others are counted, and no reason to fail", async () => {
    await using server = await faultServer({
      onRequest: ({ socket, index }) => {
        if (index % 2 === 0) socket.write(okResponse);
        else socket.end(okResponse.slice(0, -1));
      },
    });
    using folder = scratch();
    const summary = folder.at("summary.json");
    const run = await bw(["run", server.url, "-n", "10", "-u", "1", "--summary-export", summary]);
    expect(run.exitCode).toBe(0);
    expect((await readExported(summary)).metrics).toMatchObject({
      http_req_failed: { value: 0.5, passes: 5, fails: 5 },
    });
  });

  test.concurrent("an error status is an answer", async () => {
    using server = target(() => new Response("no", { status: 503 }));
    const run = await bw(["run", server.url, "-n", "2"]);
    expect(run).toMatchObject({ exitCode: 0, stderr: "" });
    expect(run.stdout).toMatch(/http_req_failed\.*: 100\.00% 2 out of 2/);
  });
});

describe("over TLS", () => {
  const { key, localhost: cert, authority } = certificates;

  test.concurrent("a certificate of nobody's is refused, and taken when told to", async () => {
    await using server = await tlsServer();
    using folder = scratch();
    const refused = await bw(["run", server.url, "-n", "2"]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: "" });
    expect(refused.stderr).toMatch(/^error: Cannot reach https:.*certificate.*\n$/);
    expect(server.requests).toHaveLength(0);
    const pem = folder.write("authority.pem", authority);
    for (const args of [
      ["--insecure-skip-tls-verify"],
      ["--insecure"],
      ["-k"],
      ["--cacert", pem],
    ]) {
      const taken = await bw(["run", server.url, "-n", "2", ...args]);
      expect(taken).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect(server.requests).toHaveLength(8);
  });

  test.concurrent("an https URL of a plain server is told as what it is", async () => {
    using server = target();
    const run = await bw(["run", server.url.replace("http:", "https:"), "-n", "2"]);
    expect(run).toMatchObject({ exitCode: 1, stdout: "" });
    expect(run.stderr).toMatch(/^error: Cannot reach https:.*does the server speak TLS there\?\n$/);
  });

  const tlsServer = () =>
    faultServer({
      tls: { key, cert },
      onRequest: ({ socket }) => void socket.write(okResponse),
    });
});

describe.skipIf(!existsSync("/dev/full"))(
  "a result that cannot be written costs no other, and the exit code says so:",
  () => {
    test.concurrent.each([
      ["samples", ["--out", "json=/dev/full"]],
      ["samples", ["--out", "json=/dev/full", "-u", "20", "--workers", "2"]],
      ["the summary", ["--summary-export", "/dev/full"]],
    ])("%s with %j", async (what, flags) => {
      using server = target();
      const run = await bw(["run", server.url, "-n", "100", ...flags]);
      expect(run.stdout).toMatch(/http_reqs\.*: 100 /);
      const sentence = `error: Cannot write ${what} to "/dev/full": the disk is full`;
      expect(run.stderr).toStartWith(sentence);
      expect(run.stderr.trimEnd().split("\n")).toHaveLength(1);
      expect(run.exitCode).toBe(1);
    });

    test.concurrent("the summary on standard output", async () => {
      using server = target();
      const args = ["run", server.url, "-n", "9", "--threshold", "http_reqs:count>9"];
      const full = { shell: 'exec "$@" >/dev/full' };
      const passed = await bw(args.slice(0, -2), full);
      const failed = await bw(args, full);
      expect([passed.exitCode, failed.exitCode]).toEqual([1, 99]);
      const sentence = /^error: Cannot write to standard output: ENOSPC: no space left .*$/m;
      expect(passed.stderr).toMatch(sentence);
      expect(failed.stderr).toMatch(sentence);
    });

    test.concurrent("a file of handleSummary's", async () => {
      const { run } = await runScript(
        `export default function () {}
      export function handleSummary() { return { "/dev/full": "a", stdout: "b" }; }`,
      );
      expect(run).toEqual({
        exitCode: 1,
        stdout: "b",
        stderr: `error: Cannot write handleSummary's file to "/dev/full": the disk is full\n`,
      });
    });
  },
);
