import { indexOutside } from "./scan.ts";
import { tryJson } from "./try-json.ts";

export type Query = (value: unknown, path: string) => unknown;

/** What stands in `#(…)`: a path into the element, a comparison, and what it is compared with. */
export interface Condition {
  readonly path: string;
  /** "" asks only whether the path finds something. */
  readonly operator: string;
  readonly operand: string;
}

export function parseCondition(text: string): Condition {
  const start = indexOutside(text, 0, "!=<>%");
  const path = text.slice(0, start).trim();
  const [operator = ""] = /^(?:==|=|!=|!%|<=|<|>=|>|%)/.exec(text.slice(start)) ?? [];
  const operand = text.slice(start + operator.length).trim();
  return { path, operator: operator === "=" ? "==" : operator, operand: unquoted(operand) };
}

function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return String(tryJson(text) ?? text.slice(1, -1));
}

export function matches(element: unknown, condition: Condition, query: Query): boolean {
  const { path, operator, operand } = condition;
  const isContainer = typeof element === "object" && element !== null;
  if (!isContainer && path !== "") return false;
  const found = isContainer ? query(element, path) : element;
  const truth = operand.startsWith("~") ? truths[operand.slice(1)] : undefined;
  if (truth) return compare(truth(found), operator, "true");
  return found !== undefined && (operator === "" || compare(found, operator, operand));
}

/** `~true` and its like: what a value amounts to, also one that is not there. */
const truths: Readonly<Record<string, (value: unknown) => boolean>> = {
  "*": (value) => value !== undefined,
  null: (value) => value === null || value === undefined,
  true: (value) =>
    value === true || (Number(value) || 0) !== 0 || /^(t|true)$/i.test(String(value)),
  false: (value) =>
    value === null ||
    value === undefined ||
    value === false ||
    value === 0 ||
    /^(0|f|false)$/i.test(String(value)),
};

function compare(value: unknown, operator: string, operand: string): boolean {
  switch (typeof value) {
    case "string":
      if (operator === "%") return globPattern(operand).test(value);
      if (operator === "!%") return !globPattern(operand).test(value);
      return inOrder(value, operator, operand);
    case "number":
      return inOrder(value, operator, Number(operand) || 0);
    case "boolean":
      if (operand !== "true" && operand !== "false") return operator === "!=";
      return inOrder(Number(value), operator, Number(operand === "true"));
    default:
      return false;
  }
}

function inOrder<T extends string | number>(left: T, operator: string, right: T): boolean {
  switch (operator) {
    case "==":
      return left === right;
    case "!=":
      return left !== right;
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      return false;
  }
}

/** `*` is any text, `?` any character; a backslash makes the next one mean itself. */
export function globPattern(glob: string): RegExp {
  const source = glob.replace(
    /\\(.)|([*?])|([$^()[\]{}.+|/\\])/gs,
    (_all, plain, wild, special) => {
      if (wild !== undefined) return wild === "*" ? ".*" : ".";
      return RegExp.escape(plain ?? special);
    },
  );
  return new RegExp(`^${source}$`, "s");
}
