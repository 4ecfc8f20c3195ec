import { resolve } from "node:path";
import type { LoadIo } from "../io.ts";
import { emptyTotals } from "../measure/measure.ts";
import { type ShownOptions, showOptions } from "../plan/show-options.ts";
import { withDefaults } from "../plan/to-plan.ts";
import type { LoadRequest } from "../request.ts";
import { openTarget } from "../script/open-target.ts";
import { scriptFiles, toUrl } from "./script-files.ts";

/** All that an archive of a script holds. */
export interface ScriptToArchive {
  /** As all layers together make them, k6's shortcuts still in them. */
  readonly options: ShownOptions;
  /** The script's URL. */
  readonly url: string;
  readonly script: Uint8Array;
  /** Its modules and what its top level opened, itself as well, by their URLs. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Runs the script's top level, for only then it is known which files it opens. */
export async function archiveScript(request: LoadRequest, io: LoadIo): Promise<ScriptToArchive> {
  const { target } = request;
  if (target.kind === "url") throw new Error("A URL has no script to archive");
  const events = {
    onLog: (level: string, line: string) => io.stderr(`${level}: ${line}\n`),
    onVerdict: () => {},
  };
  const { options, lifecycle } = await openTarget(request, emptyTotals(), io, events);
  const { modules } = await scriptFiles(target.path, target.source);
  const texts = [...modules].map(([path, text]) => [toUrl(path), Buffer.from(text)] as const);
  const opened = [...(lifecycle?.openedFiles ?? [])].map(
    ([path, bytes]) => [toUrl(path), bytes] as const,
  );
  const path = resolve(target.path);
  return {
    options: showOptions(withDefaults(options)),
    url: toUrl(path),
    script: Buffer.from(modules.get(path) ?? ""),
    files: new Map([...texts, ...opened]),
  };
}
