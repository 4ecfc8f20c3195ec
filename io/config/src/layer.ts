/** What one source sets. */
export interface Layer {
  /** By the settings' keys. */
  readonly values: ReadonlyMap<string, GivenValue>;
  readonly mistakes: readonly string[];
}

export interface GivenValue {
  readonly value: unknown;
  /** "flag --port", "environment PORT", "file app.yaml key port". */
  readonly origin: string;
}
