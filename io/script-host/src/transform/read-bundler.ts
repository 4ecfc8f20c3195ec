import type { CallExpression, Expression } from "oxc-parser";
import type { CodeUnit } from "./code-unit.ts";
import { nowhere, type Place } from "./flow.ts";
import { bare, isFunction, propertyKey } from "./syntax.ts";
import type { World } from "./world.ts";

/**
 * What Bun's own functions do, with which it joins files: read as code, all CommonJS files would
 * share one `module`. `undefined` for any other call.
 */
export function readBundlerCall(
  world: World,
  node: CallExpression,
  unit: CodeUnit,
): Place | undefined {
  const callee = bare(node.callee);
  if (callee.type !== "Identifier" || !callee.name.startsWith("__")) return undefined;
  if (world.names.binding(callee)?.isTopLevel !== true) return undefined;
  const [first, second] = node.arguments as Expression[];
  const rule = rules.get(callee.name);
  if (rule === undefined || first === undefined) return undefined;
  return rule(world, unit, first, second);
}

type BundlerRule = (
  world: World,
  unit: CodeUnit,
  first: Expression,
  second: Expression | undefined,
) => Place;

const rules = new Map<string, BundlerRule>([
  ["__commonJS", readCommonJs],
  ["__toESM", readToEsm],
  ["__toCommonJS", (world, unit, first) => world.rules.expression(first, unit)],
  ["__export", readExport],
  ["__reExport", readReExport],
  ["__esm", readLazyModule],
]);

/** `var require_a = __commonJS((exports, module) => { … })` */
function readCommonJs(world: World, unit: CodeUnit, file: Expression): Place {
  const { flow } = world;
  const module = flow.value({ kind: "object" });
  const exports = flow.value({ kind: "object" });
  flow.put(exports, flow.field(module, "exports"));
  flow.watch(world.rules.expression(file, unit), (id) => {
    const value = flow.get(id);
    if (value.kind !== "function") return;
    value.unit.bar = "CommonJS module";
    flow.put(exports, value.unit.params[0] ?? nowhere);
    flow.put(exports, value.unit.self);
    flow.put(module, value.unit.params[1] ?? nowhere);
  });
  return flow.holding(flow.value({ kind: "commonJs", module }));
}

/** Has the properties of what it is given, which is also its default export. */
function readToEsm(world: World, unit: CodeUnit, first: Expression): Place {
  const { flow } = world;
  const from = world.rules.expression(first, unit);
  const made = flow.value({ kind: "object" });
  flow.flow(from, flow.parents(made));
  flow.flow(from, flow.field(made, "default"));
  return flow.holding(made);
}

/** `__export(exports_a, { name: () => name })` */
function readExport(
  world: World,
  unit: CodeUnit,
  target: Expression,
  all: Expression | undefined,
): Place {
  const { flow, rules: read } = world;
  const into = read.expression(target, unit);
  if (all?.type !== "ObjectExpression") return nowhere;
  for (const property of all.properties) {
    if (property.type !== "Property" || !isFunction(property.value)) continue;
    read.expression(property.value, unit);
    const getter = world.unitOf.get(property.value);
    if (getter) flow.write(into, propertyKey(property), getter.result);
  }
  return nowhere;
}

function readReExport(
  world: World,
  unit: CodeUnit,
  target: Expression,
  from: Expression | undefined,
): Place {
  const { flow, rules: read } = world;
  const source = from ? read.expression(from, unit) : nowhere;
  const into = read.expression(target, unit);
  flow.watch(into, (id) => flow.flow(source, flow.parents(id)));
  return into;
}

/** `var init_a = __esm(() => { … })`: the file's top level, run when something first needs it. */
function readLazyModule(world: World, unit: CodeUnit, file: Expression): Place {
  const { flow } = world;
  flow.watch(world.rules.expression(file, unit), (id) => {
    const value = flow.get(id);
    if (value.kind === "function" && value.unit.kind === "plain") {
      value.unit.bar = "CommonJS module";
    }
  });
  return nowhere;
}
