import type { Rule } from "./rule.ts";

/** Names that say nothing about what is inside, so that anything ends up there. */
const banned = ["util", "utils", "helper", "helpers", "common", "types", "manager"];

export const namingRules: readonly Rule[] = [
  {
    name: "files and folders are in kebab-case",
    appliesTo: () => true,
    findings: ({ path }) =>
      path
        .split("/")
        .filter((part) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)*$/.test(part))
        .map((part) => ({ line: 1, what: `"${part}" is not kebab-case` })),
  },
  {
    name: "no file or folder has a name that says nothing",
    appliesTo: () => true,
    findings: ({ path }) =>
      path
        .split("/")
        .filter((part) => banned.includes(part.split(".")[0]?.split("-").at(-1) ?? ""))
        .map((part) => ({ line: 1, what: `"${part}": name it after what it is about` })),
  },
];
