import { type FieldReader, type Fields, shown } from "./field-reader.ts";
import { type Match, matchForms, priorityLevels, type Rule, tryParseMatch } from "./rules.ts";

/** Rules of the file first, in its order, then those of the flags. */
export function readRules(reader: FieldReader): readonly Rule[] {
  const rules: Rule[] = [...fileRules(reader)];
  const add = (name: string, wanted: string, toRule: (text: string) => Rule | undefined): void => {
    rules.push(...reader.list(name, wanted, toRule));
  };
  add("bypass", matchForms, (text) => withMatch(text, { bypass: true }));
  add("stream", matchForms, (text) => withMatch(text, { stream: true }));
  add("priority", `0 to ${lowest}, "=", and ${matchForms}`, (text) => {
    const [, level, match] = /^(\d)=(.+)$/.exec(text) ?? [];
    return match === undefined ? undefined : withMatch(match, { priority: Number(level) });
  });
  add("partition", `a name, "=", and ${matchForms}`, (text) => {
    const [, partition, match] = /^([\w.-]+)=(.+)$/.exec(text) ?? [];
    return match === undefined ? undefined : withMatch(match, { partition });
  });
  return rules;
}

const lowest = priorityLevels - 1;

function withMatch(text: string, said: Omit<Rule, "match">): Rule | undefined {
  const match = tryParseMatch(text);
  return match && { match, ...said };
}

const example =
  'a list of rules such as {"match": "/api/admin/*", "priority": 0}, with match and one or more of bypass, priority, partition, stream';

function fileRules(reader: FieldReader): readonly Rule[] {
  const list = reader.raw("rules");
  if (list === undefined) return [];
  if (!Array.isArray(list)) {
    reader.mistake("rules", list, example);
    return [];
  }
  return list.flatMap((entry: unknown) => {
    const rule = tryRule(entry);
    if (rule === undefined) reader.mistake("rules", entry, example);
    return rule ?? [];
  });
}

function tryRule(entry: unknown): Rule | undefined {
  if (!isObject(entry)) return undefined;
  const { match, bypass, priority, partition, stream, ...more } = entry;
  const read = typeof match === "string" ? tryParseMatch(match) : undefined;
  const isSound =
    Object.keys(more).length === 0 &&
    [bypass, priority, partition, stream].some((said) => said !== undefined) &&
    isOptional(bypass, "boolean") &&
    isOptional(stream, "boolean") &&
    isOptional(partition, "string") &&
    (priority === undefined || isPriority(priority));
  if (read === undefined || !isSound) return undefined;
  return toRule(read, entry);
}

function toRule(match: Match, { bypass, priority, partition, stream }: Fields): Rule {
  return {
    match,
    ...(bypass === true && { bypass }),
    ...(stream === true && { stream }),
    ...(typeof priority === "number" && { priority }),
    ...(typeof partition === "string" && { partition }),
  };
}

function isOptional(value: unknown, type: "boolean" | "string"): boolean {
  return value === undefined || (typeof value === type && value !== "");
}

function isPriority(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= lowest;
}

export interface Shares {
  readonly [partition: string]: { readonly share: number; readonly max?: number | undefined };
}

const shareForm = "NAME=SHARE or NAME=SHARE:MAX, as gold=0.3 or gold=0.3:0.8, each from 0 to 1";

/** What partitions there are: flags "gold=0.3:0.8", or the file's {"gold": {"share", "max"}}. */
export function readShares(reader: FieldReader): Shares {
  const shares = new Map<string, Shares[string]>(fileShares(reader));
  for (const [name, share] of reader.list("share", shareForm, tryShare)) shares.set(name, share);
  const sum = [...shares.values()].reduce((all, { share }) => all + share, 0);
  if (sum > 1 + 1e-9) {
    const all = [...shares].map(([name, { share }]) => `${name}=${share}`).join(", ");
    const hint = "together they can be at most 1";
    reader.mistakes.push(`Cannot guarantee shares of ${Number(sum.toFixed(6))} (${all}): ${hint}`);
  }
  return Object.fromEntries(shares);
}

function tryShare(text: string): [string, Shares[string]] | undefined {
  const [, name, share, max] = /^([\w.-]+)=(\d*\.?\d+)(?::(\d*\.?\d+))?$/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const read = { share: Number(share), ...(max !== undefined && { max: Number(max) }) };
  return isShare(read) ? [name, read] : undefined;
}

function fileShares(reader: FieldReader): [string, Shares[string]][] {
  const given = reader.raw("partitions");
  const wanted = 'partitions such as {"gold": {"share": 0.3, "max": 0.8}}, each from 0 to 1';
  if (given === undefined) return [];
  if (!isObject(given)) {
    reader.mistake("partitions", given, wanted);
    return [];
  }
  return Object.entries(given).flatMap(([name, value]): [string, Shares[string]][] => {
    const read = typeof value === "number" ? { share: value } : value;
    if (isShare(read)) return [[name, read]];
    reader.mistakes.push(`Cannot use partition ${shown(name)} ${shown(value)}: give ${wanted}`);
    return [];
  });
}

function isShare(value: unknown): value is Shares[string] {
  if (!isObject(value)) return false;
  const { share, max = 1, ...more } = value;
  const isPart = (part: unknown): boolean => typeof part === "number" && part >= 0 && part <= 1;
  return (
    isPart(share) && isPart(max) && Number(max) >= Number(share) && Object.keys(more).length === 0
  );
}

export function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
