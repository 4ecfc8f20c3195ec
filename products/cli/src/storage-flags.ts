import type { PlanFlagName, StorageTestName, StoreFlagName } from "@breakwater/storage-test";
import type { Command } from "commander";
import { gather } from "./run-values.ts";

/** The value, and what it says. With "…" it may be repeated, without a value it is a switch. */
type Flag = readonly [value: string, what: string];

const storeFlags: Readonly<Record<StoreFlagName, Flag>> = {
  endpoint: ["url", "the store (AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL)"],
  bucket: ["name", "which has to be there (S3_BUCKET)"],
  region: ["name", "of the store (AWS_REGION; default: auto)"],
  "access-key": ["key", "who asks (AWS_ACCESS_KEY_ID)"],
  "secret-key": ["key", "better by its variable, flags can be seen (AWS_SECRET_ACCESS_KEY)"],
  "session-token": ["token", "of keys that expire (AWS_SESSION_TOKEN)"],
  addressing: ["way", "path or virtual: the bucket in the path or in the host (default: path)"],
  insecure: ["", "take any certificate"],
  "sign-payload": ["", "sign uploaded data, too, for stores that want it; costs CPU"],
};

const planFlags: Readonly<Record<PlanFlagName, Flag>> = {
  method: ["list", "what is measured, one after another"],
  size: ["size", "of an object: 4K (1024 each), 100MB (1000 each)"],
  count: ["number", "how many objects"],
  concurrency: ["number", "operations at once, and connections at most"],
  "part-size": ["size", "of parts and ranges (default: the --size, from 5MiB to 100MB)"],
  duration: ["time", "so long, such as 30s, instead of each object once"],
  "until-stable": ["percent", "until throughput varies by less; 5 minutes or --duration at most"],
  warmup: ["time", "so long before anything is measured"],
  prefix: ["text", "what all keys begin with (default: speed-test/)"],
  keep: ["", "delete nothing at the end"],
  key: ["key…", "of an object that is there, instead of uploading some first"],
  from: ["prefix", "of objects that are there, instead of uploading some first"],
  batch: ["number", "keys of one request (default: 1)"],
  "max-keys": ["number", "keys of one page (default: 1000)"],
  weights: ["list", "shares of the operations (default: get=45,stat=30,put=15,delete=10)"],
  direction: ["which", "upload or download (default: upload)"],
  "part-sizes": ["list", "to begin with (default: 8MiB,32MiB,128MiB)"],
  concurrencies: ["list", "to begin with (default: 1,4,16)"],
  point: ["time", "how long each point is measured, twice at least (default: 3s)"],
};

const load = ["size", "count", "concurrency"] as const;
const timed = ["duration", "until-stable", "warmup"] as const;
const written = ["prefix", "keep"] as const;

/** What each test takes beside the store, and what it says in the list of commands. */
export const storageTests: Readonly<
  Record<
    StorageTestName,
    { readonly what: string; readonly flags: readonly PlanFlagName[]; readonly more: string }
  >
> = {
  upload: {
    what: "10 × 100 MB, five at a time, and 1 GB with one PUT; or as the flags say",
    flags: ["method", ...load, "part-size", ...timed, ...written],
    more: `Methods, each with --count × --size of data: objects (separate ones), multipart (one object in
parts), single (one PUT). Default: objects,single; with --duration or --until-stable objects.`,
  },
  download: {
    what: "the same the other way; each checksum is compared with what was sent",
    flags: ["method", ...load, "part-size", "key", "from", ...timed, ...written],
    more: `Methods: objects (separate ones), ranges (one object, by ranges of --part-size at once), single
(one GET). Default: objects,single; with --duration or --until-stable objects.`,
  },
  stat: {
    what: "HEAD of 1,000 small objects, 20 at a time",
    flags: [...load, ...timed, ...written],
    more: "",
  },
  list: {
    what: "pages of a listing of 1,000 objects, 20 at a time, for 10 s",
    flags: [...load, "max-keys", ...timed, ...written],
    more: "",
  },
  delete: {
    what: "1,000 small objects, 20 at a time",
    flags: [...load, "batch", ...written],
    more: "",
  },
  mixed: {
    what: "get, stat, put and delete by weights on 200 × 1 MB, 20 at a time, for 30 s",
    flags: [...load, "weights", ...timed, ...written],
    more: "",
  },
  sweep: {
    what: "finds the part size and the number of connections that are fastest",
    flags: ["direction", "part-sizes", "concurrencies", "point", "warmup", ...written],
    more: `Every pair of the lists is measured there and back (A B C C B A), then the neighbours of the best.
Recommended is the cheapest pair that no other beats by more than the noise.`,
  },
};

export function addStoreFlags(command: Command): Command {
  command.optionsGroup("Store:");
  return addFlags(command, storeFlags, Object.keys(storeFlags));
}

export function addPlanFlags(command: Command, names: readonly PlanFlagName[]): Command {
  command.optionsGroup("Test:");
  return addFlags(command, planFlags, names);
}

function addFlags(
  command: Command,
  table: Readonly<Record<string, Flag>>,
  names: readonly string[],
): Command {
  for (const name of names) {
    const [value, what] = table[name]!;
    if (value === "") command.option(`--${name}`, what);
    else if (value.endsWith("…")) {
      command.option(`--${name} <${value.slice(0, -1)}>`, `${what}; may be repeated`, gather);
    } else command.option(`--${name} <${value}>`, what);
  }
  return command;
}

/** What commander read, by the names of the flags. */
export function toFields(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name.replace(/[A-Z]/g, (each) => `-${each.toLowerCase()}`), value]),
  );
}
