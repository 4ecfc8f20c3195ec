/**
 * k6's http.expectedStatuses(): which answers do not count as failed. Only what this makes is a
 * response callback.
 */
export class ExpectedStatuses {
  readonly #ranges: readonly StatusRange[];

  /** @throws TypeError for what is neither an integer nor a range of them */
  constructor(statuses: readonly unknown[]) {
    if (statuses.length === 0) {
      throw new TypeError(`Cannot expect no status: give ${wanted}`);
    }
    this.#ranges = statuses.map(toRange);
  }

  has(status: number): boolean {
    return this.#ranges.some(({ min, max }) => min <= status && status <= max);
  }
}

/** What counts as expected where a script says nothing: k6's 200 to 399. */
export const usualStatuses: ExpectedStatuses = new ExpectedStatuses([{ min: 200, max: 399 }]);

/** Reads a response callback as scripts give it; null for none. */
export function parseResponseCallback(given: unknown): ExpectedStatuses | null {
  if (given === null || given === undefined) return null;
  if (given instanceof ExpectedStatuses) return given;
  throw new TypeError(
    `Cannot use ${typeof given} as a response callback: give http.expectedStatuses(…) or null`,
  );
}

interface StatusRange {
  readonly min: number;
  readonly max: number;
}

const wanted = "integers, or objects such as { min: 200, max: 299 }";

function toRange(status: unknown): StatusRange {
  if (typeof status === "number" && Number.isInteger(status)) return { min: status, max: status };
  const { min, max } = Object(status) as Partial<StatusRange>;
  if (Number.isInteger(min) && Number.isInteger(max)) return { min: min!, max: max! };
  throw new TypeError(`Cannot expect the status ${JSON.stringify(status)}: give ${wanted}`);
}
