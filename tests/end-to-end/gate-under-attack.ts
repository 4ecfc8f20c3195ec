import { type Ended, start } from "./bw.ts";

/** A part of what /status says. */
export interface GateState {
  readonly limiter: {
    readonly inFlight: number;
    readonly queued: number;
    readonly doubleReleases: number;
  };
  readonly upstream: readonly { readonly connections: { readonly busy: number } }[];
}

export interface GateUnderAttack {
  readonly port: number;
  /** Without the slash at its end. */
  readonly url: string;
  status(): Promise<GateState>;
  until(isSo: (now: GateState) => boolean): Promise<void>;
  /** Nobody has a place, or waits for one. */
  settled(): Promise<void>;
  stop(): Promise<Ended>;
}

/** `bw gate` on free ports, in front of a service of this machine. */
export async function gateUnderAttack(
  args: readonly string[],
  servicePort: number,
): Promise<GateUnderAttack> {
  const places = ["--host", "127.0.0.1", "--port", "0", "--metrics-port", "0"];
  const upstream = ["--upstream", `http://127.0.0.1:${servicePort}`];
  const run = start(["gate", ...places, ...upstream, ...args]);
  const said = await run.until("stdout", /Metrics at \S+/);
  const url = /Listening on (\S+)\/ for/.exec(said)?.[1] ?? said;
  const side = /Metrics at (\S+)\/metrics/.exec(said)?.[1] ?? said;
  const status = async (): Promise<GateState> =>
    (await (await fetch(`${side}/status`)).json()) as GateState;
  const until = async (isSo: (now: GateState) => boolean): Promise<void> => {
    while (!isSo(await status()));
  };
  return {
    port: Number(new URL(url).port),
    url,
    status,
    until,
    settled: () => until(({ limiter }) => limiter.inFlight === 0 && limiter.queued === 0),
    stop: () => {
      run.kill("SIGTERM");
      return run.ended;
    },
  };
}
