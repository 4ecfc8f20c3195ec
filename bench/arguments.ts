import { parseArgs } from "node:util";
import type { Bench } from "./bench.ts";
import { BenchError } from "./bench-error.ts";

export interface BenchArguments {
  readonly action: "run" | "list" | "help";
  readonly benches: readonly Bench[];
  readonly rounds: number;
  readonly seconds: number;
  readonly bwPath: string;
  /** No fewer rounds or seconds than by default: what is measured is for the project's results. */
  readonly isFull: boolean;
  /** As it is to be typed again. */
  readonly command: string;
}

const DEFAULT_ROUNDS = 5;
const DEFAULT_SECONDS = 5;

export const usage: string = `Measures each figure that the README claims, side by side with peers (some 35 minutes)

  npm run bench -- [options]

  --only NAME,NAME   these benches alone
  --rounds N         rounds of each (default ${DEFAULT_ROUNDS})
  --seconds N        how long each run lasts (default ${DEFAULT_SECONDS})
  --bw PATH          the main.ts to measure (default: this project's)
  --list             the names of the benches
  --help             this text

bench/peers.sh installs the peers. What is measured at full length goes into bench/RESULTS.md and
bench/results.json, in the place of what was there of the same benches; any other into bench/.work.`;

export function parseArguments(argv: readonly string[], all: readonly Bench[]): BenchArguments {
  const { values } = tryParse(argv);
  const rounds = toWhole("--rounds", values.rounds, DEFAULT_ROUNDS);
  const seconds = toWhole("--seconds", values.seconds, DEFAULT_SECONDS);
  const benches = choose(values.only, all);
  return {
    action: values.help ? "help" : values.list ? "list" : "run",
    ...{ benches, rounds, seconds },
    bwPath: values.bw ?? "products/cli/src/main.ts",
    isFull: rounds >= DEFAULT_ROUNDS && seconds >= DEFAULT_SECONDS && values.bw === undefined,
    command: ["npm run bench", ...(argv.length > 0 ? ["--", ...argv] : [])].join(" "),
  };
}

function tryParse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        only: { type: "string", multiple: true },
        rounds: { type: "string" },
        seconds: { type: "string" },
        bw: { type: "string" },
        list: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BenchError("bad_argument", `${why}: --help lists the options`);
  }
}

function choose(only: readonly string[] | undefined, all: readonly Bench[]): readonly Bench[] {
  if (!only) return all;
  const names = new Set(only.flatMap((value) => value.split(",")));
  const unknown = [...names].filter((name) => !all.some((bench) => bench.name === name));
  if (unknown.length === 0) return all.filter(({ name }) => names.has(name));
  throw new BenchError(
    "bad_argument",
    `There is no bench "${unknown.join('", "')}": use ${all.map(({ name }) => name).join(", ")}`,
  );
}

function toWhole(option: string, value: string | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new BenchError("bad_argument", `${option} cannot be "${value}": use a whole number from 1`);
}
