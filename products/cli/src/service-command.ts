import { readFileSync } from "node:fs";
import { environment, onStopSignals, processArguments } from "@breakwater/process";
import type { Output } from "./output.ts";

/** k6's code for what it cannot make sense of. */
const INVALID_CONFIG = 104;

/** What a product is that has its own settings, and runs until it is told to stop. */
export interface ServiceProduct<Settings, Running extends Stoppable> {
  readonly readSettings: (source: {
    readonly arguments: readonly string[];
    readonly environment: ReturnType<typeof environment>;
    readonly readFile: (path: string) => string;
  }) => SettingsRead<Settings>;
  readonly run: (settings: Settings) => Promise<Running>;
  /** What whoever set them can mend. */
  readonly isAboutSettings: (error: unknown) => error is Error;
}

type SettingsRead<Settings> =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "mistakes"; readonly mistakes: readonly string[] }
  | { readonly kind: "config"; readonly config: { readonly settings: Settings } };

interface Stoppable {
  stop(options?: { readonly graceMs: number }): Promise<void>;
}

export interface ServiceCommandOptions<Running> {
  /** Of the command. */
  readonly name: string;
  /** Below the help. */
  readonly examples: string;
  /** What is said of it once it runs, line by line. */
  readonly greet: (running: Running) => readonly string[];
  /** What is said at the first signal. */
  readonly farewell: string;
  readonly output: Output;
}

/** Runs a service until its end; the command's flags are those of its settings. */
export async function runServiceCommand<Settings, Running extends Stoppable>(
  product: ServiceProduct<Settings, Running>,
  { name, examples, greet, farewell, output }: ServiceCommandOptions<Running>,
): Promise<number> {
  const { write } = output;
  const all = processArguments();
  const read = product.readSettings({
    arguments: all.toSpliced(all.indexOf(name), 1),
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
    const running = await product.run(read.config.settings);
    for (const line of greet(running)) write("stderr", `${line}\n`);
    await untilStopped(running, () => write("stderr", `${farewell}\n`));
    return 0;
  } catch (error) {
    if (!product.isAboutSettings(error)) throw error;
    write("stderr", `error: ${error.message}\n`);
    return INVALID_CONFIG;
  }
}

/** The first Ctrl-C or SIGTERM drains, the second cuts. */
async function untilStopped(running: Stoppable, onAsked: () => void): Promise<void> {
  const asked = Promise.withResolvers<void>();
  using _signals = onStopSignals({
    first: () => asked.resolve(),
    second: () => void running.stop({ graceMs: 0 }),
  });
  await asked.promise;
  onAsked();
  await running.stop();
}
