import { Interrupted } from "../../vu/activity.ts";
import type { InstanceCounts, ScenarioState } from "../../vu/test-context.ts";
import type { Iteration } from "../../vu/virtual-user.ts";
import type { VuContext } from "../../vu/vu-context.ts";
import { metadataObject, tagsObject } from "./vu-tags-object.ts";

/**
 * k6/execution as one VU sees it. What its parts have are getters of their own, so that scripts can
 * print them; a part is made when it is first asked for, as there may be thousands of VUs. A script
 * takes them out while it is loaded (`import { scenario }`): only their fields need a function that
 * runs.
 */
export class Execution {
  readonly #vu: VuContext;
  #scenario: object | undefined;
  #instance: object | undefined;
  #test: object | undefined;
  #vuInfo: object | undefined;

  constructor(vu: VuContext) {
    this.#vu = vu;
  }

  get scenario(): object {
    this.#scenario ??= scenarioOf(this.#vu);
    return this.#scenario;
  }
  get instance(): object {
    this.#instance ??= instanceOf(this.#vu);
    return this.#instance;
  }
  get test(): object {
    this.#test ??= testOf(this.#vu);
    return this.#test;
  }
  get vu(): object {
    this.#vuInfo ??= vuOf(this.#vu);
    return this.#vuInfo;
  }
}

function assertRuns({ activity }: VuContext, what: string): void {
  if (!activity.isLoading) return;
  const advice = "nothing runs yet; read it in default(), setup() or teardown()";
  throw new TypeError(`Cannot read exec.${what}: ${advice}`);
}

function scenarioOf(vu: VuContext): object {
  const iteration = (): Iteration => {
    assertRuns(vu, "scenario");
    if (vu.iteration) return vu.iteration;
    throw new TypeError(
      "Cannot read exec.scenario: no scenario runs here; read it in its function",
    );
  };
  const state = (): ScenarioState => {
    const { name } = iteration().scenario;
    const found = vu.test.scenario(name);
    if (found) return found;
    throw new TypeError(`Cannot read exec.scenario: the scenario ${name} does not run`);
  };
  return {
    get name() {
      return iteration().scenario.name;
    },
    get executor() {
      return iteration().scenario.executor;
    },
    get startTime() {
      return state().startTime;
    },
    get progress() {
      return state().progress;
    },
    get iterationInInstance() {
      return iteration().indexInInstance;
    },
    get iterationInTest() {
      return iteration().indexInTest;
    },
  };
}

function instanceOf(vu: VuContext): object {
  const counts = (): InstanceCounts => {
    assertRuns(vu, "instance");
    return vu.test.counts();
  };
  return {
    get currentTestRunDuration() {
      return counts().elapsedMs;
    },
    get iterationsCompleted() {
      return counts().iterationsCompleted;
    },
    get iterationsInterrupted() {
      return counts().iterationsInterrupted;
    },
    get vusActive() {
      return counts().vusActive;
    },
    get vusInitialized() {
      return counts().vusInitialized;
    },
  };
}

function testOf(vu: VuContext): object {
  return {
    /** Ends the whole test, and this VU's function at once. */
    abort: (reason?: unknown): never => {
      // The iteration counts as complete, as in k6; the test's end would interrupt it.
      vu.activity.end();
      vu.test.abort(withReason("test aborted", reason));
      throw new Interrupted();
    },
    /** The test goes on, and has failed. */
    fail: (reason?: unknown): void => {
      assertRuns(vu, "test.fail");
      vu.test.fail(withReason("test marked as failed", reason));
    },
    get options() {
      assertRuns(vu, "test.options");
      return vu.test.shared("k6/execution", "options", () => freezeAll(vu.test.options));
    },
  };
}

function withReason(what: string, reason: unknown): string {
  return reason === undefined || reason === null ? what : `${what}: ${String(reason)}`;
}

function freezeAll<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  for (const key in value) freezeAll(value[key]);
  return Object.freeze(value);
}

function vuOf(vu: VuContext): object {
  const tags = tagsObject(vu.tags);
  const metadata = metadataObject(vu.tags);
  const metrics = Object.freeze({ tags, metadata });
  const running = (): VuContext => {
    assertRuns(vu, "vu");
    return vu;
  };
  return {
    get idInInstance() {
      return running().idInInstance;
    },
    get idInTest() {
      return running().idInTest;
    },
    // Outside of scenarios, in setup() say, k6 gives 0.
    get iterationInInstance() {
      return Math.max(0, running().iterationInInstance);
    },
    get iterationInScenario() {
      return Math.max(0, running().iterationInScenario);
    },
    get tags() {
      running();
      return tags;
    },
    get metrics() {
      running();
      return metrics;
    },
  };
}
