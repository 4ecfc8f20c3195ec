import type { Command } from "commander";
import type { Output } from "./output.ts";
import { runServiceCommand } from "./service-command.ts";

const NAME = "files";

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

async function filesCommand(output: Output): Promise<number> {
  const { isAboutSettings, readSettings, runFiles } = await import("@breakwater/files");
  return runServiceCommand(
    { readSettings, run: (settings) => runFiles(settings), isAboutSettings },
    {
      ...{ name: NAME, examples, output },
      greet: ({ url, isOpen, storeName }) => {
        const forWhom = isOpen ? ", open to all of this machine" : "";
        return [`Listening on ${url}${forWhom}; files are ${storeName}`];
      },
      farewell: "Finishing the requests under way; once more ends them at once",
    },
  );
}
