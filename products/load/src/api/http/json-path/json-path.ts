import { globPattern, matches, parseCondition } from "./condition.ts";
import { isModifier, modify } from "./modifiers.ts";
import { joinSelected } from "./multipath.ts";
import { endOfGroup, indexOutside } from "./scan.ts";
import { tryJson } from "./try-json.ts";

/**
 * What a GJSON path finds in a JSON value (https://github.com/tidwall/gjson/blob/master/SYNTAX.md),
 * as k6's Response.json(selector) does; undefined when there is nothing.
 */
export function queryJson(value: unknown, path: string): unknown {
  if (path.startsWith("..")) return inArray([value], path.slice(2));
  const special = path.length > 1 ? trySpecial(value, path) : undefined;
  if (special) return resume(special.value, special.rest);
  if (Array.isArray(value)) return inArray(value, path);
  if (typeof value === "object" && value !== null) return inObject(value, path);
  return undefined;
}

/** `rest` starts with its separator, or is empty. */
function resume(value: unknown, rest: string): unknown {
  return rest === "" || value === undefined ? value : queryJson(value, rest.slice(1));
}

/** A modifier, a literal, or an object or array of several paths at the path's start. */
function trySpecial(value: unknown, path: string): { value: unknown; rest: string } | undefined {
  const first = path[0];
  if (first === "@") {
    const { name, argument, rest } = splitModifier(path);
    if (!isModifier(name)) return undefined;
    return { value: modify(name, value, argument, queryJson), rest };
  }
  if (first === "!") {
    const end = indexOutside(path, 1, ".|");
    return { value: tryJson(path.slice(1, end)), rest: path.slice(end) };
  }
  if (first !== "{" && first !== "[") return undefined;
  const end = endOfGroup(path, 0);
  const rest = path.slice(end + 1);
  if (end === path.length || !(rest === "" || rest[0] === "." || rest[0] === "|")) return undefined;
  return { value: joinSelected(value, path.slice(0, end + 1), queryJson), rest };
}

function splitModifier(path: string): { name: string; argument: string; rest: string } {
  const nameEnd = path.slice(1).search(/[:.|]/) + 1 || path.length;
  const name = path.slice(1, nameEnd);
  if (path[nameEnd] !== ":") return { name, argument: "", rest: path.slice(nameEnd) };
  const isGroup = '{["('.includes(path[nameEnd + 1] ?? " ");
  const end = isGroup ? endOfGroup(path, nameEnd + 1) + 1 : indexOutside(path, nameEnd + 1, "|");
  return { name, argument: path.slice(nameEnd + 1, end), rest: path.slice(end) };
}

/** `part` has its escapes still, `rest` its separator. */
function split(path: string): { readonly part: string; readonly rest: string } {
  const end = path.startsWith("#") ? indexOutside(path, 0, ".|") : separatorIndex(path);
  return { part: path.slice(0, end), rest: path.slice(end) };
}

/** The first dot or pipe that is not escaped. */
function separatorIndex(path: string): number {
  for (let index = 0; index < path.length; index += 1) {
    if (path[index] === "\\") index += 1;
    else if (path[index] === "." || path[index] === "|") return index;
  }
  return path.length;
}

function inObject(value: object, path: string): unknown {
  const { part, rest } = split(path);
  if (/(?<!\\)[*?]/.test(part)) {
    const pattern = globPattern(part);
    const found = Object.entries(value).find(([key]) => pattern.test(key));
    return found && resume(found[1], rest);
  }
  const key = part.replace(/\\(.)/gs, "$1");
  return Object.hasOwn(value, key)
    ? resume((value as Record<string, unknown>)[key], rest)
    : undefined;
}

function inArray(values: readonly unknown[], path: string): unknown {
  const { part, rest } = split(path);
  if (part === "#")
    return rest.startsWith(".") ? fromEach(values, rest) : resume(values.length, rest);
  if (part.startsWith("#")) return fromMatching(values, part, rest);
  return /^\d+$/.test(part) ? resume(values[Number(part)], rest) : undefined;
}

/** What the path finds in each value, where it finds something; a pipe then takes them all. */
function fromEach(values: readonly unknown[], rest: string): unknown {
  const pipe = indexOutside(rest, 1, "|");
  const path = rest.slice(1, pipe);
  const found = values.map((value) => queryJson(value, path)).filter((one) => one !== undefined);
  return resume(found, rest.slice(pipe));
}

/** `#(condition)` is the first value that meets it, `#(condition)#` all that do. */
function fromMatching(values: readonly unknown[], part: string, rest: string): unknown {
  const end = endOfGroup(part, 1);
  if (end === part.length) return undefined;
  const condition = parseCondition(part.slice(2, end));
  const isMet = (value: unknown): boolean => matches(value, condition, queryJson);
  if (part[end + 1] !== "#") return resume(values.find(isMet), rest);
  const met = values.filter(isMet);
  return rest.startsWith(".") ? fromEach(met, rest) : resume(met, rest);
}
