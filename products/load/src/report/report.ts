import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import type { LoadRequest } from "../request.ts";
import type { Verdicts } from "../verdict/judge.ts";
import { type SummaryData, toSummaryData } from "./summary-data.ts";
import { toSummaryExport } from "./summary-export.ts";
import { textSummary } from "./text-summary.ts";
import { unwritable } from "./unwritable.ts";

export interface ReportInput {
  readonly request: LoadRequest;
  readonly plan: Plan;
  readonly totals: Totals;
  readonly verdicts: Verdicts;
  readonly elapsedMs: number;
  readonly setupData: string | undefined;
  /** The script's, when it has one. */
  readonly handleSummary: ((data: unknown) => Promise<unknown>) | undefined;
  readonly io: LoadIo;
  /** A result could not be written, or could not be made. */
  readonly onLost: (message: string) => void;
}

/**
 * Says how the run went: the summary on stdout or what the script's handleSummary() makes of it,
 * and the files. A file that cannot be written costs no other result.
 */
export async function report(input: ReportInput): Promise<void> {
  const { request, handleSummary, io } = input;
  const data = toData(input);
  if (request.summaryExport !== undefined) {
    const text = `${JSON.stringify(toSummaryExport(data), null, 2)}\n`;
    writeResult({ what: "the summary", path: request.summaryExport }, text, input);
  }
  const isHandled = handleSummary !== undefined && (await handle(handleSummary(data), input));
  if (isHandled || request.summaryMode === "disabled") return;
  const colors = request.hasColor && io.isTerminal("stdout");
  io.stdout(textSummary(data, { mode: request.summaryMode, colors }));
}

function toData({ plan, totals, verdicts, elapsedMs, setupData, io }: ReportInput): SummaryData {
  return toSummaryData({
    registry: totals.registry,
    rootGroup: totals.checkTree.toRootGroup(md5),
    verdicts,
    options: {
      summaryTrendStats: plan.summaryTrendStats,
      summaryTimeUnit: plan.summaryTimeUnit,
      noColor: !io.isTerminal("stdout"),
    },
    state: {
      isStdOutTTY: io.isTerminal("stdout"),
      isStdErrTTY: io.isTerminal("stderr"),
      testRunDurationMs: elapsedMs,
    },
    ...(setupData !== undefined && { setup_data: JSON.parse(setupData) }),
  });
}

/** True when handleSummary() said what to write; when it throws, the usual summary stands in. */
async function handle(result: Promise<unknown>, input: ReportInput): Promise<boolean> {
  let files: unknown;
  try {
    files = await result;
  } catch (error) {
    input.onLost((error as Error).message);
    return false;
  }
  if (typeof files !== "object" || files === null) return false;
  for (const [path, content] of Object.entries(files)) {
    const body = content instanceof ArrayBuffer ? Buffer.from(content) : String(content);
    if (path === "stdout") input.io.stdout(String(body));
    else if (path === "stderr") input.io.stderr(String(body));
    else writeResult({ what: "handleSummary's file", path }, body, input);
  }
  return true;
}

function writeResult(
  { what, path }: { readonly what: string; readonly path: string },
  body: string | Uint8Array,
  { onLost }: ReportInput,
): void {
  try {
    writeFileSync(path, body);
  } catch (error) {
    onLost(unwritable(what, path, error));
  }
}

const md5 = (text: string): string => createHash("md5").update(text).digest("hex");
