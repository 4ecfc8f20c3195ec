import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm run demo`: an origin on a free port, a load test against it with what a user would type, and
 * the files that it leaves. Ends by itself in well under a minute.
 */
const root = join(import.meta.dir, "..");
const bw = join(root, "products/cli/bin/bw.js");

async function demo(): Promise<number> {
  const origin = Bun.spawn(["node", bw, "origin", "--port", "0"], {
    stdout: "pipe",
    stderr: "ignore", // that it drains at the end is no news here
  });
  try {
    const url = await readUrl(origin.stdout);
    const results = join(root, "results");
    mkdirSync(results, { recursive: true });
    const summary = join("results", `demo-${new Date().toISOString().replace(/[:.]/g, "-")}.json`);
    const args = ["run", "examples/scripts/checkout.ts", "-e", `TARGET=${url}`];
    const more = ["--summary-export", summary];
    say(`An origin answers at ${url}. Now 20 virtual users for 10 seconds:\n`);
    say(`    bw ${[...args, ...more].join(" ")}\n`);
    const run = Bun.spawn(["node", bw, ...args, ...more], {
      cwd: root,
      stdout: "inherit",
      stderr: "inherit",
    });
    const exitCode = await run.exited;
    if (exitCode === 0 && existsSync(join(root, summary))) say(whatNext(summary));
    return exitCode;
  } finally {
    origin.kill("SIGTERM");
    await origin.exited;
  }
}

function whatNext(summary: string): string {
  return `
The figures are in ${summary}. What to try next:

    npx bw origin --port 8080                                   an upstream of your own, and in another terminal:
    npx bw run http://localhost:8080/health -u 64 -d 10s        as fast as 64 connections go
    npx bw run http://localhost:8080/health --rate 5000/s       an open model: latency from when each was due
    npx bw run examples/scripts/checkout.ts -e TARGET=http://localhost:8080 --stage 10s:50 --stage 10s:0
    npx bw run --help
`;
}

/** The origin's first line on stdout is where it listens. */
async function readUrl(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const url = /https?:\/\/\S+/.exec(text)?.[0];
    if (url) return url.replace(/\/$/, "");
  }
  throw new Error(`Cannot start the demo: the origin said "${text.trim()}"`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

process.exitCode = await demo();
