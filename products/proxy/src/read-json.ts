import type { Exchange } from "@breakwater/http-server";
import { ProxyError } from "./proxy-error.ts";

/** More than any list of impairments needs. */
const MAX_BODY_BYTES = 65_536;

/** The request's body as JSON; throws a ProxyError if it is none, or too long. */
export async function readJson(exchange: Exchange): Promise<unknown> {
  const text = await readText(exchange);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const shown = JSON.stringify(text.slice(0, 60));
    const message = `Cannot read ${shown} as JSON: send an object such as {"latency": "50ms"}`;
    throw new ProxyError("bad_option", message, { cause });
  }
}

/** Never resolves when the client goes away before the end: then nobody is to be answered. */
function readText(exchange: Exchange): Promise<string> {
  return new Promise((resolve, reject) => {
    const parts: Uint8Array[] = [];
    let length = 0;
    exchange.readBody({
      onData(bytes) {
        length += bytes.length;
        if (length <= MAX_BODY_BYTES) parts.push(bytes.slice());
      },
      onEnd() {
        if (length <= MAX_BODY_BYTES) resolve(Buffer.concat(parts).toString());
        else {
          const hint = `send at most ${MAX_BODY_BYTES}`;
          reject(new ProxyError("bad_option", `Cannot read a body of ${length} bytes: ${hint}`));
        }
      },
      onAbort() {},
    });
  });
}
