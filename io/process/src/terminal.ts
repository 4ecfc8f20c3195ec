export type OutputStream = "stdout" | "stderr";

/** Whether someone is looking: only then are colours and a progress line any use. */
export function isTerminal(stream: OutputStream): boolean {
  return process[stream].isTTY === true;
}

/** In columns, as it is now: users resize. `undefined` when the stream is not a terminal. */
export function terminalWidth(stream: OutputStream): number | undefined {
  // A terminal that does not know its width (a serial line) says 0.
  return process[stream].columns || undefined;
}
