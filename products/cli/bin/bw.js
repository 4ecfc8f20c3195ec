#!/usr/bin/env node
// The command that npm installs. Plain Node can run it: it hands over to the Bun that came as a
// dependency. Under Bun (`bunx --bun breakwater`) there is no second process.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { handOver } from "./hand-over.js";

const bundle = new URL("../dist/main.js", import.meta.url);
const source = new URL("../src/main.ts", import.meta.url);
const main = existsSync(bundle) ? bundle : source;

if (process.versions.bun === undefined) {
  // What lies about in the user's folder must not change what the command does: no .env is read
  // and no missing package fetched. (Bun's own options go before the script, the user's after.)
  const options = ["--no-env-file", "--no-install"];
  const given = process.argv.slice(2);
  handOver([...options, fileURLToPath(main), ...given], given[0]);
} else {
  await import(main.href);
}
