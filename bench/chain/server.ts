import { parseArgs } from "node:util";
import { serveHttp } from "@breakwater/http-server";
import { serviceLimits } from "@breakwater/service";
import { chain, clock, issuer } from "./chain.ts";

/**
 * A service with the first so many parts of the kit's chain: `server.ts --parts N`. Logs to
 * standard error, says where it listens and a token that it takes on standard output.
 */
const { values } = parseArgs({ options: { parts: { type: "string", default: "0" } } });

const server = serveHttp({
  hostname: "127.0.0.1",
  port: 0,
  limits: serviceLimits,
  clock,
  handler: chain(Number(values.parts)),
  onError: console.error,
});
console.log(`Listening on ${server.url.href} ${issuer.issue({ sub: "demo" })}`);

// In order, so that a profile is written.
process.on("SIGINT", () => process.exit(0));
