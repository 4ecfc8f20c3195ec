import type { LoadIo } from "../io.ts";
import type { RunControl } from "./run-control.ts";

/** The REST API, where it was asked for. Throws a RunError, exit code 106, where it cannot be. */
export async function openRest(
  address: string | undefined,
  control: RunControl,
  { clock }: Pick<LoadIo, "clock">,
  onTrouble: (line: string) => void,
): Promise<AsyncDisposable | undefined> {
  if (address === undefined) return undefined;
  const { serveRest } = await import("./serve-rest.ts");
  const onError = (error: unknown): void => onTrouble(`The REST API failed: ${String(error)}`);
  const server = serveRest({ address, control, clock, onError });
  return { [Symbol.asyncDispose]: () => server.stop({ graceMs: 0 }) };
}
