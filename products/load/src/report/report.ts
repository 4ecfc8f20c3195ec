import { readFileSync, writeFileSync } from "node:fs";
import { type StandingSeries, unwritable } from "@breakwater/sink";
import type { LoadIo } from "../io.ts";
import type { Totals } from "../measure/measure.ts";
import type { Plan } from "../plan/plan.ts";
import type { LoadRequest, LoadTarget } from "../request.ts";
import type { Verdicts } from "../verdict/judge.ts";
import { toMachineSummary } from "./machine-summary.ts";
import { md5 } from "./md5.ts";
import { type SummaryData, toSummaryData } from "./summary-data.ts";
import { toSummaryExport } from "./summary-export.ts";
import { toSummaryGroups } from "./summary-groups.ts";
import { textSummary } from "./text-summary.ts";

export interface ReportInput {
  readonly request: LoadRequest;
  readonly plan: Plan;
  readonly totals: Totals;
  readonly verdicts: Verdicts;
  readonly elapsedMs: number;
  readonly setupData: string | undefined;
  /** Folded by scenario, group and check, for the full mode. */
  readonly groups?: readonly StandingSeries[];
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
  const { request, handleSummary, io, plan, elapsedMs } = input;
  const { summaryMode: mode, summaryExport: path } = request;
  const data = toData(input);
  const machine = request.hasMachineReadableSummary
    ? toMachineSummary(data, {
        script: scriptText(request.target),
        generatedAt: new Date(),
        k6Version,
        mode: mode === "full" ? "full" : "compact",
      })
    : undefined;
  if (path !== undefined) {
    const text = `${JSON.stringify(machine ?? toSummaryExport(data), null, 2)}\n`;
    writeResult({ what: "the summary", path }, text, input);
  }
  if (mode === "disabled") return;
  const handled = handleSummary?.(machine ?? data);
  if (handled !== undefined && (await handle(handled, input))) return;
  const colors = request.hasColor && io.isTerminal("stdout");
  const { summaryTrendStats } = plan;
  const groups = toSummaryGroups(input.groups ?? [], { summaryTrendStats, elapsedMs });
  io.stdout(textSummary(data, { mode, colors, groups }));
}

/** The version of k6 whose summary this is: its readers look at it. */
const k6Version = "2.2.0";

function scriptText(target: LoadTarget): string {
  if (target.kind === "url") return "";
  if (target.source !== undefined) return target.source;
  try {
    return readFileSync(target.path, "utf8");
  } catch {
    return ""; // It came from elsewhere, or is gone by now: the results are as good without.
  }
}

function toData({
  request,
  plan,
  totals,
  verdicts,
  elapsedMs,
  setupData,
  io,
}: ReportInput): SummaryData {
  return toSummaryData({
    registry: totals.registry,
    rootGroup: totals.checkTree.toRootGroup(md5),
    verdicts,
    options: {
      summaryTrendStats: plan.summaryTrendStats,
      summaryTimeUnit: plan.summaryTimeUnit,
      noColor: !request.hasColor,
    },
    state: {
      isStdOutTTY: io.isTerminal("stdout"),
      isStdErrTTY: io.isTerminal("stderr"),
      testRunDurationMs: elapsedMs,
    },
    setup_data: setupData === undefined ? undefined : JSON.parse(setupData),
  });
}

/** True when handleSummary() said what to write; else the usual summary stands in. */
async function handle(result: Promise<unknown>, input: ReportInput): Promise<boolean> {
  let files: unknown;
  try {
    files = await result;
  } catch (error) {
    input.onLost((error as Error).message);
    return false;
  }
  if (files === undefined || files === null) return false;
  if (typeof files !== "object" || Array.isArray(files)) {
    const shown = String(JSON.stringify(files)).slice(0, 100);
    input.onLost(
      `Cannot use ${shown}, which handleSummary() returned: return an object of names and contents`,
    );
    return false;
  }
  for (const [path, content] of Object.entries(files)) writeContent(path, content, input);
  return true;
}

function writeContent(path: string, content: unknown, input: ReportInput): void {
  const body = toBody(content);
  if (body === undefined) {
    const kind = content === null ? "null" : typeof content;
    input.onLost(
      `Cannot write "${path}", which handleSummary() gave ${kind}: give text or an ArrayBuffer`,
    );
    return;
  }
  if (path === "stdout") input.io.stdout(String(body));
  else if (path === "stderr") input.io.stderr(String(body));
  else writeResult({ what: "handleSummary's file", path }, body, input);
}

function toBody(content: unknown): string | Buffer | undefined {
  if (typeof content === "string") return content;
  if (content instanceof ArrayBuffer) return Buffer.from(content);
  if (!ArrayBuffer.isView(content)) return undefined;
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength);
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
