import type { ApiSurface } from "../api-surface.ts";
import { compileScript } from "../compile-script.ts";
import { loadScript } from "../load-script.ts";
import { scriptFolder } from "./script-folder.ts";

/** What a script did: its calls in order, and how its default function ended. */
export interface Outcome {
  readonly trace: readonly unknown[];
  readonly ended: unknown;
}

/** What it does where calls hold the script up, and what it does compiled so that they do not. */
export interface BothWays {
  readonly held: Outcome;
  readonly awaited: Outcome;
}

const names = ["call", "group", "check", "later", "log", "Client", "eventually"];

/** Of the module "host", as k6 would have it. */
export const hostSurface: ApiSurface = {
  names,
  hasDefault: true,
  blocking: ["call"],
  calling: ["group", "check"],
  blockingMethods: ["invoke"],
  callingMethods: ["each"],
};

const blockingNothing: ApiSurface = { names, hasDefault: true };

/** Runs a script that imports from "host" in both ways. */
export async function bothWays(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<BothWays> {
  const held = await outcome(text, files, { surface: blockingNothing, waits: false });
  const awaited = await outcome(text, files, { surface: hostSurface, waits: true });
  return { held, awaited };
}

interface Way {
  readonly surface: ApiSurface;
  readonly waits: boolean;
}

async function outcome(
  text: string,
  files: Readonly<Record<string, string>>,
  { surface, waits }: Way,
): Promise<Outcome> {
  const name = "script.js" in files ? "script.js" : "script.ts";
  await using folder = await scriptFolder({ [name]: text, ...files });
  const options = { path: folder.file(name), apiModules: { host: surface }, globals: [] };
  const { portable } = await compileScript(options);
  const host = new HostStub(waits);
  let ended: unknown;
  try {
    const exports = await loadScript(portable).instantiate({ host: host.api() }, {});
    const run = exports.default as () => unknown;
    ended = { returned: await run() };
  } catch (error) {
    // The engine quotes the code, which differs.
    ended = { threw: String(error).replace(/ \(evaluating .*|\. \(In .*/, "") };
  }
  await host.runLater();
  return { trace: host.trace.map((entry) => plain(entry)), ended: plain(ended) };
}

/** Without what tells functions apart, since some become async; a ring shows as its depth. */
function plain(value: unknown, depth = 0): unknown {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null || depth > 9) return value;
  if (value instanceof Promise) return "a promise";
  const entries = Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]);
  const { name } = value.constructor ?? {};
  return { is: name, length: Reflect.get(value, "length"), ...Object.fromEntries(entries) };
}

/** Functions that trace their calls, and either return or give a promise. */
class HostStub {
  readonly trace: unknown[] = [];
  readonly #waits: boolean;
  readonly #later: (() => unknown)[] = [];
  #open = 0;

  constructor(waits: boolean) {
    this.#waits = waits;
  }

  api(): object {
    const stub = this;
    class Client {
      invoke(value: unknown): unknown {
        return stub.call("invoke", value);
      }
      each(list: readonly unknown[], run: (item: unknown) => unknown): unknown {
        return stub.inTurn(list, run);
      }
    }
    return {
      call: (value: unknown) => this.call("call", value),
      group: (title: string, run: () => unknown) => this.group(title, run),
      check: (value: unknown, checks: Record<string, unknown>) => this.check(value, checks),
      later: (run: () => unknown) => {
        this.#later.push(run);
      },
      log: (value: unknown) => {
        this.trace.push(["log", value]);
      },
      eventually: (value: unknown) => Promise.resolve(value),
      Client,
    };
  }

  async runLater(): Promise<void> {
    for (let run = this.#later.shift(); run; run = this.#later.shift()) await run();
  }

  call(name: string, value: unknown): unknown {
    this.trace.push([name, value]);
    const answer = (): unknown => {
      if (value === "fail") throw new Error(`${name} failed`);
      return value;
    };
    return this.#waits ? this.#wait(answer) : answer();
  }

  async #wait(answer: () => unknown): Promise<unknown> {
    // In k6 the script stands still meanwhile.
    if (this.#open > 0) this.trace.push("another call is under way");
    this.#open += 1;
    for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
    this.#open -= 1;
    return answer();
  }

  group(title: string, run: () => unknown): unknown {
    this.trace.push(["begin", title]);
    return andThen(run(), (result) => {
      this.trace.push(["end", title]);
      return result;
    });
  }

  check(value: unknown, checks: Record<string, unknown>): unknown {
    const entries = Object.entries(checks);
    const next = (index: number): unknown => {
      const [name, test] = entries[index] ?? [];
      if (name === undefined) return true;
      const result = typeof test === "function" ? test(value) : test;
      return andThen(result, (passed) => {
        this.trace.push(["check", name, passed]);
        return next(index + 1);
      });
    };
    return next(0);
  }

  inTurn(list: readonly unknown[], run: (item: unknown) => unknown, index = 0): unknown {
    if (index >= list.length) return undefined;
    return andThen(run(list[index]), () => this.inTurn(list, run, index + 1));
  }
}

function andThen(value: unknown, next: (value: unknown) => unknown): unknown {
  return value instanceof Promise ? value.then(next) : next(value);
}
