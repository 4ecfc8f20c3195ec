import { InvalidArgumentError } from "commander";

/** Collects an option that may be given several times. */
export function gather(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** As gather, of values with commas in between. */
export function list(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...value.split(",").map((each) => each.trim())];
}

export function wholeNumber(value: string): number {
  if (/^\d{1,12}$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`"${value}" is no whole number.`);
}

export function workers(value: string): number | "auto" {
  if (value === "auto") return value;
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value);
  throw new InvalidArgumentError(`"${value}" is neither a number from 1 nor "auto".`);
}

/** "name=value" pairs, as --env and --tag take them. */
export function toPairs(flag: string, pairs: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key, value] = cut(pair, "=");
      if (key === "" || value === undefined) {
        throw new InvalidArgumentError(`${flag} "${pair}" is not NAME=VALUE`);
      }
      return [key, value];
    }),
  );
}

/** "Name: value", as curl's -H takes it. */
export function toHeader(header: string): [name: string, value: string] {
  const [name, value] = cut(header, ":");
  if (name.trim() === "" || value === undefined) {
    throw new InvalidArgumentError(`--header "${header}" is not NAME: VALUE`);
  }
  return [name.trim(), value.trim()];
}

/** "30s:100": that long, up or down to that many. */
export function toStages(stages: readonly string[]): { duration: string; target: number }[] {
  return stages
    .flatMap((list) => list.split(","))
    .map((stage) => {
      const match = /^([^:]+):(\d+(?:\.\d+)?)$/.exec(stage.trim());
      if (match) return { duration: match[1]!, target: Number(match[2]) };
      throw new InvalidArgumentError(`--stage "${stage}" is not TIME:TARGET, such as 30s:100`);
    });
}

/** "metric:expression"; the metric may have tags: "http_reqs{status:200}:count>0". */
export function toThresholds(rules: readonly string[]): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {};
  for (const rule of rules) {
    const match = /^([^:{]+(?:\{[^}]*\})?):(.+)$/.exec(rule);
    if (!match) {
      throw new InvalidArgumentError(
        `--threshold "${rule}" is not METRIC:RULE, such as http_req_duration:p(95)<200`,
      );
    }
    const metric = match[1]!;
    thresholds[metric] ??= [];
    thresholds[metric].push(match[2]!);
  }
  return thresholds;
}

/** The text itself, or with "@" the file of that name. */
export async function readBody(body: string | undefined): Promise<string | undefined> {
  if (!body?.startsWith("@")) return body;
  const path = body.slice(1);
  const file = Bun.file(path);
  if (await file.exists()) return file.text();
  throw new InvalidArgumentError(`--body "${body}": cannot read the file "${path}"`);
}

function cut(text: string, at: string): [before: string, after: string | undefined] {
  const place = text.indexOf(at);
  return place === -1 ? [text, undefined] : [text.slice(0, place), text.slice(place + at.length)];
}
