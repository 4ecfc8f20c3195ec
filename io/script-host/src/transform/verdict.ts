import type { CallSite, CodeUnit } from "./code-unit.ts";
import { callColour } from "./colours.ts";

/**
 * What becomes of a site: "await"; "now", for what may have to wait where nothing can, so that it
 * says so should it come to that; or nothing.
 */
export type Verdict = "await" | "now" | undefined;

export function verdictOn(site: CallSite): Verdict {
  if (callColour(site) === 0) return undefined;
  return canWait(site.unit) ? "await" : "now";
}

/** Whether code of the unit can await, as it was written or as it will be. */
export function canWait({ kind, colour }: CodeUnit): boolean {
  return kind === "module" || kind === "async" || kind === "asyncGenerator" || colour > 0;
}

/** Whether the unit becomes async: it was not written so. */
export function becomesAsync({ kind, colour }: CodeUnit): boolean {
  return colour > 0 && (kind === "plain" || kind === "generator");
}

/** Whether what the site gives may be a promise that was kept from being awaited. */
export function givesKept({ targets, guesses, ordered, standIn }: CallSite): boolean {
  const inner = standIn === undefined && ordered ? [...ordered.targets, ...ordered.guesses] : [];
  return [...targets, ...guesses, ...inner].some(({ keepsPromise }) => keepsPromise);
}
