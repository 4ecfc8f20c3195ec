import type { RouteDoc } from "../route-doc.ts";
import { distributionForms, MAX_DELAY_MS } from "./distribution.ts";
import { faultKinds } from "./fault-kinds.ts";

/** The words of a shape, as they stand in a query; the header and --shape have the same. */
export const shapeDocs: readonly RouteDoc[] = [
  {
    path: "*?delay=",
    summary: `Waits before the answer to any path. What is drawn beyond ${MAX_DELAY_MS} ms is cut to it. All of these can also be said in the header x-bw-shape: delay=50; bandwidth=1M; error=503:0.1, whose words win.`,
    params: distributionForms.map(([name, meaning]) => ({ name, meaning })),
    examples: ["/health?delay=normal(50,10)", "/health?delay=lognormal(50,400)"],
  },
  {
    path: "*?bandwidth=",
    summary: "Limits the answer's body, in bytes per second; none for no limit.",
    examples: ["/bin/10M?bandwidth=1M"],
  },
  {
    path: "*?upload=",
    summary: "Limits how fast the request's body is read, in bytes per second; none for no limit.",
    examples: ["/upload?upload=1M"],
  },
  {
    path: "*?error=",
    summary:
      "Answers with this status, from 400 to 599, in such a share of all cases, or always. What is injected has the header x-bw-injected.",
    examples: ["/?error=503:0.1"],
  },
  {
    path: "*?fault=",
    summary:
      "Spoils the answer in such a share of all cases, or always: the kinds are those of /fault, their parameters in brackets.",
    examples: ["/bin/1M?fault=truncate(at=100K):0.05", "/?fault=reset:0.01"],
  },
  {
    path: "*?seed=",
    summary:
      "What is drawn is the same for the same seed; a request that brings one has a draw of its own.",
    examples: ["/?delay=exponential(50)&seed=7"],
  },
];

const size = { name: "size", meaning: "bytes of the answer that is spoilt, up to 1M; 1K" };

/** What /fault/:kind has. */
export const faultDocs: readonly RouteDoc[] = faultKinds.map(({ name, summary, params }) => ({
  path: `/fault/${name}`,
  summary: `${summary}.`,
  params: [...params, size],
  examples: [`/fault/${name}`],
}));
