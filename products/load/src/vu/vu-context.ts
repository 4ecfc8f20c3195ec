import type { Clock } from "@breakwater/clock";
import type { Connections } from "@breakwater/http-client";
import type { CookieJar } from "tough-cookie";
import type { RequestCache } from "../api/http/request-cache.ts";
import type { Measure } from "../measure/measure.ts";
import type { CheckTags, HttpTags, VuTags } from "../measure/sample-tags.ts";
import type { HttpSettings } from "../plan/plan.ts";
import type { Activity } from "./activity.ts";
import type { TestContext } from "./test-context.ts";
import type { Iteration } from "./virtual-user.ts";

/** What the script's modules see of the virtual user whose they are. */
export interface VuContext {
  /** k6's __VU: from 1, unique in the whole test; 0 for what is run outside of scenarios. */
  readonly idInTest: number;
  /** From 1, unique in this process. */
  readonly idInInstance: number;
  /** k6's __ITER: how many iterations this VU has begun before this one. */
  readonly iterationInInstance: number;
  /** As the above, of the running scenario alone. */
  readonly iterationInScenario: number;
  /** undefined outside of scenarios. */
  readonly iteration: Iteration | undefined;
  readonly env: Record<string, string>;
  readonly test: TestContext;
  readonly clock: Clock;
  readonly measure: Measure;
  readonly connections: Connections;
  readonly settings: HttpSettings;
  readonly requests: RequestCache;
  readonly activity: Activity;
  readonly tags: VuTags;
  /**
   * This and the next are filled in anew for each sample: folded at once, nobody holds them longer.
   */
  readonly httpTags: HttpTags;
  readonly checkTags: CheckTags;
  /** Made when the first cookie comes: most VUs never have one. */
  jar: CookieJar | undefined;
  /** Wire bytes since they were last reported, at an iteration's end. */
  bytesSent: number;
  bytesReceived: number;
  /** When the iteration was due, for its first request alone; reading takes it. */
  takeDueMs(): number | undefined;
  /** An error that nothing in the script waits for: one in a timer's or socket's callback. */
  onThrown(error: unknown): void;
  /** A line for the person who runs the test: a request that failed, say. */
  warn(line: string): void;
}
