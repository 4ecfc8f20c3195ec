/** What is to be loaded: one URL over and over, or what a script does. */
export type LoadTarget =
  | {
      readonly kind: "url";
      readonly url: string;
      readonly method: string;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: string | undefined;
      /** k6's duration; 60 s when not given. */
      readonly timeout: string | undefined;
    }
  | {
      readonly kind: "script";
      readonly path: string;
      /** The script's text when it came by standard input. */
      readonly source: string | undefined;
    };

/** `bw run` as it was asked for: the words are read, the values not yet checked. */
export interface LoadRequest {
  readonly target: LoadTarget;
  /** Options of the command line, in the shape of k6's `options`; they win over the script's. */
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly rate: string | undefined;
  readonly maxVus: number | undefined;
  /** The script's __ENV. */
  readonly env: Readonly<Record<string, string>>;
  readonly workers: number | "auto";
  readonly caFile: string | undefined;
  /** `json=FILE`, as k6 writes it. */
  readonly outputs: readonly string[];
  readonly summaryExport: string | undefined;
  readonly summaryMode: "compact" | "full" | "disabled";
  readonly noThresholds: boolean;
  readonly hasColor: boolean;
  /** No progress line. */
  readonly isQuiet: boolean;
}
