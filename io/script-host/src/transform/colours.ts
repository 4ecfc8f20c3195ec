import type { CallSite, CodeUnit, Colour } from "./code-unit.ts";
import type { World } from "./world.ts";

/**
 * Finds out which functions wait: those that call what holds the script up, those that call these,
 * and so on. The surest colour spreads first. What is only guessed does not colour what has to run
 * where nothing can wait, since it would be useless there as a promise.
 */
export function spreadColours(world: World): void {
  const callers = callersOf(world.units);
  const pinned = new Set<CodeUnit>();
  for (const colour of [3, 2, 1] as const) {
    if (colour === 1) pin(world.units, pinned);
    spread(world.units, colour, { callers, pinned });
  }
}

type Callers = ReadonlyMap<CodeUnit, ReadonlySet<CodeUnit>>;

/** Which units have a site that may run a unit. */
function callersOf(units: readonly CodeUnit[]): Callers {
  const callers = new Map<CodeUnit, Set<CodeUnit>>();
  for (const unit of units) {
    for (const site of unit.sites) {
      for (const target of reachable(site)) {
        const known = callers.get(target) ?? new Set();
        callers.set(target, known.add(unit));
      }
    }
  }
  return callers;
}

function reachable({ targets, guesses, ordered, collected }: CallSite): CodeUnit[] {
  const inOrder = ordered ? [...ordered.targets, ...ordered.guesses] : [];
  return [
    ...targets,
    ...guesses,
    ...inOrder,
    ...[...collected.values()].flatMap((all) => [...all]),
  ];
}

function spread(
  units: readonly CodeUnit[],
  colour: Exclude<Colour, 0>,
  { callers, pinned }: { callers: Callers; pinned: ReadonlySet<CodeUnit> },
): void {
  const queue = [...units];
  const isQueued = new Set(queue);
  for (let unit = queue.pop(); unit !== undefined; unit = queue.pop()) {
    isQueued.delete(unit);
    if (unit.colour !== 0 || unit.bar !== undefined || pinned.has(unit)) continue;
    const isColoured =
      unit.sites.some((site) => colourOf(site) >= colour) || (colour === 1 && unit.isEndless);
    if (!isColoured) continue;
    unit.colour = colour;
    for (const caller of callers.get(unit) ?? []) {
      if (isQueued.has(caller)) continue;
      isQueued.add(caller);
      queue.push(caller);
    }
  }
}

/** What runs, surely or perhaps, because something does that cannot wait. */
function pin(units: readonly CodeUnit[], pinned: Set<CodeUnit>): void {
  const queue = units.filter(({ bar }) => bar !== undefined);
  for (let unit = queue.pop(); unit !== undefined; unit = queue.pop()) {
    for (const site of unit.sites) {
      for (const target of [...site.targets, ...(site.ordered?.targets ?? [])]) {
        if (target.colour !== 0 || target.kind !== "plain" || pinned.has(target)) continue;
        pinned.add(target);
        queue.push(target);
      }
    }
  }
}

/** How sure it is that the site waits, for what it calls or for what it hands to that. */
export function colourOf(site: CallSite): Colour {
  const collected = [...site.collected.values()].flatMap((units) => [...units]);
  return surest([...callParts(site), ...collected.map(({ colour }) => colour)]);
}

/** How sure it is that what the site calls waits. */
export function callColour(site: CallSite): Colour {
  return surest(callParts(site));
}

function surest(parts: readonly Colour[]): Colour {
  const most = Math.max(0, ...parts) as Colour;
  return most === 3 && parts.some((part) => part < 3) ? 2 : most;
}

function callParts(site: CallSite): Colour[] {
  // `new` gives the object itself, never a promise of it; no constructor waits.
  if (site.node.type === "NewExpression") return [];
  const parts: Colour[] = [];
  if (site.blocks) parts.push(3);
  if (site.mayBlock) parts.push(1);
  if (site.hasOthers) parts.push(0);
  for (const { colour } of site.targets) parts.push(colour);
  for (const { colour } of site.guesses) parts.push(colour === 0 ? 0 : 1);
  if (site.ordered) parts.push(...callParts(site.ordered));
  return parts;
}
