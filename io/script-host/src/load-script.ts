import { resolve } from "node:path";
import type { PortableScript } from "./compile-script.ts";
import { type ErrorDescription, errorDescriber } from "./error-describer.ts";
import { hostParameter } from "./host-parameter.ts";
import { importMeta } from "./import-meta.ts";
import { ScriptHost, type SharedHost, type Turns } from "./runtime/host.ts";
import { isUrl } from "./script-error.ts";

/**
 * Makes the script's factory, once per process: its code and what the JIT makes of it are shared.
 */
export function loadScript(portable: PortableScript): LoadedScript {
  const { name, body, folder } = portable;
  const factory: Factory = new AsyncFunction(hostParameter, `${body}\n//# sourceURL=${name}\n`);
  const pathOf = (file: string): string => (isUrl(file) ? file : resolve(folder, file));
  const metaOf = importMeta();
  const shared: SharedHost = { meta: (file) => metaOf(pathOf(file)), pathOf };
  return {
    instantiate: async (api, globals, turns = freeTurns) =>
      (await factory(new ScriptHost({ api, globals, turns, shared }))) ?? {},
    describe: errorDescriber(portable),
  };
}

export interface LoadedScript {
  /**
   * Runs the module's top level for one VU and gives its exports, live.
   * `api` has a namespace for each specifier, `globals` a value for each name that it was compiled
   * with; `turns` is asked by loops that go on and on. Rejects with what the script throws.
   */
  instantiate(
    api: Readonly<Record<string, object>>,
    globals: Readonly<Record<string, unknown>>,
    turns?: Turns,
  ): Promise<Readonly<Record<string, unknown>>>;
  /** Says what the script threw in terms of the user's files. Never throws. */
  describe(error: unknown): ErrorDescription;
}

type Factory = (host: ScriptHost) => Promise<Readonly<Record<string, unknown>> | undefined>;

const AsyncFunction = (async () => {}).constructor as new (
  parameter: string,
  body: string,
) => Factory;

/** For a script that nobody wants to interrupt. */
const freeTurns: Turns = {
  onBusy: () => {},
  yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
};
