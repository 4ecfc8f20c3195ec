import { expect, test } from "bun:test";
import { systemClock } from "@breakwater/system-clock";
import { fakeIo } from "../coordinator/testing/fake-io.ts";
import { scriptWorkload, urlWorkload } from "../engine/testing/engine-run.ts";
import { exitCode, RunError } from "../exit-code.ts";
import { toPlan } from "../plan/to-plan.ts";
import { caught } from "../vu/testing/test-user.ts";
import { probeTarget } from "./probe-target.ts";

const plan = toPlan({}, { userAgent: "test" });
const io = fakeIo({ clock: systemClock() });

test("a target that can be reached is sent nothing", async () => {
  let requests = 0;
  await using server = Bun.serve({
    port: 0,
    fetch: () => {
      requests += 1;
      return new Response();
    },
  });
  await probeTarget({ workload: urlWorkload(server.url), plan, caPem: undefined, proxies: {} }, io);
  expect(requests).toBe(0);
});

test("one that cannot is said so at once", async () => {
  const server = Bun.serve({ port: 0, fetch: () => new Response() });
  const { url } = server;
  await server.stop(true);
  const probing = probeTarget(
    { workload: urlWorkload(url), plan, caPem: undefined, proxies: {} },
    io,
  );
  const error = (await caught(probing)) as RunError;
  expect(error).toBeInstanceOf(RunError);
  expect(error.exitCode).toBe(exitCode.unreachable);
  expect(error.message).toStartWith(`Cannot reach ${url}: `);
  expect(error.message).toContain("refused");
});

test("a script is not probed: it may know what it does", async () => {
  const workload = await scriptWorkload("export default () => {}");
  await probeTarget({ workload, plan, caPem: undefined, proxies: {} }, io);
});
