import { mostVusHere, type Plan } from "./plan.ts";

/** Beside its connections a process has its program, its streams and its results open. */
const OWN_FILES = 64;

/**
 * What is wrong with the number of VUs, if anything: each has a connection, and every connection
 * is an open file. Better said before the start than as failed requests in the middle.
 */
export function fileLimitProblem(
  plan: Plan,
  workers: number,
  openFileLimit: number | undefined,
): string | undefined {
  if (openFileLimit === undefined) return undefined;
  const vus = mostVusHere(plan).reduce((sum, count) => sum + count, 0);
  const needed = Math.ceil(vus / workers) + OWN_FILES;
  if (needed <= openFileLimit) return undefined;
  return (
    `Cannot run ${vus} VUs: each needs a connection, and this process may open ` +
    `${openFileLimit} files; raise the limit with "ulimit -n ${needed}" or use fewer VUs`
  );
}
