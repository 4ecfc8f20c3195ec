/**
 * What setup() returned, for the VUs of a process: each gets a copy of its own, as in k6, so that
 * one cannot change another's. Text is shared, since nobody can change that: a file of 100 kB in it
 * is there once, and not for each of 5,000 VUs.
 */
export class SetupData {
  #value: unknown;

  /** As JSON; undefined when setup() returned nothing. */
  set(json: string | undefined): void {
    this.#value = json === undefined ? undefined : JSON.parse(json);
  }

  copy(): unknown {
    return copyOf(this.#value);
  }
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Record<string, unknown> = {};
  for (const [key, part] of Object.entries(value)) {
    // "__proto__" is a key like any other in JSON.
    const own = { value: copyOf(part), writable: true, enumerable: true, configurable: true };
    if (key === "__proto__") Object.defineProperty(copy, key, own);
    else copy[key] = own.value;
  }
  return copy;
}
