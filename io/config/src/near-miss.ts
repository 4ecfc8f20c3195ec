/** The one of `names` that somebody who wrote `given` may have meant. */
export function tryNearMiss(given: string, names: Iterable<string>): string | undefined {
  const plainGiven = plain(given);
  let best: string | undefined;
  // A third of the letters may be wrong: more of them, and the suggestion is a guess.
  let fewest = Math.floor(plainGiven.length / 3) + 1;
  for (const name of names) {
    const mistakes = distance(plainGiven, plain(name), fewest);
    if (mistakes >= fewest) continue;
    best = name;
    fewest = mistakes;
  }
  return best;
}

/** ", did you mean X?", or nothing. */
export function didYouMean(given: string, names: Iterable<string>): string {
  const near = tryNearMiss(given, names);
  return near === undefined ? "" : `: did you mean ${near}?`;
}

/** max_open, max-open and maxOpen are the same to a person. */
const plain = (name: string) => name.slice(0, 100).toLowerCase().replaceAll(/[-_]/g, "");

/** Letters to change, add, leave out or swap with the next one, or `limit` when it is as many. */
function distance(from: string, to: string, limit: number): number {
  if (Math.abs(from.length - to.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const change = row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      next[j] = Math.min(change, row[j]! + 1, next[j - 1]! + 1);
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    before = row;
    row = next;
  }
  return Math.min(limit, row[to.length]!);
}
