import { toPlan } from "../plan/to-plan.ts";
import { withRate } from "../plan/url-mode.ts";
import { userAgent } from "../version.ts";
import type { Engine, EngineJob } from "./engine.ts";

const WARM_UP_MS = 300;
const WARM_UP_RATE = "20000/s";

const answer = Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

/**
 * Loads a listener in this process for a moment, so that the JIT has compiled the way from due
 * time to metric before the first iteration is due. Cold, the first 0.2 s of 30,000/s start up to
 * 30 ms late, and a target would be blamed for it. Nothing of it is reported.
 */
export async function warmUp(start: (job: EngineJob) => Engine): Promise<void> {
  const listener = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: { data: (socket) => void socket.write(answer) },
  });
  try {
    const options = withRate({ duration: WARM_UP_MS, vus: 64 }, WARM_UP_RATE, undefined);
    const engine = start({
      plan: toPlan(options, { userAgent }),
      workload: {
        kind: "url",
        url: `http://127.0.0.1:${listener.port}/`,
        method: "GET",
        headers: [],
        body: undefined,
        timeoutMs: 1000,
      },
      worker: 0,
      workers: 1,
      caPem: undefined,
      proxies: {},
      sampling: undefined,
      isWarmUp: true,
    });
    await engine.ready;
    engine.go(undefined);
    await engine.done;
  } finally {
    listener.stop(true);
  }
}
