/** A check's outcome as k6's summary has it. */
export interface CheckResult {
  readonly name: string;
  /** The names from the root down, "::" before each. */
  readonly path: string;
  /** MD5 of the path, in hex. */
  readonly id: string;
  readonly passes: number;
  readonly fails: number;
}

export interface GroupResult {
  readonly name: string;
  readonly path: string;
  readonly id: string;
  readonly groups: readonly GroupResult[];
  readonly checks: readonly CheckResult[];
}

/** What was counted since the last drain, for JSON. */
export type CheckSnapshot = readonly {
  readonly path: string;
  readonly checks: readonly (readonly [name: string, passes: number, fails: number])[];
}[];

/**
 * Counts the checks of each group. The names come from the script and may be made up as it goes
 * ("status of item 17"), so there is a limit; what is beyond it is counted together.
 */
export class CheckTree {
  readonly #groups = new Map<string, Map<string, Count>>([["", new Map()]]);
  /** Paths that a drain has told of. */
  readonly #announced = new Set<string>();
  readonly #maxNames: number;
  #names = 0;

  constructor({ maxNames }: { readonly maxNames: number }) {
    this.#maxNames = maxNames;
  }

  /** `groupPath` is "" for the root, or the names from the root down, "::" before each. */
  add(groupPath: string, checkName: string, passed: boolean): void {
    const count = this.#groups.get(groupPath)?.get(checkName) ?? this.#count(groupPath, checkName);
    if (passed) count.passes += 1;
    else count.fails += 1;
  }

  /** Makes the group known: it is in the summary even when it has no checks. */
  addGroup(path: string): void {
    this.#group(path);
  }

  /**
   * Gives what was counted since the last drain, and the groups new since; then starts from zero.
   */
  drain(): CheckSnapshot {
    const snapshot: CheckSnapshot[number][] = [];
    for (const [path, counts] of this.#groups) {
      const checks: [string, number, number][] = [];
      for (const [name, count] of counts) {
        if (count.passes + count.fails > 0) checks.push([name, count.passes, count.fails]);
        Object.assign(count, { passes: 0, fails: 0 });
      }
      if (checks.length > 0 || !this.#announced.has(path)) snapshot.push({ path, checks });
      this.#announced.add(path);
    }
    return snapshot;
  }

  merge(snapshot: CheckSnapshot): void {
    for (const { path, checks } of snapshot) {
      this.#group(path);
      for (const [name, passes, fails] of checks) {
        const count = this.#groups.get(path)?.get(name) ?? this.#count(path, name);
        count.passes += passes;
        count.fails += fails;
      }
    }
  }

  /** k6's `root_group`. The MD5 comes from outside since this package has none. */
  toRootGroup(md5: (text: string) => string): GroupResult {
    const children = Map.groupBy(this.#groups.keys(), parent);
    const toGroup = (path: string): GroupResult => ({
      name: lastName(path),
      path,
      id: md5(path),
      groups: (children.get(path) ?? []).map(toGroup),
      checks: [...(this.#groups.get(path) ?? [])].map(([name, { passes, fails }]) => {
        const checkPath = `${path}::${name}`;
        return { name, path: checkPath, id: md5(checkPath), passes, fails };
      }),
    });
    return toGroup("");
  }

  #count(groupPath: string, checkName: string): Count {
    const group = this.#group(groupPath);
    const known = group?.get(checkName);
    if (known !== undefined) return known;
    const hasRoom = group !== undefined && this.#names < this.#maxNames;
    if (hasRoom) this.#names += 1;
    const home = hasRoom ? group : this.#groups.get("")!;
    const name = hasRoom ? checkName : `(groups and checks beyond the first ${this.#maxNames})`;
    const count = home.get(name) ?? { passes: 0, fails: 0 };
    home.set(name, count);
    return count;
  }

  /** Makes it and those around it, as long as there is room. */
  #group(path: string): Map<string, Count> | undefined {
    const known = this.#groups.get(path);
    if (known !== undefined) return known;
    if (this.#group(parent(path) ?? "") === undefined) return undefined;
    if (this.#names >= this.#maxNames) return undefined;
    this.#names += 1;
    const made = new Map<string, Count>();
    this.#groups.set(path, made);
    return made;
  }
}

interface Count {
  passes: number;
  fails: number;
}

/** `undefined` for the root, which is "". */
function parent(path: string): string | undefined {
  return path === "" ? undefined : path.slice(0, Math.max(0, path.lastIndexOf("::")));
}

const lastName = (path: string) => (path === "" ? "" : path.slice(path.lastIndexOf("::") + 2));
