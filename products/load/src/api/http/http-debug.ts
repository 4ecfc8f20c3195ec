import type { Exchange, OutgoingRequest } from "@breakwater/http-client";
import type { VuContext } from "../../vu/vu-context.ts";
import type { ResponseContent } from "./response.ts";

const decoder = new TextDecoder();

/** k6's option `httpDebug`: prints what is sent; with "full" the body too. */
export function debugRequest(vu: VuContext, { head, body, origin }: OutgoingRequest): void {
  const [start = "", joined = ""] = splitOnce(decoder.decode(head), "\r\n\r\n");
  const rest = body instanceof Uint8Array ? decoder.decode(body) : joined;
  print(vu, `Request to ${origin.key}:`, start.split("\r\n"), body && !rest ? "(a stream)" : rest);
}

/** Prints what was answered, as far as it came. */
export function debugResponse(
  vu: VuContext,
  { head, request, failure }: Exchange,
  content: ResponseContent | undefined,
): void {
  const what = `Response from ${request.origin.key}:`;
  if (!head) {
    print(vu, what, [`(none: ${failure?.message})`], "");
    return;
  }
  const lines = head.headers().map(([name, value]) => `${name}: ${value}`);
  const status = `${head.protocol} ${head.status} ${head.reason}`.trimEnd();
  print(vu, what, [status, ...lines], content ? decoder.decode(content.bytes()) : "");
}

function print(vu: VuContext, what: string, head: readonly string[], body: string): void {
  const shown = vu.settings.httpDebug === "full" ? [...head, "", body] : head;
  vu.warn([what, ...shown].join("\n"));
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
