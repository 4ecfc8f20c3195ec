/** How many listeners a signal has. */
export function countListeners(signal: AbortSignal): { count: number } {
  const listeners = { count: 0 };
  const { addEventListener, removeEventListener } = signal;
  signal.addEventListener = (...parts: Parameters<typeof addEventListener>) => {
    listeners.count += 1;
    addEventListener.apply(signal, parts);
  };
  signal.removeEventListener = (...parts: Parameters<typeof removeEventListener>) => {
    listeners.count -= 1;
    removeEventListener.apply(signal, parts);
  };
  return listeners;
}
