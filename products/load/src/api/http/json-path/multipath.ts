import type { Query } from "./condition.ts";
import { indexOutside } from "./scan.ts";
import { tryJson } from "./try-json.ts";

/** `{first,age,"the.name":path}` or `[first,age]`: those of the paths that find something. */
export function joinSelected(value: unknown, group: string, query: Query): unknown {
  const found = splitPaths(group.slice(1, -1))
    .map((text) => toSelector(text))
    .map(({ name, path }) => [name, query(value, path)] as const)
    .filter(([, one]) => one !== undefined);
  return group.startsWith("[") ? found.map(([, one]) => one) : Object.fromEntries(found);
}

function splitPaths(text: string): readonly string[] {
  const paths: string[] = [];
  let start = 0;
  while (start <= text.length) {
    const end = indexOutside(text, start, ",");
    paths.push(text.slice(start, end));
    start = end + 1;
  }
  return paths.filter((path) => path !== "");
}

function toSelector(text: string): { readonly name: string; readonly path: string } {
  const colon = text.startsWith("@") ? text.length : indexOutside(text, 0, ":");
  if (colon === text.length) return { name: nameOf(text), path: text };
  const name = text.slice(0, colon);
  const path = text.slice(colon + 1);
  return { name: name.startsWith('"') ? String(tryJson(name) ?? name) : name, path };
}

/** The path's last part, where that can be a name. */
function nameOf(path: string): string {
  const last = path.split(/(?<!\\)[.|]/).at(-1) ?? "";
  return last === "" || /[[\]{}()#|!]/.test(last) ? "_" : last;
}
