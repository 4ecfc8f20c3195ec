import { pathToFileURL } from "node:url";
import type { Command } from "commander";
import type { Output } from "./output.ts";
import { addScriptFlags, type GlobalFlags, type ScriptFlags } from "./run-flags.ts";
import { withScript } from "./script-command.ts";

const help = `
Lists every module that the script imports, directly or by others, as k6 deps does. Nothing has to be
built for a script here: what k6 calls its build dependencies is always k6 itself.

Examples:
  bw deps script.js
  bw deps --json script.js`;

/** `bw deps`: what a script imports; nothing of it is run. */
export function addDepsCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("deps")
    .description("list what a script imports")
    .argument("<script>", 'a script, an archive, or "-" for standard input')
    .option("--json", "as JSON")
    .addHelpText("after", help);
  addScriptFlags(command);
  command.action(async (path: string) => {
    const flags: ScriptFlags & GlobalFlags & { json?: boolean } = command.optsWithGlobals();
    end(
      await withScript({ path, flags }, output, async ({ target }, { folder }) => {
        if (target.kind === "url") return;
        const { listImports, RunError, scriptFiles } = await import("@breakwater/load");
        const files = await scriptFiles(target.path, target.source).catch((error: unknown) => {
          throw new RunError(104, `Cannot read the script ${path}: ${codeOf(error)}`);
        });
        const imports = listImports(files).map((url) => toOriginal(url, folder));
        output.write("stdout", flags.json ? toJson(imports) : toText(imports));
      }),
    );
  });
}

/** Where the file lay that an archive has from there. */
function toOriginal(url: string, folder: string | undefined): string {
  if (folder === undefined) return url;
  const root = pathToFileURL(folder).href;
  return url.replace(`${root}/file/`, "file:///").replace(`${root}/https/`, "https://");
}

function toJson(imports: readonly string[]): string {
  const found = { buildDependencies: { k6: "*" }, imports, customBuildRequired: false };
  return `${JSON.stringify(found, undefined, 2)}\n`;
}

function toText(imports: readonly string[]): string {
  const lines = imports.map((each) => `  ${each}\n`).join("");
  return `Build Dependencies:\n  k6: *\n\nImports:\n${lines}\nCustom Build Required: no\n`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}
