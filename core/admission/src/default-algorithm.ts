import type { LimitAlgorithm } from "./algorithm.ts";
import { type PlateauOptions, plateau } from "./algorithms/plateau.ts";
import { type WindowOptions, windowed } from "./windowed.ts";

export interface DefaultAlgorithmOptions extends PlateauOptions {
  readonly window?: WindowOptions | undefined;
}

/**
 * What a limiter takes unless it is told otherwise: plateau() in windows, in which one answer in
 * twenty may be a drop, since a few fail everywhere and always.
 */
export function defaultAlgorithm(options: DefaultAlgorithmOptions = {}): LimitAlgorithm {
  const { window } = options;
  return windowed(plateau(options), { ...window, dropTolerance: window?.dropTolerance ?? 0.05 });
}
