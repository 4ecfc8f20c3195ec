import type { CallHandler } from "@breakwater/service";
import { respondJson } from "./respond-json.ts";
import type { TestDesk, TestSizes } from "./test-desk.ts";

export interface HomeOptions {
  readonly desk: TestDesk;
  readonly epochMs: () => number;
  readonly page: CallHandler;
}

/** GET /: the page for browsers, the status and what there is for programs. */
export function home({ desk, epochMs, page }: HomeOptions): CallHandler {
  const endpoints = describeEndpoints(desk.state.sizes);
  return (call) => {
    call.vary("accept");
    if (call.request.header("accept")?.includes("text/html")) return page(call);
    const status = desk.isBusy ? "testing" : "ready";
    const timestamp = new Date(epochMs()).toISOString();
    return respondJson(call, { status: 200, body: { status, endpoints, timestamp } });
  };
}

function describeEndpoints({
  bytes,
  parts,
  parallel,
}: TestSizes): Readonly<Record<string, string>> {
  const size = sizeText(bytes);
  return {
    "POST /upload": `Upload ${size} in ${parts} parts, ${parallel} at a time`,
    "POST /upload-single": `Upload ${size} in one request`,
    "GET /": "This, or a page for browsers",
    "GET /generate": `Download ${size} of test data, or ?size=10M`,
    "GET /env": "Which environment variables are set",
    "GET /events": "Progress and results as server-sent events",
  };
}

/** In units of 1024, as everything here: "1 GB". */
function sizeText(bytes: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(bytes) / 10)));
  return `${Number((bytes / 1024 ** power).toFixed(1))} ${units[power]}`;
}
