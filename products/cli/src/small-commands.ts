import { arch, platform } from "node:os";
import type { Command } from "commander";
import packageJson from "../package.json" with { type: "json" };
import type { Output } from "./output.ts";

/** `bw version` and `bw features`: what there is. */
export function addSmallCommands(
  program: Command,
  output: Output,
  end: (exitCode: number) => void,
): void {
  const print = (text: string): void => {
    output.write("stdout", `${text}\n`);
    end(0);
  };
  program
    .command("version")
    .description("say which version this is")
    .option("--json", "as JSON")
    .action(({ json }: { json?: boolean }) => {
      const { version } = packageJson;
      print(json ? versionJson(version) : `breakwater ${version}`);
    });
  program
    .command("features")
    .description("list what --features can turn on")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const { features } = await import("@breakwater/load");
      const all = Object.entries(features).map(([feature, description]) => ({
        ...{ feature, lifecycle: "Experimental", description },
      }));
      const lines = all.map(({ feature, description }) => `${feature.padEnd(20)}${description}`);
      print(json ? JSON.stringify(all, undefined, 2) : lines.join("\n"));
    });
}

function versionJson(version: string): string {
  const k6 = "v2.2.0"; // whose scripts and options these are
  return JSON.stringify({ version: `v${version}`, k6, os: platform(), arch: arch() });
}
