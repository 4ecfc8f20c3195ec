/**
 * What the compiler must know of one module that the host provides. All names are of its exports;
 * what its default export has is found under the same names.
 */
export interface ApiSurface {
  /** What can be imported by name. */
  readonly names: readonly string[];
  /** Whether there is a default export. */
  readonly hasDefault: boolean;
  /** Functions that give a promise where k6's hold the script up: "get", "sleep". */
  readonly blocking?: readonly string[];
  /** Functions that give a promise only when a function that they are given does: "check". */
  readonly calling?: readonly string[];
  /**
   * Methods, by name alone, of objects that the module makes and that hold the script up:
   * "submitForm", "invoke".
   */
  readonly blockingMethods?: readonly string[];
  /** The same for methods that call what they are given: "each". */
  readonly callingMethods?: readonly string[];
}
