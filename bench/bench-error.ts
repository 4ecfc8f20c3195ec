/** Why a bench could not be measured. */
export type BenchErrorCode =
  | "bad_argument"
  | "machine_unfit"
  | "server_not_up"
  | "run_failed"
  | "output_unreadable";

export class BenchError extends Error {
  override readonly name = "BenchError";
  readonly code: BenchErrorCode;

  constructor(code: BenchErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
