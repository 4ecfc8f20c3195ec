/** What is called on a SIGINT (Ctrl-C) or SIGTERM. */
export interface StopSignalHandlers {
  /** Asked to stop: finish what runs, then report. */
  readonly first: (signal: NodeJS.Signals) => void;
  /** Asked again: end at once. Called for each one after the first. */
  readonly second: (signal: NodeJS.Signals) => void;
}

const STOP_SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * One request can arrive several times: `timeout`, npm and supervisors signal the process and its
 * group. Nobody presses Ctrl-C twice within this time.
 */
const SAME_REQUEST_MS = 100;

/** Takes over the stop signals until it is disposed of. */
export function onStopSignals(handlers: StopSignalHandlers): Disposable {
  const listener = stopListener(handlers, () => performance.now());
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  return {
    [Symbol.dispose]: () => {
      for (const signal of STOP_SIGNALS) process.off(signal, listener);
    },
  };
}

/** The rule without the process: which signal, at which time, is a first or a second one. */
export function stopListener(
  { first, second }: StopSignalHandlers,
  nowMs: () => number,
): (signal: NodeJS.Signals) => void {
  let firstMs: number | undefined;
  return (signal) => {
    const signalMs = nowMs();
    if (firstMs === undefined) {
      firstMs = signalMs;
      first(signal);
    } else if (signalMs - firstMs >= SAME_REQUEST_MS) {
      second(signal);
    }
  };
}
