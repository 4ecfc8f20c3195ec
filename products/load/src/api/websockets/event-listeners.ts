import type { VuContext } from "../../vu/vu-context.ts";
import { callInTurn } from "../ws/call-in-turn.ts";

export type EventName = "open" | "message" | "error" | "close" | "ping" | "pong";

export type Listener = (event: unknown) => unknown;

const names: readonly string[] = ["open", "message", "error", "close", "ping", "pong"];

export function isEventName(name: string): name is EventName {
  return names.includes(name);
}

/** The listeners of one WebSocket: of each event the on… property's first. */
export class EventListeners {
  readonly #on = new Map<EventName, Listener>();
  readonly #added = new Map<EventName, Listener[]>();

  getOn(name: EventName): Listener | null {
    return this.#on.get(name) ?? null;
  }

  /** null and undefined take it away. @throws TypeError for what else is no function */
  setOn(name: EventName, listener: unknown): void {
    if (listener === null || listener === undefined) {
      this.#on.delete(name);
      return;
    }
    if (typeof listener !== "function") {
      throw new TypeError(`Cannot use ${String(listener)} as on${name}: give a function`);
    }
    this.#on.set(name, listener as Listener);
  }

  add(name: EventName, listener: Listener): void {
    const added = this.#added.get(name);
    if (added) added.push(listener);
    else this.#added.set(name, [listener]);
  }

  /** Calls one after the other; what there is to wait for, if there is. Throws what they throw. */
  call(vu: VuContext, name: EventName, event: unknown): Promise<void> | undefined {
    const on = this.#on.get(name);
    const added = this.#added.get(name) ?? [];
    let waiting: Promise<void> | undefined;
    for (const listener of on ? [on, ...added] : [...added]) {
      const call = (): Promise<void> | undefined => callInTurn(vu, () => listener(event));
      waiting = waiting === undefined ? call() : waiting.then(call);
    }
    return waiting;
  }
}
