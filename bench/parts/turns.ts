import { median } from "../verdict.ts";

/** One after another, in the other order every second round: A B, B A, A B … */
export async function takeTurns<T>(
  contestants: readonly (() => Promise<T>)[],
  rounds: number,
): Promise<readonly (readonly T[])[]> {
  const all: T[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...contestants.keys()];
    if (round % 2 === 1) order.reverse();
    for (const index of order) all[index]!.push(await contestants[index]!());
  }
  return all;
}

/** The middle one of a figure. */
export function medianOf<T>(turns: readonly T[], figure: (turn: T) => number): number {
  return turns.length === 0 ? Number.NaN : median(turns.map(figure));
}

/** The middle one of the rounds' ratios: a machine changes more between rounds than within one. */
export function medianRatio<T>(
  ours: readonly T[],
  theirs: readonly T[],
  figure: (turn: T) => number,
): number {
  const ratios = ours.flatMap((turn, round) => {
    const other = theirs[round];
    return other === undefined ? [] : [figure(turn) / figure(other)];
  });
  return ratios.length === 0 ? Number.NaN : median(ratios);
}
