/** How long and how much: all of it, or just enough to see that it works. */
export interface PartOptions {
  readonly rounds: number;
  readonly seconds: number;
  /** Of the one large object. */
  readonly objectBytes: number;
  readonly signal: AbortSignal;
}

/** A chapter of bench/STORAGE.md. */
export interface Part {
  readonly name: string;
  readonly title: string;
  /** Its Markdown; a sentence where something that it needs is missing. */
  readonly measure: (options: PartOptions) => Promise<readonly string[]>;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // The first column is a name, the others are figures.
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0);

/** "reached" or not, against what issue 6 asks for. */
export function verdict(ratio: number, atLeast: number): string {
  if (Number.isNaN(ratio)) return "not measured";
  return ratio >= atLeast ? "reached" : "**not reached**";
}
