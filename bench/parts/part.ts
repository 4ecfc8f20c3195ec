/** A chapter of a page such as bench/STORAGE.md. */
export interface Part<Options> {
  readonly name: string;
  readonly title: string;
  /** Its Markdown; a sentence where something that it needs is missing. */
  readonly measure: (options: Options) => Promise<readonly string[]>;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  // The first column is a name, the others are figures.
  const rule = head.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`);
}

export const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0);

/** "reached" or not, against what was asked for. */
export function verdict(ratio: number, atLeast: number): string {
  if (Number.isNaN(ratio)) return "not measured";
  return ratio >= atLeast ? "reached" : "**not reached**";
}
