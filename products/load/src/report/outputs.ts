import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { exitCode, RunError } from "../exit-code.ts";
import { unwritable } from "./unwritable.ts";

/**
 * Where a run's results go beside the terminal. Checked before the run, so that none is in vain.
 */
export interface Outputs {
  /** For `--out json=`; "-" is stdout. */
  readonly samplesPath: string | undefined;
  readonly summaryExport: string | undefined;
}

/** Reads the `--out` options and makes the files. Throws RunError when one cannot be written. */
export function openOutputs(
  outputs: readonly string[],
  summaryExport: string | undefined,
): Outputs {
  const paths = outputs.map((output) => {
    const match = /^json=(.+)$/.exec(output);
    if (match) return match[1]!;
    throw new RunError(
      exitCode.invalidConfig,
      `Cannot write to the output "${output}": give json=FILE`,
    );
  });
  if (paths.length > 1) {
    throw new RunError(exitCode.invalidConfig, "Cannot write samples twice: give one --out json=");
  }
  const [samplesPath] = paths;
  if (samplesPath !== undefined && samplesPath !== "-") makeEmpty("samples", samplesPath);
  if (summaryExport !== undefined) makeEmpty("the summary", summaryExport);
  return { samplesPath, summaryExport };
}

function makeEmpty(what: string, path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, "w"));
  } catch (error) {
    throw new RunError(exitCode.invalidConfig, unwritable(what, path, error));
  }
}
