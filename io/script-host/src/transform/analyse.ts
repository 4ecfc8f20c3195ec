import type { Node, Program, Statement } from "oxc-parser";
import type { ApiSurface } from "../api-surface.ts";
import { packageError, type SourcePosition } from "../script-error.ts";
import { guessApi } from "./apply-api.ts";
import { applyBuiltIn, knownBuiltIns } from "./built-ins.ts";
import { invoke } from "./callbacks.ts";
import { codeUnit } from "./code-unit.ts";
import { spreadColours } from "./colours.ts";
import { hasEndlessLoop } from "./endless-loop.ts";
import type { Place } from "./flow.ts";
import { foreignBindings } from "./foreign-code.ts";
import type { Names } from "./names.ts";
import { languageRules } from "./rules.ts";
import { foreignSpecifier, World } from "./world.ts";

export interface AnalyseOptions {
  readonly names: Names;
  readonly surfaces: Readonly<Record<string, ApiSurface>>;
  /** Statements of packages that do not use those modules. */
  readonly foreign: ReadonlySet<Node>;
  readonly positionAt: (offset: number) => SourcePosition | undefined;
}

/**
 * Finds out what of a bundle has to wait. Packages are read only when a script hands them a
 * function that waits. Throws a ScriptError when nobody can tell what they do with it.
 */
export function analyse(program: Program, options: AnalyseOptions): World {
  const { names, surfaces, foreign, positionAt } = options;
  const world = newWorld(options);
  if (!Object.values(surfaces).some(holdsUp) && !hasEndlessLoop(program)) return world;
  for (const binding of foreignBindings(foreign as ReadonlySet<Statement>, names)) {
    world.flow.put(world.api(foreignSpecifier, "object"), world.variable(binding));
  }
  read(world, program, (statement) => !foreign.has(statement));
  const handed = world.handedOver.find(({ values }) => hasWaiting(world, values));
  if (handed === undefined) return world;
  const whole = newWorld(options);
  read(whole, program, () => true);
  if (whole.flow.hasGivenUp) {
    throw packageError(positionAt(handed.node.start));
  }
  return whole;
}

function newWorld({ names, surfaces }: AnalyseOptions): World {
  return new World({ names, surfaces, builtIns: knownBuiltIns, rules: languageRules });
}

function hasWaiting({ flow }: World, place: Place): boolean {
  return flow.held(place).some((id) => {
    const value = flow.get(id);
    return value.kind === "function" && value.unit.colour > 0;
  });
}

function read(world: World, program: Program, isRead: (statement: Node) => boolean): void {
  const top = codeUnit(program, "module", undefined, () => world.flow.place());
  world.units.push(top);
  world.unitOf.set(program, top);
  for (const statement of program.body) {
    if (isRead(statement)) world.rules.statement(statement as Statement, top);
  }
  world.flow.solve();
  settleCalls(world);
  barCallbacks(world);
  spreadColours(world);
  findKeepers(world);
}

function holdsUp({ blocking = [], blockingMethods = [] }: ApiSurface): boolean {
  return blocking.length > 0 || blockingMethods.length > 0;
}

/** Calls of methods that were not found: built-in ones, or anything that has the name. */
function settleCalls(world: World): void {
  const { flow } = world;
  const open = world.memberCalls.filter(({ callee }) => flow.held(callee).length === 0);
  for (const { call, object, key } of open) {
    const isUnknown = flow.held(object).length === 0 && !key.startsWith("[");
    applyBuiltIn(world, call, `#${key}`);
    if (!isUnknown) continue;
    guessApi(world, call, key);
    invoke(world, { ...call, isGuess: true }, flow.everywhere(key));
  }
  flow.solve();
}

/** A function that goes nowhere else than to a comparator's place, say, is one. */
function barCallbacks({ barred, flow }: World): void {
  for (const { callback, bar } of barred) {
    const [only, ...others] = flow.held(callback);
    if (only === undefined || others.length > 0) continue;
    const value = flow.get(only);
    if (value.kind === "function" && value.unit.kind === "plain") value.unit.bar ??= bar;
  }
}

/** Functions that wait, and then return a promise that their callers want as such. */
function findKeepers({ returned, flow }: World): void {
  for (const { unit, place } of returned.values()) {
    if (unit.colour > 0 && unit.kind === "plain" && !unit.isHandedOut) {
      unit.keepsPromise ||= mayBePromise(flow, place);
    }
  }
}

/** Whether a promise may come there; what a blocking call gave is none. */
export function mayBePromise(flow: World["flow"], place: Place): boolean {
  return flow.held(place).some((id) => {
    const value = flow.get(id);
    return value.kind === "promise" || (value.kind === "api" && value.role === "object");
  });
}
