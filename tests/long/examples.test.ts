import { expect, test } from "bun:test";
import { join } from "node:path";
import { bw } from "../end-to-end/bw.ts";
import { scratch } from "../end-to-end/scratch.ts";
import { target } from "../end-to-end/target.ts";

const examples = join(import.meta.dir, "../../examples/scripts/k6");

/** As much of the origin as the examples ask for. */
async function answer(request: Request): Promise<Response> {
  const host = request.headers.get("host");
  return Response.json({ headers: { host }, body: await request.text() });
}

test.concurrent("a k6 script with groups, checks and a summary of its own passes", async () => {
  using shop = target(answer);
  using folder = scratch();
  const args = ["-e", `TARGET=${shop.url}`, "-e", "RESULTS=shop.json", "-u", "2", "-i", "4"];
  const run = await bw(["run", "-q", join(examples, "shop-visit.js"), ...args], {
    cwd: folder.path,
  });
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toMatch(/checks\.+: 100\.00% ✓ 13 +✗ 0/);
  expect(shop.count).toBe(1 + 4 * 5);
  expect(await Bun.file(folder.at("shop.json")).json()).toMatchObject({ orders: 4 });
});

test.concurrent("a k6 script with two scenarios and shared data passes", async () => {
  using shop = target(answer);
  const args = ["-e", `TARGET=${shop.url}`, "-e", "HALF=500ms"];
  const run = await bw(["run", "-q", join(examples, "orders-at-a-rate.js"), ...args]);
  // A busy machine may start iterations late, and says so.
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("✓ 'rate==0' rate=0.00%");
  expect(shop.paths).toContain("/orders");
  expect(shop.paths).toContain("/delay/10");
});

test.concurrent("a k6 script with WebSockets passes", async () => {
  using echo = Bun.serve({
    port: 0,
    fetch: (request, server) => (server.upgrade(request) ? undefined : new Response("no")),
    websocket: { message: (socket, text) => void socket.send(text) },
  });
  const args = ["-e", `TARGET=ws://127.0.0.1:${echo.port}`];
  const run = await bw(["run", "-q", join(examples, "echo-socket.js"), ...args]);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(run.stdout).toContain("checks_succeeded...: 100.00% 1000 out of 1000");
});
