import type { LimiterSnapshot } from "@breakwater/admission";
import type { Variant } from "./scene.ts";
import { type Stage, sceneName } from "./stage.ts";

/** A test's hands on one scene: a client of its handler, and its control. */
export class SceneClient {
  readonly #url: string;
  readonly #controlUrl: string;

  constructor(stage: Stage, of: { readonly adapter: string; readonly variant: Variant }) {
    const name = sceneName(of.adapter, of.variant);
    this.#url = `http://127.0.0.1:${stage.ports[name]}`;
    this.#controlUrl = `http://127.0.0.1:${stage.controlPort}/${name}`;
  }

  get(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.#url + path, init);
  }

  async snapshot(): Promise<LimiterSnapshot> {
    const response = await fetch(`${this.#controlUrl}/snapshot`);
    return (await response.json()) as LimiterSnapshot;
  }

  /** Lets those go on who wait, once there is one. */
  async go(): Promise<void> {
    for (;;) {
      const response = await fetch(`${this.#controlUrl}/go`);
      if ((await response.json()) !== 0) return;
    }
  }

  /** Once the limiter's state is so. */
  async until(isSo: (snapshot: LimiterSnapshot) => boolean): Promise<LimiterSnapshot> {
    for (;;) {
      const snapshot = await this.snapshot();
      if (isSo(snapshot)) return snapshot;
    }
  }

  untilIdle(): Promise<LimiterSnapshot> {
    return this.until(({ inFlight, queued }) => inFlight + queued === 0);
  }

  /** Starts a request that keeps its permit, and says when it has got it. */
  async hold(path: string): Promise<{ answer: Promise<Response>; abort: () => void }> {
    const { inFlight, queued } = await this.snapshot();
    const controller = new AbortController();
    const answer = this.get(path, { signal: controller.signal });
    answer.catch(() => {});
    await this.until((now) => now.inFlight + now.queued > inFlight + queued);
    return { answer, abort: () => controller.abort() };
  }
}
