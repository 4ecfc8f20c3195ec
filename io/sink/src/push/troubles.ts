/** Tells of a receiver's failures: of the first as it comes, of all at the end. */
export interface Troubles {
  /** Something was not taken. */
  failed(why: string, lost: number): void;
  /** Something was left out before it was sent. */
  dropped(why: string, lost: number): void;
  close(): void;
}

/** `where` and `what` are for sentences: "http://…", "samples". */
export function troubles(
  { where, what }: { readonly where: string; readonly what: string },
  tell: (message: string) => void,
): Troubles {
  const told = new Set<string>();
  let lost = 0;
  const tellOnce = (kind: string, message: string): void => {
    if (!told.has(kind)) tell(message);
    told.add(kind);
  };
  return {
    failed: (why, count) => {
      lost += count;
      tellOnce("failed", `Cannot send ${what} to ${where}: ${why}; the run goes on without`);
    },
    dropped: (why, count) => {
      lost += count;
      tellOnce("dropped", `Cannot send all ${what} to ${where}: ${why}; the rest is dropped`);
    },
    close: () => {
      if (lost > 0) tell(`${lost} ${what} in all did not get to ${where}`);
      lost = 0;
    },
  };
}
