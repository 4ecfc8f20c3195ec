import { apply } from "./apply.ts";
import { readExpression } from "./read-expression.ts";
import { assign } from "./read-pattern.ts";
import { readStatement } from "./read-statement.ts";
import type { Rules, World } from "./world.ts";

/** How the parts of a script let values flow. */
export function languageRules(world: World): Rules {
  return {
    expression: (node, unit) => readExpression(world, node, unit),
    statement: (node, unit) => readStatement(world, node, unit),
    assign: (pattern, from, unit) => assign(world, pattern, from, unit),
    apply: (call, callee) => apply(world, call, callee),
  };
}
