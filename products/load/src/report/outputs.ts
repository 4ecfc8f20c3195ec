import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import {
  type OutputSources,
  type Outputs,
  parseOutputs,
  SinkError,
  unwritable,
} from "@breakwater/sink";
import { exitCode, RunError } from "../exit-code.ts";

export interface OutputRequest extends OutputSources {
  /** `--out`, each as it was given. */
  readonly outputs: readonly string[];
  readonly summaryExport: string | undefined;
}

/**
 * Reads where a run's results go beside the terminal, and makes the files: before the run, so that
 * none is in vain. Throws RunError when one is not known or cannot be written.
 */
export function readOutputs(request: OutputRequest, warn: (line: string) => void): Outputs {
  try {
    const { outputs, warnings } = parseOutputs(request.outputs, request);
    for (const warning of warnings) warn(warning);
    for (const output of outputs.samples) {
      if ("path" in output && output.path !== "-") makeEmpty("samples", output.path);
    }
    if (request.summaryExport !== undefined) makeEmpty("the summary", request.summaryExport);
    return outputs;
  } catch (error) {
    if (!(error instanceof SinkError)) throw error;
    throw new RunError(exitCode.invalidConfig, error.message);
  }
}

function makeEmpty(what: string, path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, "w"));
  } catch (error) {
    throw new RunError(exitCode.invalidConfig, unwritable(what, path, error));
  }
}
