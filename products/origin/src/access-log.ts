import type { Answer, RunningServer } from "@breakwater/server";
import { uriOf } from "./uri.ts";

/** One answer as a line: who asked, for what, and what it got. */
export function toLogLine(
  { request, status, tookMs }: Answer,
  server: Pick<RunningServer, "sourceOf">,
): string {
  const source = server.sourceOf(request);
  return `${source} ${request.method} ${uriOf(request)} ${status} ${tookMs.toFixed(1)} ms`;
}
