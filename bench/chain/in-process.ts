import type { Exchange } from "@breakwater/http-server";
import { fakeExchange } from "@breakwater/http-server/testing";
import { chain, issuer } from "./chain.ts";
import { steps } from "./steps.ts";

/**
 * What the chain takes without a socket, in ns for a request: `in-process.ts 2>/dev/null`, for the
 * log goes to standard error. Fluxor's BenchmarkHandleHome, which does the same, says 4,400.
 */
const headers = [
  ["host", "localhost"],
  ["authorization", `Bearer ${issuer.issue({ sub: "demo" })}`],
  ["origin", "https://shop.test"],
  ["accept-encoding", "gzip"],
] as const;
const { request, connection } = fakeExchange({ target: "/", headers });
let answered = 0;
const exchange = {
  request,
  connection,
  onAbort: () => {},
  respond: () => {
    answered += 1;
  },
};

const TIMES = 200_000;
const ROUNDS = 7;

for (const [parts, { name }] of steps.entries()) {
  const handler = chain(parts);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    answered = 0;
    const startMs = performance.now();
    for (let count = 0; count < TIMES; count += 1) void handler(exchange as unknown as Exchange);
    best = Math.min(best, ((performance.now() - startMs) * 1e6) / TIMES);
    if (answered !== TIMES)
      throw new Error(`Cannot measure: ${answered} of ${TIMES} were answered`);
    // Timers and the log have their turn.
    await Bun.sleep(20);
  }
  console.log(`${name.padEnd(22)} ${best.toFixed(0).padStart(6)} ns`);
}
process.exit(0);
