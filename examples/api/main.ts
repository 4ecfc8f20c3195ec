import { readFileSync } from "node:fs";
import { AdmissionError } from "@breakwater/admission";
import { readConfig } from "@breakwater/config";
import { DatabaseError } from "@breakwater/database";
import { ServerError } from "@breakwater/http-server";
import { JwtError } from "@breakwater/jwt";
import { environment, onStopSignals, processArguments } from "@breakwater/process";
import { RedisError } from "@breakwater/redis";
import { type RunningService, ServiceError } from "@breakwater/service";
import { runApi } from "./run.ts";
import { type Settings, settingsSchema } from "./settings.ts";

const BAD_SETTINGS = 1;

const read = readConfig({
  schema: settingsSchema,
  name: "api",
  prefix: "",
  arguments: processArguments(),
  environment: environment(),
  readFile: (path) => readFileSync(path, "utf8"),
});

switch (read.kind) {
  case "text":
    process.stdout.write(read.text);
    break;
  case "mistakes":
    for (const mistake of read.mistakes) process.stderr.write(`error: ${mistake}\n`);
    process.exit(BAD_SETTINGS);
    break;
  case "config":
    await untilStopped(await start(read.config.settings));
    process.exit(0);
}

async function start(settings: Settings): Promise<RunningService> {
  try {
    return await runApi(settings);
  } catch (error) {
    if (!isAboutSettings(error)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exit(BAD_SETTINGS);
  }
}

/** What only shows when it is used: a port that is taken, a database that is not there. */
function isAboutSettings(error: unknown): error is Error {
  return [AdmissionError, DatabaseError, JwtError, RedisError, ServerError, ServiceError].some(
    (kind) => error instanceof kind,
  );
}

/** The first Ctrl-C or SIGTERM drains, the second cuts. */
async function untilStopped(service: RunningService): Promise<void> {
  const asked = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => asked.resolve(),
    second: () => void service.stop({ graceMs: 0 }),
  });
  await asked.promise;
  await service.stop();
}
