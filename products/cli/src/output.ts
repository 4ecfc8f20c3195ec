type Stream = "stdout" | "stderr";

/** What this process says on its standard streams. */
export interface Output {
  readonly write: (stream: Stream, text: string | Uint8Array) => void;
  /** Waits until all of it has arrived; false when stdout could not take it. */
  readonly flush: () => Promise<boolean>;
}

/**
 * A pipe takes 64 kB at once and the rest when its reader gets there: whoever ends the process must
 * have waited for that. Only the callback of each write tells.
 */
export function output(): Output {
  const underWay = new Set<Promise<void>>();
  let problem: Error | undefined;
  // Without a listener an error would be thrown; the callback is told of it, too.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});

  const write = (stream: Stream, text: string | Uint8Array): void => {
    const { promise, resolve } = Promise.withResolvers<void>();
    underWay.add(promise);
    process[stream].write(text, (error) => {
      // A reader that has seen enough (`| head`) has lost nothing.
      const isLost = stream === "stdout" && error && "code" in error && error.code !== "EPIPE";
      if (isLost) problem ??= error;
      underWay.delete(promise);
      resolve();
    });
  };
  return {
    write,
    flush: async () => {
      await Promise.all(underWay);
      if (problem === undefined) return true;
      write("stderr", `error: Cannot write to standard output: ${problem.message}\n`);
      await Promise.all(underWay);
      return false;
    },
  };
}
