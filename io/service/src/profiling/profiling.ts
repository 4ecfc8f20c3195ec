import { Session } from "node:inspector/promises";
import type { Clock } from "@breakwater/clock";
import { type Exchange, type Handler, refuse, router } from "@breakwater/http-server";

/** An hour. */
const MAX_PROFILE_SECONDS = 3600;
const DEFAULT_SECONDS = 30;

const index = `CPU and heap profiles of this process; Chrome's developer tools open both.

/debug/pprof/profile?seconds=30   .cpuprofile: what the processor does from now on
/debug/pprof/heap                 .heapsnapshot: what is in JavaScript's heap
`;

export interface ProfilingTools {
  /** What the files are called: "origin" for origin.cpuprofile. */
  readonly name: string;
  readonly clock: Clock;
  /** What is in the heap now, as Chrome's developer tools read it. */
  readonly heapSnapshot: () => string;
}

/** Answers requests for profiles, at the paths of Go's net/http/pprof. */
export function profiling({ name, clock, heapSnapshot }: ProfilingTools): Handler {
  let isProfiling: boolean = false;
  const profile = async (exchange: Exchange): Promise<void> => {
    const text = new URLSearchParams(exchange.request.query).get("seconds") ?? `${DEFAULT_SECONDS}`;
    const seconds = Number(text);
    if (!(seconds > 0 && seconds <= MAX_PROFILE_SECONDS)) {
      const wanted = `it must be a number above 0 and up to ${MAX_PROFILE_SECONDS}`;
      return refuse(exchange, 400, `Cannot profile for ${JSON.stringify(text)} seconds: ${wanted}`);
    }
    if (isProfiling) {
      return refuse(exchange, 409, "Cannot profile twice at once: wait for the profile under way");
    }
    isProfiling = true;
    try {
      const body = await cpuProfile(exchange, clock, seconds * 1000);
      respondFile(exchange, `${name}.cpuprofile`, body);
    } finally {
      isProfiling = false;
    }
  };
  return router({
    routes: {
      "/debug/pprof/profile": profile,
      "/debug/pprof/heap": (exchange) => {
        respondFile(exchange, `${name}.heapsnapshot`, heapSnapshot());
      },
    },
    fallback: (exchange) =>
      exchange.respond({
        status:
          exchange.request.path === "/" || exchange.request.path === "/debug/pprof/" ? 200 : 404,
        fields: [["content-type", "text/plain; charset=utf-8"]],
        body: index,
      }),
  });
}

/** Profiles so long, or until the client has gone. */
async function cpuProfile(exchange: Exchange, clock: Clock, ms: number): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.start");
    await new Promise<void>((resolve) => {
      const cancel = clock.at(clock.nowMs() + ms, resolve);
      exchange.onAbort(() => {
        cancel();
        resolve();
      });
    });
    const { profile } = await session.post("Profiler.stop");
    return JSON.stringify(profile);
  } finally {
    session.disconnect();
  }
}

function respondFile(exchange: Exchange, name: string, body: string): void {
  exchange.respond({
    status: 200,
    fields: [
      ["content-type", "application/json"],
      ["content-disposition", `attachment; filename="${name}"`],
    ],
    body,
  });
}
