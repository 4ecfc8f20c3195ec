import { readFileSync } from "node:fs";
import type { Clock } from "@breakwater/clock";
import { SecretSources } from "../secrets/secret-sources.ts";
import type { SecretSettings } from "./engine.ts";

export const noSecrets: SecretSettings = { lines: [], env: {} };

/** The sources of a process that runs a script. Throws a RunError. */
export function openSecrets({ lines, env }: SecretSettings, clock: Clock): SecretSources {
  const readFile = (path: string): string => readFileSync(path, "utf8");
  return new SecretSources({ lines, env, clock, readFile, random: Math.random });
}
