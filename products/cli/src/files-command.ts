import { readFileSync } from "node:fs";
import type { RunningFiles, Settings } from "@breakwater/files";
import { environment, onStopSignals, processArguments } from "@breakwater/process";
import type { Command } from "commander";
import type { Output } from "./output.ts";

const NAME = "files";
/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

const examples = `
Examples:
  on this machine alone, files in ./breakwater-files
    bw files --port 8080
    curl -F file=@photo.jpg -F path=2026 localhost:8080/upload
    curl 'localhost:8080/download?path=2026/photo.jpg'
  for others, who bring a key: curl -H 'X-API-Key: …' (its hash is of: printf %s KEY | sha256sum)
    API_KEYS='[{"sha256":"…","owner":"shop","scopes":["read","write"],"tenant":"shop"}]' bw files
  in front of another store
    AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… BUCKET_NAME=photos \\
      bw files --aws-endpoint-url-s3 https://fly.storage.tigris.dev
`;

/** `bw files`: files over HTTP, kept in any S3 store. Its flags are those of its settings. */
export function addFilesCommand(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  program
    .command(NAME)
    .description("a file service: uploads, downloads, listings, in front of any S3 store")
    .argument("[flags...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async () => end(await filesCommand(output)));
}

async function filesCommand({ write }: Output): Promise<number> {
  const { isAboutSettings, readSettings, runFiles } = await import("@breakwater/files");
  const all = processArguments();
  const read = readSettings({
    arguments: all.toSpliced(all.indexOf(NAME), 1),
    environment: environment(),
    readFile: (path) => readFileSync(path, "utf8"),
  });
  switch (read.kind) {
    case "text":
      write("stdout", read.text);
      if (read.text.startsWith("Usage")) write("stdout", examples);
      return 0;
    case "mistakes":
      for (const mistake of read.mistakes) write("stderr", `error: ${mistake}\n`);
      return INVALID_CONFIG;
    case "config":
      break;
  }
  try {
    await untilStopped(await started(runFiles, read.config.settings, write), write);
    return 0;
  } catch (error) {
    if (!isAboutSettings(error)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return INVALID_CONFIG;
  }
}

async function started(
  runFiles: (settings: Settings) => Promise<RunningFiles>,
  settings: Settings,
  write: Output["write"],
): Promise<RunningFiles> {
  const files = await runFiles(settings);
  const forWhom = files.isOpen ? ", open to all of this machine" : "";
  write("stderr", `Listening on ${files.url}${forWhom}; files are ${files.storeName}\n`);
  return files;
}

/** The first Ctrl-C or SIGTERM drains, the second cuts. */
async function untilStopped(files: RunningFiles, write: Output["write"]): Promise<void> {
  const asked = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => asked.resolve(),
    second: () => void files.stop({ graceMs: 0 }),
  });
  await asked.promise;
  write("stderr", "Finishing the requests under way; once more ends them at once\n");
  await files.stop();
}
