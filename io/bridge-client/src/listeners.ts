/** Who wants to hear of something. */
export class Listeners<Event extends readonly unknown[]> {
  readonly #listeners = new Set<(...event: Event) => void>();

  /** Gives what takes the listener back. One that is added twice is told twice. */
  add(listener: (...event: Event) => void): () => void {
    const own = (...event: Event) => listener(...event);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  tell(...event: Event): void {
    for (const listener of [...this.#listeners]) listener(...event);
  }

  clear(): void {
    this.#listeners.clear();
  }
}
