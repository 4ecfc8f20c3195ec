import { writeFileSync } from "node:fs";
import { platform } from "node:os";
import { pathToFileURL } from "node:url";
import { type Command, InvalidArgumentError } from "commander";
import { packArchive } from "./archive/pack-archive.ts";
import type { Output } from "./output.ts";
import { systemIo } from "./run-command.ts";
import {
  addLifecycleFlags,
  addLoadFlags,
  addRequestFlags,
  addResultFlags,
  addScriptFlags,
  type GlobalFlags,
  type OptionFlags,
  type ScriptFlags,
} from "./run-flags.ts";
import { toOptions } from "./run-request.ts";
import { withScript } from "./script-command.ts";

/** Of the k6 whose layout it is: k6 looks at it when it reads an archive. */
const K6_VERSION = "2.2.0";

const help = `
Packs a script, the modules it imports, the files that its top level opens and its options into one
tar, which bw run and k6 run both take. The options of the command line go into it, too. Modules from
https:// URLs are not in it: they are fetched where it is run.

Examples:
  bw archive -u 10 -d 10s -O test.tar script.js
  bw archive -O - script.js | bw run -`;

type ArchiveFlags = ScriptFlags &
  OptionFlags &
  GlobalFlags & { readonly archiveOut: string; readonly excludeEnvVars?: boolean };

/** `bw archive`: a script with all that it needs in one file. */
export function addArchiveCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const command = program
    .command("archive")
    .description("pack a script with all that it needs into one file")
    .argument("<script>", 'a script, or "-" for one on standard input')
    .option("-O, --archive-out <file>", 'where to, or "-" for standard output', "archive.tar")
    .option("--exclude-env-vars", "leave the variables of -e and this shell out of it")
    .addHelpText("after", help);
  addLoadFlags(command);
  addRequestFlags(command);
  addScriptFlags(command);
  addLifecycleFlags(command);
  addResultFlags(command);
  command.action(async (path: string) => {
    const flags: ArchiveFlags = command.optsWithGlobals();
    end(await archive(path, flags, output));
  });
}

async function archive(path: string, flags: ArchiveFlags, output: Output): Promise<number> {
  return await withScript({ path, flags, options: toOptions(flags) }, output, async (request) => {
    const { archiveScript } = await import("@breakwater/load");
    const io = systemIo(output, request.hasColor);
    const { options, url, script, files } = await archiveScript(request, io);
    const bytes = await packArchive({
      metadata: {
        type: "js",
        options,
        filename: url,
        pwd: pathToFileURL(process.cwd()).href,
        env: flags.excludeEnvVars ? {} : request.env,
        compatibilityMode: "extended",
        k6version: K6_VERSION,
        goos: platform() === "win32" ? "windows" : platform(),
        dependencies: { k6: "*" },
      },
      script,
      files,
    });
    if (flags.archiveOut === "-") output.write("stdout", bytes);
    else writeArchive(flags.archiveOut, bytes);
  });
}

function writeArchive(path: string, bytes: Uint8Array): void {
  try {
    writeFileSync(path, bytes);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new InvalidArgumentError(`Cannot write the archive "${path}": ${code}`);
  }
}
