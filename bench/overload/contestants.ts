/** What stands between the clients and the work: nothing, something in the process, or a gate. */
export interface Contestant {
  readonly name: string;
  /** What the service itself is started with. */
  readonly protect: "none" | "under-pressure" | "cockatiel" | "breakwater";
  /** The gate's flags, where there is one. */
  readonly gate: readonly string[] | undefined;
}

export const unprotected: Contestant = { name: "none", protect: "none", gate: undefined };

export const adaptiveGate: Contestant = { name: "bw gate", protect: "none", gate: [] };

export const inProcess: readonly Contestant[] = [
  { name: "@breakwater/admission in the process", protect: "breakwater", gate: undefined },
  { name: "cockatiel bulkhead(12, 4)", protect: "cockatiel", gate: undefined },
  { name: "@fastify/under-pressure", protect: "under-pressure", gate: undefined },
];

export function fixedGate(limit: number): Contestant {
  return { name: `bw gate --limit ${limit}`, protect: "none", gate: ["--limit", `${limit}`] };
}

/** What the service does, and the fixed limits that are tried for it. */
export interface Work {
  readonly name: "db" | "cpu";
  readonly title: string;
  readonly limits: readonly number[];
}

export const works: readonly Work[] = [
  {
    name: "db",
    title: "Ten connections, 20 ms of each for a request, no processor",
    limits: [10, 12, 14, 16, 20],
  },
  {
    name: "cpu",
    title: "2 ms of one processor for a request",
    limits: [2, 3, 4, 6, 8],
  },
];
