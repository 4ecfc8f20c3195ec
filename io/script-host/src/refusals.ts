/** The first thing that a plugin could not do: Bun's own messages do not say where it stood. */
export interface Refusals {
  first: Error | undefined;
}
