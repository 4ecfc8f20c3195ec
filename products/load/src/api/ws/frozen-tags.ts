import type { TagSource } from "@breakwater/metrics";
import type { VuTags } from "../../measure/sample-tags.ts";

type TagMap = Readonly<Record<string, string>>;

/**
 * The tags of what lasts longer than a call, a WebSocket or a stream (load.md 1.6): with the group
 * that the script was in when it began.
 */
export class FrozenTags implements TagSource {
  readonly #vu: VuTags;
  readonly #group: string;
  readonly #own: TagMap | undefined;
  /** What k6 sets itself, over the script's. */
  readonly #system: Record<string, string>;

  constructor(vu: VuTags, own: TagMap | undefined, system: TagMap) {
    this.#vu = vu;
    this.#group = vu.group;
    this.#own = own;
    this.#system = { ...system };
  }

  set(name: string, value: string): void {
    this.#system[name] = value;
  }

  tag(name: string): string | undefined {
    const own = this.#system[name] ?? this.#own?.[name];
    return own ?? (name === "group" ? this.#group : this.#vu.tag(name));
  }

  all(): TagMap {
    return { ...this.#vu.all(), group: this.#group, ...this.#own, ...this.#system };
  }
}
