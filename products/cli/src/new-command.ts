import { existsSync, writeFileSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import type { Output } from "./output.ts";
import { isTemplate, templates } from "./script-templates.ts";

const help = `
Templates:
  minimal    a request, a check and a pause, by ten VUs for half a minute
  protocol   a ramp, thresholds, setup() and a request with a JSON body
  browser    a page that is opened, clicked and looked at

Examples:
  bw new                              script.js
  bw new login.js --template protocol
  bw new -f login.js                  even if it is there`;

interface NewFlags {
  readonly template: string;
  readonly force?: boolean;
  readonly projectId?: string;
}

/** `bw new`: a script to begin with. */
export function addNewCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  program
    .command("new")
    .description("write a script to begin with")
    .argument("[file]", "where to", "script.js")
    .option("--template <name>", "minimal, protocol or browser", "minimal")
    .option("-f, --force", "overwrite a file that is there")
    .option("--project-id <number>", "k6 Cloud's project, into the script's options")
    .addHelpText("after", help)
    .action((file: string, flags: NewFlags) => {
      writeScript(file, toText(flags), flags.force ?? false);
      output.write("stdout", `Wrote ${file}; run it with: bw run ${file}\n`);
      end(0);
    });
}

function toText({ template, projectId }: NewFlags): string {
  if (!isTemplate(template)) {
    const names = Object.keys(templates).join(", ");
    throw new InvalidArgumentError(`Cannot find the template "${template}": there are ${names}`);
  }
  if (projectId === undefined) return templates[template];
  if (!/^\d+$/.test(projectId)) {
    throw new InvalidArgumentError(`--project-id: must be a number, not "${projectId}"`);
  }
  const cloud = `export const options = {\n  cloud: { projectID: ${projectId} },`;
  return templates[template].replace("export const options = {", cloud);
}

function writeScript(file: string, text: string, isForced: boolean): void {
  if (existsSync(file) && !isForced) {
    throw new InvalidArgumentError(`Cannot write ${file}: it is there; give --force to replace it`);
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : error;
    throw new InvalidArgumentError(`Cannot write ${file}: ${code}`);
  }
}
