const DEADLINE_EXCEEDED = 4;

/** Without where the time went: the same for all calls that took too long, in Go's words. */
export function detailsOf(code: number, details: string): string {
  return code === DEADLINE_EXCEEDED && details.startsWith("Deadline exceeded after")
    ? "context deadline exceeded"
    : details;
}
