import { CheckTree, Registry } from "@breakwater/metrics";
import type { RunControl, RunState } from "../run-control.ts";

/** A run that only remembers what was asked of it. */
export interface FakeControl extends RunControl {
  readonly checks: CheckTree;
  readonly calls: readonly string[];
  /** Changes what `state()` says. */
  set(change: Partial<RunState>): void;
  /** What setup() and teardown() throw from now on. */
  failWith(error: Error): void;
}

export function fakeControl(): FakeControl {
  const registry = new Registry();
  const checks = new CheckTree({ maxNames: 100 });
  const calls: string[] = [];
  let setupData: string | undefined;
  let failure: Error | undefined;
  let state: RunState = {
    stage: "running",
    isPaused: false,
    isStopped: false,
    elapsedMs: 2000,
    vusActive: 3,
    vusInitialized: 5,
    tainted: new Set(),
  };
  const call = async (name: string): Promise<void> => {
    calls.push(name);
    if (failure !== undefined) throw failure;
  };
  return {
    registry,
    checks,
    calls,
    rootGroup: () => checks.toRootGroup((path) => `id of ${path}`),
    state: () => state,
    set: (change) => {
      state = { ...state, ...change };
    },
    failWith: (error) => {
      failure = error;
    },
    resume: () => {
      calls.push("resume");
      state = { ...state, isPaused: false };
    },
    stop: () => {
      calls.push("stop");
      state = { ...state, isStopped: true };
    },
    setupData: () => setupData,
    setSetupData: (json) => {
      setupData = json;
    },
    runSetup: async () => {
      await call("setup");
      setupData = '{"made":1}';
    },
    runTeardown: () => call("teardown"),
  };
}
