/** Results that could not be written. A run goes on without them, but its exit code shows it. */
export interface Losses {
  readonly hasAny: boolean;
  /** Several workers write one file: the same loss is told once. */
  readonly tell: (message: string) => void;
}

export function losses(write: (level: "error", line: string) => void): Losses {
  const told = new Set<string>();
  return {
    get hasAny() {
      return told.size > 0;
    },
    tell: (message) => {
      if (!told.has(message)) write("error", message);
      told.add(message);
    },
  };
}
