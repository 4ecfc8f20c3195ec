import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Program extends AsyncDisposable {
  readonly path: string;
}

/** A program in a folder of its own that has everything of this package imported as `io`. */
export async function writeProgram(source: string): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "bw-process-"));
  const path = join(folder, "program.ts");
  const index = join(import.meta.dir, "../index.ts");
  await Bun.write(path, `import * as io from ${JSON.stringify(index)};\n${source}`);
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

/** What a command prints until it and everything that it started have ended. */
export async function outputOf(
  command: readonly string[],
  env?: Record<string, string>,
): Promise<string> {
  const child = Bun.spawn([...command], { ...(env && { env }), stderr: "inherit" });
  const output = await child.stdout.text();
  await child.exited;
  return output;
}
