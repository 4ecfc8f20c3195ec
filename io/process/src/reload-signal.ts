/** Calls the listener on each SIGHUP, which otherwise ends the process, until it is disposed of. */
export function onReloadSignal(listener: () => void): Disposable {
  process.on("SIGHUP", listener);
  return { [Symbol.dispose]: () => void process.off("SIGHUP", listener) };
}
